/** What is to be simulated for a melting temperature, and how its simulations are named. */
import { EV_PER_A3_TO_GPA } from '../constants.ts';
import type { Watch } from '../dynamics/monitor.ts';
import type { Finished } from '../dynamics/program.ts';
import type { Alloy } from '../structure/alloy.ts';
import type { CrystalKind } from '../structure/order.ts';
import type { Halves } from './assemble.ts';
import { orderColumn } from './phases.ts';

/** A crystal that may be the solid. */
export interface Candidate {
  readonly kind: CrystalKind;
  /** Å³ per metal atom at 0 K */
  readonly volume: number;
  /** eV per atom at 0 K */
  readonly energy: number;
  /** A small cell of it, at its 0 K volume. */
  readonly small: Alloy;
  readonly smallMetals: number;
  /** The elongated cell, in halves. */
  readonly halves: Halves;
}

export interface CoexistencePlan {
  /** One where the solid is given. */
  readonly candidates: readonly Candidate[];
  /** K, rising, at least two */
  readonly temperatures: readonly number[];
  /** GPa */
  readonly pressure: number;
  /** fs, of each run with both phases */
  readonly length: number;
  /** fs */
  readonly timestep: number;
  readonly seed: number;
  readonly watch: Watch;
}

/** fs between two rows of the log */
export const LOG_INTERVAL = 20;
/** fs with both phases before anything counts */
const EQUILIBRATION = 1000;
/** Pieces of a run with both phases: between two it is seen whether both are still there. */
export const PIECES = 10;
/** Crystalline shares of the metal atoms between which both phases count as there. */
export const BOTH_PHASES: readonly [number, number] = [0.05, 0.9];

/** P V in eV. */
export function enthalpyOfVolume(pressure: number, volume: number): number {
  return (pressure * volume) / EV_PER_A3_TO_GPA;
}

export function closingName(temperature: number): string {
  return `closing up at ${temperature} K`;
}

/** The equilibration of both phases at a temperature. */
export function closingOf(done: readonly Finished[], temperature: number): Finished | undefined {
  return done.find(({ name }) => name === closingName(temperature));
}

export function pieceName(temperature: number, index: number): string {
  return `both phases at ${temperature} K, ${index + 1} of ${PIECES}`;
}

/** Runs with both phases at a temperature, in order. */
export function piecesOf(done: readonly Finished[], temperature: number): Finished[] {
  return done.filter(({ name }) => name.startsWith(`both phases at ${temperature} K, `));
}

/** Steps of a piece: a whole number of the log's rows, so that the pieces' rows join evenly. */
export function pieceSteps({ length, timestep }: CoexistencePlan): number {
  const row = stepsBetween(LOG_INTERVAL, timestep);
  return row * Math.max(1, Math.round(length / PIECES / timestep / row));
}

/** Steps of the equilibration of both phases, whole rows too. */
export function closingSteps({ timestep }: CoexistencePlan): number {
  const row = stepsBetween(LOG_INTERVAL, timestep);
  return row * Math.round(EQUILIBRATION / timestep / row);
}

/** At least one. */
export function stepsBetween(interval: number, timestep: number): number {
  return Math.max(1, Math.round(interval / timestep));
}

/** Whether a piece leaves both phases. */
export function phasesLeft(piece: Finished): 'both phases' | 'molten' | 'frozen' {
  const share = orderColumn(piece, 'crystalline').at(-1)!;
  if (share < BOTH_PHASES[0]) return 'molten';
  return share > BOTH_PHASES[1] ? 'frozen' : 'both phases';
}

/** All pieces run, or a phase gone. */
export function isComplete(done: readonly Finished[], temperature: number): boolean {
  const pieces = piecesOf(done, temperature);
  return (
    pieces.length === PIECES || (pieces.length > 0 && phasesLeft(pieces.at(-1)!) !== 'both phases')
  );
}
