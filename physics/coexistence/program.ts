/**
 * The simulations behind a melting temperature: which crystal is stable, its lattice at each
 * temperature, a melt, and one run with both phases at each temperature.
 *
 * One member of the committee (the first) drives everything: three temperatures by three members
 * would mix what the members differ by with what the temperatures do. What the others would have
 * given follows by perturbation (`committee.ts`).
 */
import { EV_PER_A3_TO_GPA } from '../constants.ts';
import type { Limits } from '../dynamics/driver.ts';
import { monitorRecorder, type Watch } from '../dynamics/monitor.ts';
import type { Finished, Program, Recorder, Segment } from '../dynamics/program.ts';
import {
  cloneState,
  createState,
  restExtendedVariables,
  type State,
  strain,
  volumeOf,
} from '../dynamics/state.ts';
import { thermoColumn, thermoRecorder } from '../dynamics/thermo.ts';
import { maxwellBoltzmann } from '../dynamics/velocities.ts';
import { cbrt } from '../elementary.ts';
import { mean } from '../statistics/series.ts';
import type { Alloy } from '../structure/alloy.ts';
import type { CrystalKind } from '../structure/order.ts';
import { assemble, type Halves, liquidHalf } from './assemble.ts';
import { leadingKind, orderColumn, orderOf, orderRecorder } from './phases.ts';

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

/** fs of each small crystal; its means are of the second half. */
const SOLID = 2000;
/** Thermal expansion from 0 K that a hot crystal starts with. */
const EXPANSION = 1.04;
/**
 * Melting temperatures tried one after another, in units of the highest temperature, until the
 * crystal has melted: no hotter than needed, for a superheated melt boils.
 */
export const MELTING_FACTORS: readonly number[] = [1.2, 1.2, 1.35, 1.35, 1.5, 1.5];
/** fs at each */
const MELTING = 1000;
/** fs from there to the middle temperature: half of it a ramp, half to find its density. */
const COOLING = 2000;
/** fs with both phases before anything counts */
const EQUILIBRATION = 1000;
/** fs; the barostat's period meanwhile, for the fronts to close up */
const QUICK_BAROSTAT = 300;
/** fs between two rows of the log, and between two looks at the order */
export const LOG_INTERVAL = 20;
const ORDER_INTERVAL = 100;
/** Pieces of a run with both phases: between two it is seen whether both are still there. */
export const PIECES = 10;
/** Crystalline shares of the metal atoms between which both phases count as there. */
export const BOTH_PHASES: readonly [number, number] = [0.05, 0.9];
/** A small crystal survives with more than this share crystalline, half of it its own kind. */
const SURVIVES = 0.8;
/** A melt has less. */
const LIQUID_BELOW = 0.05;

/** The index of the temperature at which candidates compete. */
export function middle(temperatures: readonly number[]): number {
  return Math.floor((temperatures.length - 1) / 2);
}

/** What a small crystal did at one temperature. */
export interface SolidTest {
  readonly kind: CrystalKind;
  /** K */
  readonly temperature: number;
  readonly survived: boolean;
  /** Crystalline share over the second half. */
  readonly crystalline: number;
  /** What most crystalline atoms looked like at the end. */
  readonly became: CrystalKind;
  /** Å³ per metal atom and eV per atom (enthalpy without kinetic energy), second half. */
  readonly volume: number;
  readonly enthalpy: number;
}

function solidName(kind: CrystalKind, temperature: number): string {
  return `${kind} at ${temperature} K`;
}

/** The tests that were run, in order. */
export function solidTests(plan: CoexistencePlan, done: readonly Finished[]): SolidTest[] {
  return plan.candidates.flatMap((candidate) =>
    plan.temperatures.flatMap((temperature) => {
      const run = done.find(({ name }) => name === solidName(candidate.kind, temperature));
      if (!run) return [];
      const secondHalf = (values: Float64Array): number =>
        mean(values.subarray(Math.floor(values.length / 2)));
      const crystalline = secondHalf(orderColumn(run, 'crystalline'));
      const own = secondHalf(orderColumn(run, candidate.kind));
      const volume = secondHalf(thermoColumn(run, 'volume_A3'));
      const potential = secondHalf(thermoColumn(run, 'potential_eV'));
      return {
        kind: candidate.kind,
        temperature,
        survived: crystalline > SURVIVES && own > 0.5 * crystalline,
        crystalline,
        became: leadingKind(orderOf(run.state).kinds),
        volume: volume / candidate.smallMetals,
        enthalpy: (potential + enthalpyOfVolume(plan.pressure, volume)) / run.state.types.length,
      };
    }),
  );
}

/** P V in eV. */
export function enthalpyOfVolume(pressure: number, volume: number): number {
  return (pressure * volume) / EV_PER_A3_TO_GPA;
}

/** The surviving crystal of least enthalpy at the middle temperature; null when none survived. */
export function chosenSolid(plan: CoexistencePlan, tests: readonly SolidTest[]): Candidate | null {
  const temperature = plan.temperatures[middle(plan.temperatures)]!;
  const survivors = tests.filter((test) => test.survived && test.temperature === temperature);
  const best = survivors.reduce<SolidTest | null>(
    (least, test) => (least === null || test.enthalpy < least.enthalpy ? test : least),
    null,
  );
  return plan.candidates.find(({ kind }) => kind === best?.kind) ?? null;
}

/**
 * Volume per metal atom (Å³) of the crystal at a temperature: measured, or where it melted there
 * extrapolated along the nearest two temperatures that it survived.
 */
export function solidVolume(
  tests: readonly SolidTest[],
  kind: CrystalKind,
  temperature: number,
): number {
  const known = tests
    .filter((test) => test.kind === kind && test.survived)
    .sort((a, b) => Math.abs(a.temperature - temperature) - Math.abs(b.temperature - temperature));
  const [near, far] = known;
  if (!near) throw new Error(`${kind} survived at no temperature`);
  if (near.temperature === temperature || !far) return near.volume;
  const slope = (far.volume - near.volume) / (far.temperature - near.temperature);
  return near.volume + slope * (temperature - near.temperature);
}

/** The equilibration of both phases at a temperature. */
export function closingOf(done: readonly Finished[], temperature: number): Finished | undefined {
  return done.find(({ name }) => name === closingName(temperature));
}

function closingName(temperature: number): string {
  return `closing up at ${temperature} K`;
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

function stepsBetween(interval: number, timestep: number): number {
  return Math.max(1, Math.round(interval / timestep));
}

/** Whether a piece leaves both phases. */
export function phasesLeft(piece: Finished): 'both phases' | 'molten' | 'frozen' {
  const share = orderColumn(piece, 'crystalline').at(-1)!;
  if (share < BOTH_PHASES[0]) return 'molten';
  return share > BOTH_PHASES[1] ? 'frozen' : 'both phases';
}

/** Crystals, melt, and both phases at each temperature. */
export function coexistenceProgram(plan: CoexistencePlan): Program {
  const { candidates, temperatures, pressure, timestep, seed } = plan;
  const steps = (time: number): number => Math.max(1, Math.ceil(time / timestep));
  const thermo = thermoRecorder(timestep, stepsBetween(LOG_INTERVAL, timestep));
  const order = orderRecorder(Math.min(stepsBetween(ORDER_INTERVAL, timestep), pieceSteps(plan)));
  const between = temperatures[middle(temperatures)]!;
  const hottest = temperatures.at(-1)!;
  const segment = (
    name: string,
    time: number,
    recorders: readonly Recorder[],
    ensemble: Segment['ensemble'],
    start: () => State,
  ): Segment => ({
    name,
    member: 0,
    timestep,
    steps: steps(time),
    recorders,
    ensemble,
    start,
    limits: limitsOf(start(), hottest),
  });

  /** A small crystal at a temperature. */
  const solidTest = (candidate: Candidate, index: number): Segment => {
    const temperature = temperatures[index]!;
    return segment(
      solidName(candidate.kind, temperature),
      SOLID,
      [thermo, order],
      { kind: 'npt', temperature, pressure, coupling: 'iso', barostatPeriod: QUICK_BAROSTAT },
      () => {
        const { small } = candidate;
        const state = createState(small);
        const stretch = cbrt(EXPANSION);
        strain(state, stretch, stretch, stretch);
        maxwellBoltzmann(state, 2 * temperature, seed, index);
        return state;
      },
    );
  };

  return (done) => {
    const tests = solidTests(plan, done);
    const tried = (kind: CrystalKind, temperature: number): boolean =>
      tests.some((test) => test.kind === kind && test.temperature === temperature);
    const next = candidates.find(({ kind }) => !tried(kind, between));
    if (next) return solidTest(next, middle(temperatures));
    const solid = chosenSolid(plan, tests);
    if (!solid) {
      const fates = tests.map(
        ({ kind, crystalline, became }) =>
          `${kind} ${crystalline > SURVIVES ? `turned into ${became}` : 'melted or lost its order'}`,
      );
      return {
        stop: `no crystal survived ${SOLID / 1000} ps at ${between} K: ${fates.join(', ')}; choose lower temperatures`,
      };
    }
    const untried = temperatures.findIndex((temperature) => !tried(solid.kind, temperature));
    if (untried >= 0) return solidTest(solid, untried);

    const melting = done.filter(({ name }) => name.startsWith('melting'));
    const cooled = done.find(({ name }) => name === 'cooling');
    if (!cooled) {
      const molten = melting.at(-1)?.state;
      const constant = {
        kind: 'npt',
        pressure,
        coupling: 'z',
        barostatPeriod: QUICK_BAROSTAT,
      } as const;
      const share = molten ? orderOf(molten).fraction : 1;
      if (molten && share < LIQUID_BELOW) {
        const from = MELTING_FACTORS[melting.length - 1]! * hottest;
        const ramp = { from, to: between, begin: 0, end: steps(COOLING / 2) };
        return segment('cooling', COOLING, [thermo], { ...constant, temperature: ramp }, () => {
          const state = cloneState(molten);
          restExtendedVariables(state);
          return state;
        });
      }
      if (melting.length === MELTING_FACTORS.length)
        return {
          stop: `the crystal did not melt in ${(MELTING_FACTORS.length * MELTING) / 1000} ps at up to ${(MELTING_FACTORS.at(-1)! * hottest).toFixed(0)} K: ${(100 * share).toFixed(0)} % of its atoms are in crystalline surroundings`,
        };
      const hot = MELTING_FACTORS[melting.length]! * hottest;
      return segment(
        `melting ${melting.length + 1}`,
        MELTING,
        [thermo],
        { ...constant, temperature: hot },
        () => {
          if (molten) return cloneState(molten);
          const state = liquidHalf(solid.halves, solidVolume(tests, solid.kind, between));
          maxwellBoltzmann(state, 2 * hot, seed, temperatures.length);
          return state;
        },
      );
    }

    const open = temperatures.findIndex((temperature) => !isComplete(done, temperature));
    if (open < 0) return null;
    const temperature = temperatures[open]!;
    const constant = { kind: 'npt', temperature, pressure, coupling: 'z' } as const;
    const closing = closingOf(done, temperature);
    if (!closing)
      return segment(
        closingName(temperature),
        EQUILIBRATION,
        [thermo, order],
        { ...constant, barostatPeriod: QUICK_BAROSTAT },
        () => {
          const volume = solidVolume(tests, solid.kind, temperature);
          return assemble(solid.halves, cooled.state, volume, temperature, seed, open);
        },
      );
    const pieces = piecesOf(done, temperature);
    return segment(
      `both phases at ${temperature} K, ${pieces.length + 1} of ${PIECES}`,
      pieceSteps(plan) * timestep,
      [thermo, order, monitorRecorder(plan.watch)],
      constant,
      () => {
        if (pieces.length > 0) return cloneState(pieces.at(-1)!.state);
        const state = cloneState(closing.state);
        restExtendedVariables(state);
        return state;
      },
    );
  };
}

/** Share of the work done, 0 to 1, as well as it can be told. */
export function shareDone(plan: CoexistencePlan, done: readonly Finished[]): number {
  const { temperatures, candidates } = plan;
  const preparations = candidates.length + temperatures.length + 1;
  const both = temperatures.reduce((sum, temperature) => {
    const pieces = isComplete(done, temperature) ? PIECES : piecesOf(done, temperature).length;
    return sum + pieces / PIECES;
  }, 0);
  const prepared = Math.min(1, done.length / preparations);
  return 0.1 * prepared + (0.9 * both) / temperatures.length;
}

/** All pieces run, or a phase gone. */
function isComplete(done: readonly Finished[], temperature: number): boolean {
  const pieces = piecesOf(done, temperature);
  return (
    pieces.length === PIECES || (pieces.length > 0 && phasesLeft(pieces.at(-1)!) !== 'both phases')
  );
}

function limitsOf(start: State, hottest: number): Limits {
  const volume = volumeOf(start.cell);
  return { temperature: 6 * hottest, volume: [volume / 2, 2.5 * volume] };
}
