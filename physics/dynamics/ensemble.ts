/** What is held constant while the atoms move. */
import { langevinInvariant, langevinStep } from './langevin.ts';
import {
  type Barostat,
  type Coupling,
  martynaTobiasKleinInvariant,
  martynaTobiasKleinStep,
} from './martyna-tobias-klein.ts';
import type { Motion } from './motion.ts';
import { noseHooverInvariant, noseHooverStep, type Thermostat } from './nose-hoover.ts';
import { velocityVerletInvariant, velocityVerletStep } from './velocity-verlet.ts';

/** K: one temperature, or a straight ramp between two steps of the state (absolute numbers). */
export type Temperature =
  | number
  | { readonly from: number; readonly to: number; readonly begin: number; readonly end: number };

/** Period of the thermostat where none is given, fs. */
export const THERMOSTAT_PERIOD = 100;
/** Period of the barostat where none is given, fs. */
export const BAROSTAT_PERIOD = 1000;

interface WithBarostat {
  /** in `units.pressure` (GPa) */
  readonly pressure: number;
  readonly coupling: Coupling;
  /** fs; BAROSTAT_PERIOD without it */
  readonly barostatPeriod?: number;
}

export type Ensemble =
  | { readonly kind: 'nve' }
  /** `period` in fs; THERMOSTAT_PERIOD without it */
  | { readonly kind: 'nvt'; readonly temperature: Temperature; readonly period?: number }
  /** `period` in fs: velocities forget themselves in this time; THERMOSTAT_PERIOD without it */
  | {
      readonly kind: 'langevin';
      readonly temperature: Temperature;
      readonly period?: number;
      readonly seed: number;
    }
  | ({
      readonly kind: 'npt';
      readonly temperature: Temperature;
      readonly period?: number;
    } & WithBarostat)
  /** `temperature`, K, sets the barostat's mass and nothing else. */
  | ({ readonly kind: 'nph'; readonly temperature: number } & WithBarostat);

/** K, at a step of the state. */
export function temperatureAt(temperature: Temperature, step: number): number {
  if (typeof temperature === 'number') return temperature;
  const { from, to, begin, end } = temperature;
  const done = end > begin ? Math.min(1, Math.max(0, (step - begin) / (end - begin))) : 1;
  return from + done * (to - from);
}

export interface Integrator {
  /** Moves on by one step; does not count it. */
  step(): void;
  /** The conserved quantity of the ensemble, eV. */
  invariant(): number;
}

/** The integrator of an ensemble. */
export function integrator(motion: Motion, ensemble: Ensemble): Integrator {
  const { state, units } = motion;
  const { kind } = ensemble;
  if (kind === 'nve')
    return {
      step: () => velocityVerletStep(motion),
      invariant: () => velocityVerletInvariant(motion),
    };
  const { temperature } = ensemble;
  const kT = (step: number): number => units.boltzmann * temperatureAt(temperature, step);
  if (!(kT(state.step) > 0))
    throw new Error(`the ensemble "${kind}" needs a temperature above 0 K`);
  if (kind === 'langevin') {
    const bath = { period: ensemble.period ?? THERMOSTAT_PERIOD, seed: ensemble.seed };
    const noise = new Float64Array(state.positions.length);
    return {
      step: () => langevinStep(motion, bath, kT(state.step + 1), noise),
      invariant: () => langevinInvariant(motion),
    };
  }
  const thermostat: Thermostat | null =
    kind === 'nph' ? null : { period: ensemble.period ?? THERMOSTAT_PERIOD };
  if (kind === 'nvt') {
    const bath = { period: ensemble.period ?? THERMOSTAT_PERIOD };
    return {
      step: () => noseHooverStep(motion, bath, kT(state.step + 1)),
      invariant: () => noseHooverInvariant(motion, bath, kT(state.step)),
    };
  }
  const barostat: Barostat = {
    pressure: ensemble.pressure,
    coupling: ensemble.coupling,
    period: ensemble.barostatPeriod ?? BAROSTAT_PERIOD,
  };
  return {
    step: () => martynaTobiasKleinStep(motion, barostat, thermostat, kT(state.step + 1)),
    invariant: () => martynaTobiasKleinInvariant(motion, barostat, thermostat, kT(state.step)),
  };
}
