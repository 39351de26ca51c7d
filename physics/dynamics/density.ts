/**
 * Mean volume of one phase at constant temperature and pressure: a melt is made by melting the
 * relaxed crystal and cooling, then every member of the committee runs its own production.
 */
import { AMU_PER_A3_TO_G_PER_CM3 } from '../constants.ts';
import { cbrt } from '../elementary.ts';
import { meanWithError } from '../statistics/autocorrelation.ts';
import { blockingError } from '../statistics/blocking.ts';
import { LEAST_SAMPLES, mser5 } from '../statistics/mser.ts';
import { mean, variance } from '../statistics/series.ts';
import type { CrystalKind } from '../structure/order.ts';
import type { Limits } from './driver.ts';
import {
  heatingTemperature,
  meltingStage,
  meltOf,
  QUICK_BAROSTAT,
  SHORTEST_MELTING,
} from './melting.ts';
import { type Combined, combineMembers } from './members.ts';
import { monitorRecorder, type Watch } from './monitor.ts';
import { crystalObjection, liquidObjection } from './phase.ts';
import type { Finished, Program, Progress } from './program.ts';
import { snapshotRecorder } from './snapshots.ts';
import { cloneState, restExtendedVariables, type State, strain, volumeOf } from './state.ts';
import { thermoColumn, thermoRecorder } from './thermo.ts';
import { maxwellBoltzmann } from './velocities.ts';

export interface DensityPlan {
  /** Relaxed crystal: the phase itself, or what is melted for a liquid. */
  readonly crystal: State;
  readonly phase: 'liquid' | CrystalKind;
  readonly members: number;
  /** K */
  readonly temperature: number;
  /** GPa */
  readonly pressure: number;
  /** fs, of production, shared evenly by the members */
  readonly length: number;
  /** fs */
  readonly timestep: number;
  readonly seed: number;
  readonly watch: Watch;
}

/** fs between two rows of the log */
const LOG_INTERVAL = 20;
/** Frames kept of each production. */
const SNAPSHOTS = 25;

/** Melting (for a liquid), then one production for each member. */
export function densityProgram(plan: DensityPlan): Program {
  const { crystal, temperature, pressure, timestep, watch, seed, members } = plan;
  const volume = volumeOf(crystal.cell);
  const limits: Limits = { temperature: 6 * temperature, volume: [volume / 2, 2.5 * volume] };
  const logEvery = Math.max(1, Math.round(LOG_INTERVAL / timestep));
  const recorders = [thermoRecorder(timestep, logEvery), monitorRecorder(watch)];
  const constant = { kind: 'npt', pressure, coupling: 'iso' } as const;
  const common = { timestep, limits, recorders };

  /** At rest but for new velocities, which are another replica's own. */
  const started = (from: State, to: number, replica: number): State => {
    const state = cloneState(from);
    restExtendedVariables(state);
    maxwellBoltzmann(state, to, seed, replica);
    return state;
  };

  return (done) => {
    const melt = meltOf(done);
    if (plan.phase === 'liquid' && !melt) {
      const stage = meltingStage(done, { hottest: temperature, to: temperature, timestep });
      if ('stop' in stage) return stage;
      return {
        ...common,
        name: stage.name,
        member: 0,
        ensemble: {
          ...constant,
          temperature: stage.temperature,
          barostatPeriod: QUICK_BAROSTAT,
        },
        steps: Math.ceil(stage.time / timestep),
        start: () =>
          stage.from
            ? cloneState(stage.from)
            : started(crystal, heatingTemperature(stage), members),
      };
    }
    const member = productionsOf(done).length;
    if (member === members) return null;
    // One row of the log at least.
    const steps = Math.max(logEvery, Math.ceil(plan.length / members / timestep));
    const atoms = crystal.types.length;
    return {
      ...common,
      name: `production ${member + 1}`,
      member,
      ensemble: { ...constant, temperature },
      steps,
      recorders: [
        ...recorders,
        snapshotRecorder(atoms, logEvery * Math.max(1, Math.floor(steps / SNAPSHOTS / logEvery))),
      ],
      // Half of a crystal's kinetic energy becomes potential.
      start: () =>
        melt ? started(melt, temperature, member) : started(crystal, 2 * temperature, member),
    };
  };
}

/** Share of the work done, 0 to 1, as well as it can be told. */
export function shareDone(plan: DensityPlan, { done, segment, step }: Progress): number {
  const preparation = plan.phase === 'liquid' ? SHORTEST_MELTING : 0;
  const time = (name: string, steps: number): number =>
    name === 'melting 1' || !name.startsWith('melting') ? steps * plan.timestep : 0;
  const past = done.reduce((sum, { name, state }) => sum + time(name, state.step), 0);
  return Math.min(1, (past + time(segment.name, step)) / (preparation + plan.length));
}

/** The productions among what was done, in the order of the members. */
export function productionsOf(done: readonly Finished[]): Finished[] {
  return done.filter(({ name }) => name.startsWith('production'));
}

/** One member's volume over its production. */
export interface VolumeAnalysis {
  /** Rows of the log before it belong to the equilibration. */
  readonly discard: number;
  /** False where the volume still drifted at half the production. */
  readonly settled: boolean;
  /** Å³ of the whole cell */
  readonly mean: number;
  /**
   * Standard error of the mean: the larger of those from the correlation and by blocking. A volume
   * that rings with its barostat closes the correlation's window early.
   */
  readonly error: number;
  readonly byCorrelation: number;
  readonly byBlocking: number;
  /** What the error says that the samples are worth. */
  readonly effectiveSamples: number;
}

/** Of a production that is long enough to be judged. */
function analyse(volumes: Float64Array): VolumeAnalysis {
  const { start, settled } = mser5(volumes);
  const production = volumes.subarray(start);
  const correlated = meanWithError(production);
  const byCorrelation = correlated.standardError;
  const byBlocking = blockingError(production).standardError;
  const error = Math.max(byCorrelation, byBlocking);
  const worth = error > 0 ? 1 + variance(production, correlated.mean) / (error * error) : 1;
  return {
    discard: start,
    settled,
    mean: correlated.mean,
    error,
    byCorrelation,
    byBlocking,
    effectiveSamples: Math.min(correlated.effectiveSamples, worth),
  };
}

/** fs: a shorter production of one member cannot be judged. */
export const SHORTEST_PRODUCTION = LOG_INTERVAL * LEAST_SAMPLES;

/** What one member's production hands on. */
export interface MeanState {
  /** Its last configuration, scaled to its mean volume. */
  readonly state: State;
  /** Its mean potential energy, eV. */
  readonly potential: number;
}

/** Fewer independent values than this are marked. */
export const ENOUGH_SAMPLES = 20;

export interface DensityResult {
  /** g/cm³ */
  readonly density: Combined;
  /** Å³ per atom */
  readonly volume: Combined;
  readonly effectiveSamples: number;
  /** One for each member. */
  readonly analyses: readonly VolumeAnalysis[];
  readonly productions: readonly Finished[];
  /** One for each member. */
  readonly states: readonly MeanState[];
  /** Means over the productions after equilibration, K and GPa. */
  readonly temperature: number;
  readonly pressure: number;
  /** Why the runs cannot support the value; empty when they can. */
  readonly objections: readonly string[];
}

/** Density and volume from the productions; those of all members must be there. */
export function evaluateDensity(plan: DensityPlan, done: readonly Finished[]): DensityResult {
  const productions = productionsOf(done);
  const atoms = plan.crystal.types.length;
  const mass = plan.crystal.masses.reduce((sum, value) => sum + value, 0);
  const analyses = productions.map((run) => analyse(thermoColumn(run, 'volume_A3')));
  const after = (name: 'temperature_K' | 'pressure_GPa'): number =>
    mean(productions.map((run, k) => mean(thermoColumn(run, name), analyses[k]!.discard)));
  const densities = analyses.map(({ mean: volume, error }, member) => {
    const value = (AMU_PER_A3_TO_G_PER_CM3 * mass) / volume;
    return { member, value, error: (value * error) / volume };
  });
  return {
    density: combineMembers(densities),
    volume: combineMembers(
      analyses.map(({ mean: volume, error }, member) => ({
        member,
        value: volume / atoms,
        error: error / atoms,
      })),
    ),
    effectiveSamples: analyses.reduce((sum, { effectiveSamples }) => sum + effectiveSamples, 0),
    analyses,
    productions,
    states: productions.map((run, k) => meanState(run, analyses[k]!.discard)),
    temperature: after('temperature_K'),
    pressure: after('pressure_GPa'),
    objections: productions.flatMap(
      (run) =>
        (plan.phase === 'liquid' ? liquidObjection(run) : crystalObjection(run, plan.phase)) ?? [],
    ),
  };
}

/** What productions too short for an analysis hand on: their later halves count. */
export function roughStates(done: readonly Finished[]): MeanState[] {
  return productionsOf(done).map((run) =>
    meanState(run, Math.floor(thermoColumn(run, 'time_fs').length / 2)),
  );
}

/** @param discard rows of the log that belong to the equilibration */
function meanState(run: Finished, discard: number): MeanState {
  const state = cloneState(run.state);
  restExtendedVariables(state);
  const factor = cbrt(mean(thermoColumn(run, 'volume_A3'), discard) / volumeOf(state.cell));
  strain(state, factor, factor, factor);
  return { state, potential: mean(thermoColumn(run, 'potential_eV'), discard) };
}
