/**
 * Mean volume of one phase at constant temperature and pressure: a melt is made by melting the
 * relaxed crystal and cooling, then every member of the committee runs its own production.
 */
import { AMU_PER_A3_TO_G_PER_CM3 } from '../constants.ts';
import { cbrt } from '../elementary.ts';
import { meanWithError } from '../statistics/autocorrelation.ts';
import { blockingError } from '../statistics/blocking.ts';
import { LEAST_SAMPLES, mser5 } from '../statistics/mser.ts';
import { mean } from '../statistics/series.ts';
import { displacementSlope, FLOWING } from './displacement.ts';
import type { Limits } from './driver.ts';
import { type Combined, combineMembers } from './members.ts';
import { monitorRecorder, type Watch } from './monitor.ts';
import type { Finished, Program, Segment } from './program.ts';
import { snapshotRecorder } from './snapshots.ts';
import { cloneState, restExtendedVariables, type State, strain, volumeOf } from './state.ts';
import { thermoColumn, thermoRecorder } from './thermo.ts';
import { maxwellBoltzmann } from './velocities.ts';

export interface DensityPlan {
  /** Relaxed crystal: the phase itself, or what is melted for a liquid. */
  readonly crystal: State;
  readonly phase: 'liquid' | 'crystal';
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
  /** Share of atoms in crystalline surroundings, 0 to 1. */
  readonly crystalline: (state: State) => number;
}

/** A crystal is melted at this many times the temperature; much hotter it would boil. */
export const MELTING_FACTOR = 1.5;
/** fs at the melting temperature, again as long up to MELTING_ATTEMPTS times until it has melted. */
const MELTING = 3000;
const MELTING_ATTEMPTS = 3;
/** fs of cooling from there */
const COOLING = 1500;
/** fs between two rows of the log */
const LOG_INTERVAL = 20;
/** Frames kept of each production. */
const SNAPSHOTS = 25;
/** Crystalline share below which a system counts as liquid. */
export const LIQUID_BELOW = 0.05;
/** Crystalline share above which a crystal has kept its order. */
export const CRYSTAL_ABOVE = 0.5;

function isLiquid(plan: DensityPlan, state: State): boolean {
  return plan.crystalline(state) < LIQUID_BELOW;
}

/** Melting (for a liquid), then one production for each member. */
export function densityProgram(plan: DensityPlan): Program {
  const { crystal, temperature, pressure, timestep, watch, seed, members } = plan;
  const hot = MELTING_FACTOR * temperature;
  const volume = volumeOf(crystal.cell);
  const limits: Limits = { temperature: 6 * temperature, volume: [volume / 2, 2.5 * volume] };
  const logEvery = Math.max(1, Math.round(LOG_INTERVAL / timestep));
  const recorders = [thermoRecorder(timestep, logEvery), monitorRecorder(watch)];
  const constant = { kind: 'npt', pressure, coupling: 'iso' } as const;
  const common = { timestep, limits, recorders };

  /** The crystal with twice the kinetic energy: half of it becomes potential. */
  const heated = (to: number, replica: number): State => {
    const state = cloneState(crystal);
    restExtendedVariables(state);
    maxwellBoltzmann(state, 2 * to, seed, replica);
    return state;
  };

  return (done) => {
    const melting = done.filter(({ name }) => name.startsWith('melting'));
    const cooled = done.find(({ name }) => name === 'cooling');
    if (plan.phase === 'liquid' && !cooled) {
      const molten = melting.at(-1)?.state;
      if (molten && isLiquid(plan, molten)) {
        const steps = Math.ceil(COOLING / timestep);
        const ramp = { from: hot, to: temperature, begin: 0, end: steps };
        return {
          ...common,
          name: 'cooling',
          member: 0,
          ensemble: { ...constant, temperature: ramp },
          steps,
          start: () => {
            const state = cloneState(molten);
            restExtendedVariables(state);
            return state;
          },
        };
      }
      if (melting.length === MELTING_ATTEMPTS)
        return {
          stop: `the crystal did not melt in ${(MELTING_ATTEMPTS * MELTING) / 1000} ps at ${hot.toFixed(0)} K: ${(100 * plan.crystalline(molten!)).toFixed(0)} % of its atoms are in crystalline surroundings, a liquid has less than ${100 * LIQUID_BELOW} %`,
        };
      return {
        ...common,
        name: `melting ${melting.length + 1}`,
        member: 0,
        ensemble: { ...constant, temperature: hot },
        steps: Math.ceil(MELTING / timestep),
        start: () => (molten ? cloneState(molten) : heated(hot, members)),
      };
    }
    const member = productionsOf(done).length;
    if (member === members) return null;
    const steps = Math.ceil(plan.length / members / timestep);
    const atoms = crystal.types.length;
    const production: Segment = {
      ...common,
      name: `production ${member + 1}`,
      member,
      ensemble: { ...constant, temperature },
      steps,
      recorders: [
        ...recorders,
        snapshotRecorder(atoms, logEvery * Math.max(1, Math.floor(steps / SNAPSHOTS / logEvery))),
      ],
      start: () => {
        if (!cooled) return heated(temperature, member);
        const state = cloneState(cooled.state);
        restExtendedVariables(state);
        maxwellBoltzmann(state, temperature, seed, member);
        return state;
      },
    };
    return production;
  };
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
  /** Standard error of the mean, from the correlation. */
  readonly error: number;
  /** The same by blocking: a cross-check. */
  readonly blocking: number;
  readonly effectiveSamples: number;
}

function analyse(volumes: Float64Array): VolumeAnalysis {
  const { start, settled } = mser5(volumes);
  const production = volumes.subarray(start);
  const { mean: value, standardError, effectiveSamples } = meanWithError(production);
  return {
    discard: start,
    settled,
    mean: value,
    error: standardError,
    blocking: blockingError(production).standardError,
    effectiveSamples,
  };
}

/** Shortest production of one member that can be judged, fs. */
export const SHORTEST_PRODUCTION = LOG_INTERVAL * LEAST_SAMPLES;

export interface DensityResult {
  /** g/cm³ */
  readonly density: Combined;
  /** Å³ per atom */
  readonly volume: Combined;
  readonly effectiveSamples: number;
  /** One for each member. */
  readonly analyses: readonly VolumeAnalysis[];
  readonly productions: readonly Finished[];
  /** Each member's last configuration at its mean volume. */
  readonly states: readonly State[];
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
    mean(productions.map((run, k) => mean(thermoColumn(run, name).subarray(analyses[k]!.discard))));
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
    states: productions.map((run, k) => atVolume(run.state, analyses[k]!.mean)),
    temperature: after('temperature_K'),
    pressure: after('pressure_GPa'),
    objections: productions.flatMap((run) => phaseObjection(plan, run) ?? []),
  };
}

/** A copy of the state, scaled to a volume (Å³). */
function atVolume(state: State, volume: number): State {
  const copy = cloneState(state);
  restExtendedVariables(copy);
  const factor = cbrt(volume / volumeOf(copy.cell));
  strain(copy, factor, factor, factor);
  return copy;
}

/** What became of the phase, if it was lost. */
function phaseObjection(plan: DensityPlan, run: Finished): string | null {
  const share = plan.crystalline(run.state);
  const percent = `${(100 * share).toFixed(0)} %`;
  const slope = displacementSlope(thermoColumn(run, 'time_fs'), thermoColumn(run, 'msd_A2'));
  if (plan.phase === 'crystal')
    return share > CRYSTAL_ABOVE
      ? null
      : `${run.name}: the crystal was lost, ${percent} of its atoms are left in crystalline surroundings`;
  if (share >= LIQUID_BELOW)
    return `${run.name}: the liquid crystallised, ${percent} of its atoms are in crystalline surroundings`;
  return slope > FLOWING
    ? null
    : `${run.name}: the liquid does not flow, its mean squared displacement grows by ${slope.toFixed(2)} Å²/ps, a liquid's by more than ${FLOWING}`;
}
