/**
 * Shear viscosity of a liquid at equilibrium: replicas at constant energy, started from one
 * configuration with velocities of their own, and Green-Kubo over their stress.
 *
 * Replica k is driven by member k mod members, from starting state k mod states.
 */
import { type GreenKubo, greenKubo, LENGTH_OVER_CUT } from '../statistics/green-kubo.ts';
import { mean } from '../statistics/series.ts';
import type { Limits } from './driver.ts';
import { combineMembers } from './members.ts';
import { monitorRecorder, type Watch } from './monitor.ts';
import { liquidObjection } from './phase.ts';
import type { Finished, Program, Progress, Segment } from './program.ts';
import { cloneState, restExtendedVariables, type State, volumeOf } from './state.ts';
import { stressComponents, stressRecorder } from './stress.ts';
import { thermoColumn, thermoRecorder } from './thermo.ts';
import { METAL, type Units } from './units.ts';
import { kineticEnergy, maxwellBoltzmann } from './velocities.ts';

export interface ViscosityPlan {
  /** At the potential's own volume; one, or one for each member. */
  readonly starts: readonly State[];
  /**
   * Mean potential energy at the temperature, eV, one for each start; null where it is not known.
   * Replicas then have the energy of the temperature; without it they have what the thermostat
   * leaves them with, and with 128 atoms temperatures that differ by 90 K.
   */
  readonly potentials: readonly number[] | null;
  readonly members: number;
  readonly replicas: number;
  /** K */
  readonly temperature: number;
  /** fs, production of each replica */
  readonly length: number;
  /** fs */
  readonly timestep: number;
  readonly seed: number;
  readonly watch: Watch;
  readonly units?: Units;
}

/** fs at constant temperature, for a replica's new velocities to become its own trajectory. */
const EQUILIBRATION = 1000;
/** fs between two samples of the stress; its correlation falls within some tens of fs. */
const STRESS_INTERVAL = 4;
/** fs between two rows of the log */
const LOG_INTERVAL = 20;
/** fs: no lag of the stress correlation beyond it */
const LONGEST_LAG = 10_000;
/** Largest relative statistical error that still counts as a result; the committee's is its own. */
export const LARGEST_RELATIVE_ERROR = 0.25;

/** Samples of the stress without which there is no correlation to speak of. */
const LEAST_SAMPLES = 25;

function everyFs(interval: number, timestep: number): number {
  return Math.max(1, Math.round(interval / timestep));
}

/** fs: what a replica must have at least. */
export function shortestReplica(timestep: number): number {
  return LEAST_SAMPLES * timestep * everyFs(STRESS_INTERVAL, timestep);
}

/** The replicas one after another: a little NVT, then NVE. */
export function viscosityProgram(plan: ViscosityPlan): Program {
  const { starts, members, temperature, timestep, watch } = plan;
  const row = everyFs(LOG_INTERVAL, timestep);
  const recorders = [thermoRecorder(timestep, row), monitorRecorder(watch)];
  return (done) => {
    const replica = Math.floor(done.length / 2);
    if (replica === plan.replicas) return null;
    const start = starts[replica % starts.length]!;
    const common = {
      member: replica % members,
      timestep,
      limits: limitsOf(start, temperature),
    };
    const equilibration: Segment = {
      ...common,
      name: `equilibration ${replica + 1}`,
      ensemble: { kind: 'nvt', temperature },
      // Whole rows of the log: the last one is of the last step.
      steps: row * Math.ceil(EQUILIBRATION / timestep / row),
      recorders,
      start: () => {
        const state = cloneState(start);
        restExtendedVariables(state);
        maxwellBoltzmann(state, temperature, plan.seed, replica, plan.units);
        return state;
      },
    };
    const production: Segment = {
      ...common,
      name: `replica ${replica + 1}`,
      ensemble: { kind: 'nve' },
      steps: Math.round(plan.length / timestep),
      recorders: [...recorders, stressRecorder(everyFs(STRESS_INTERVAL, timestep))],
      start: () => energised(plan, done.at(-1)!, replica),
    };
    return done.length % 2 === 0 ? equilibration : production;
  };
}

/** A replica's state after its equilibration, with the energy of the temperature if it is known. */
function energised(
  { potentials, temperature, units = METAL }: ViscosityPlan,
  equilibration: Finished,
  replica: number,
): State {
  const state = cloneState(equilibration.state);
  if (potentials === null) return state;
  const wanted = potentials[replica % potentials.length]!;
  const excess = thermoColumn(equilibration, 'potential_eV').at(-1)! - wanted;
  const thermal = 0.5 * state.degreesOfFreedom * units.boltzmann * temperature;
  // The kinetic energy that is left must be one: a state this far off is not of equilibrium.
  const kinetic = Math.max(0.5 * thermal, thermal - excess);
  const factor = Math.sqrt(kinetic / kineticEnergy(state, units));
  for (let k = 0; k < state.velocities.length; k++) state.velocities[k] *= factor;
  return state;
}

/** Share of the work done, 0 to 1. */
export function shareDone(plan: ViscosityPlan, { done, segment, step }: Progress): number {
  const each = EQUILIBRATION + plan.length;
  const before = Math.floor(done.length / 2) * each + (done.length % 2) * EQUILIBRATION;
  return Math.min(1, (before + step * segment.timestep) / (plan.replicas * each));
}

function limitsOf(start: State, temperature: number): Limits {
  const volume = volumeOf(start.cell);
  return { temperature: 4 * temperature, volume: [volume / 2, 2 * volume] };
}

export interface ViscosityResult {
  readonly integral: GreenKubo;
  /** mPa·s */
  readonly value: number;
  readonly statistical: number;
  /** mPa·s; null with a single member */
  readonly committee: number | null;
  /** The last of each replica. */
  readonly productions: readonly Finished[];
  /** Measured mean over the replicas, K */
  readonly temperature: number;
  /** Mean pressure over the replicas, GPa */
  readonly pressure: number;
  /** Independent stretches of stress: components · total time / cut. */
  readonly effectiveSamples: number;
  /** Why the runs cannot support the value; empty when they can. */
  readonly objections: readonly string[];
}

/** mPa·s in a GPa·fs */
export const MPAS_PER_GPA_FS = 1e-3;

/** Viscosity from the productions; those of all replicas must be there. */
export function evaluateViscosity(plan: ViscosityPlan, done: readonly Finished[]): ViscosityResult {
  const units = plan.units ?? METAL;
  const productions = done.filter((_, k) => k % 2 === 1);
  const temperatures = productions.map((run) => mean(thermoColumn(run, 'temperature_K')));
  const series = productions.map((run, k) => ({
    components: stressComponents(run.rows.stress!),
    // V/kT in 1/GPa, with the temperature that the replica had.
    prefactor:
      (MPAS_PER_GPA_FS * volumeOf(run.state.cell)) /
      (units.boltzmann * temperatures[k]! * units.pressure),
  }));
  const interval = plan.timestep * everyFs(STRESS_INTERVAL, plan.timestep);
  const integral = greenKubo(series, interval, LONGEST_LAG);
  const { value, standardError, replicas, cut } = integral;
  const own = standardError * Math.sqrt(replicas.length);
  const { committee } = combineMembers(
    replicas.map((of, k) => ({ member: k % plan.members, value: of, error: own })),
  );
  const objections = productions.flatMap((run) => liquidObjection(run) ?? []);
  if (cut === null)
    objections.push(
      `the stress correlation has not decayed within a ${LENGTH_OVER_CUT}th of a replica (${(integral.times.at(-1)! / 1000).toFixed(2)} ps); use longer replicas`,
    );
  if (!(standardError <= LARGEST_RELATIVE_ERROR * value))
    objections.push(
      `the viscosity, ${value.toFixed(2)} ± ${standardError.toFixed(2)} mPa·s, is known to ${((100 * standardError) / value).toFixed(0)} % only; more than ${100 * LARGEST_RELATIVE_ERROR} % is no result: use longer or more replicas`,
    );
  const at = cut ?? integral.times.at(-1)!;
  return {
    integral,
    value,
    statistical: standardError,
    committee,
    productions,
    temperature: mean(temperatures),
    pressure: mean(productions.map((run) => mean(thermoColumn(run, 'pressure_GPa')))),
    effectiveSamples: (5 * plan.length * productions.length) / at,
    objections,
  };
}
