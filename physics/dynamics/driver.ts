/**
 * Runs a simulation: steps in synchronous blocks, samples on the way, and between blocks a hook
 * for what takes part in no result: checkpoints, threads, being stopped.
 *
 * A state saved between blocks continues to the same bits: forces depend on positions and cell
 * alone, and everything else is in the state.
 */
import { type ForceField, PotentialError } from '../potentials/force-field.ts';
import { type Ensemble, integrator } from './ensemble.ts';
import {
  currentTemperature,
  type Motion,
  pressureTensor,
  startMotion,
  totalTwiceKinetic,
} from './motion.ts';
import type { State } from './state.ts';
import { METAL, type Units } from './units.ts';

/** What is seen at a step. One record, reused: copy what is kept. */
export interface Sample {
  /** The state itself; look, do not touch. */
  readonly state: State;
  readonly step: number;
  /** eV */
  readonly potential: number;
  readonly kinetic: number;
  /** Conserved quantity of the ensemble, eV. */
  readonly invariant: number;
  /** K */
  readonly temperature: number;
  /** Å³ */
  readonly volume: number;
  /** Trace of `tensor` / 3, GPa */
  readonly pressure: number;
  /** GPa, [3][3], symmetric, compression positive */
  readonly tensor: Float64Array;
  /** Smallest distance between two atoms, Å */
  readonly nearest: number;
}

export interface Limits {
  /** K; above it the run has run away */
  readonly temperature: number;
  /** Å³, of the whole cell */
  readonly volume: readonly [number, number];
}

export interface SimulationOptions {
  /** How many from now. */
  readonly steps: number;
  /** fs */
  readonly timestep: number;
  /** `observe` and `check` see each step whose number (`state.step`) is a multiple of `every`. */
  readonly every?: number;
  readonly observe?: (sample: Sample) => void;
  /** A text ends the run as a runaway, with that reason; a PotentialError does too. */
  readonly check?: (sample: Sample) => string | null;
  /** Where a run is called a runaway; by default 4 times its own volume and 1/4, and 50,000 K. */
  readonly limits?: Limits;
  /** Steps between two calls of `between`; 50 without it. Influences no result. */
  readonly block?: number;
  /** Called after each block and at the end, with the state complete; may throw to stop. */
  readonly between?: (state: State) => void | Promise<void>;
  readonly units?: Units;
}

/**
 * `runaway`: the simulation left what the potential or mechanics can bear; the state is the frame
 * at which that was seen, to be looked at, not continued.
 */
export type Ending =
  | { readonly kind: 'finished' }
  | { readonly kind: 'runaway'; readonly step: number; readonly reason: string };

/** A simulation under way. */
interface Simulation {
  readonly motion: Motion;
  /** Moves on; the ending once the simulation has run away. */
  advance(steps: number): Ending;
}

function begin(
  state: State,
  field: ForceField,
  ensemble: Ensemble,
  options: SimulationOptions,
): Simulation {
  const motion = startMotion(state, field, options.timestep, options.units ?? METAL);
  const { step, invariant } = integrator(motion, ensemble);
  const limits = options.limits ?? {
    temperature: 50_000,
    volume: [motion.volume / 4, motion.volume * 4],
  };
  const { observe, check, every = 1 } = options;
  const tensor = new Float64Array(9);
  const look = (): Sample => {
    pressureTensor(motion, tensor);
    return {
      state,
      step: state.step,
      potential: motion.forces.energy,
      kinetic: 0.5 * totalTwiceKinetic(motion),
      invariant: invariant(),
      temperature: currentTemperature(motion),
      volume: motion.volume,
      pressure: (tensor[0] + tensor[4] + tensor[8]) / 3,
      tensor,
      nearest: motion.forces.nearest,
    };
  };
  const runaway = (): string | null => {
    const temperature = currentTemperature(motion);
    if (!Number.isFinite(temperature) || !Number.isFinite(motion.forces.energy))
      return 'energies are no longer finite';
    if (temperature > limits.temperature)
      return `the temperature rose to ${temperature.toFixed(0)} K, above ${limits.temperature.toFixed(0)} K`;
    const [least, most] = limits.volume;
    if (motion.volume < least || motion.volume > most)
      return `the cell's volume went to ${motion.volume.toFixed(1)} Å³, outside ${least.toFixed(1)} to ${most.toFixed(1)} Å³`;
    return null;
  };
  const advance = (steps: number): Ending => {
    const end = state.step + steps;
    try {
      while (state.step < end) {
        step();
        state.step += 1;
        let reason = runaway();
        if (reason === null && state.step % every === 0 && (observe || check)) {
          const sample = look();
          observe?.(sample);
          reason = check?.(sample) ?? null;
        }
        if (reason !== null) return { kind: 'runaway', step: state.step, reason };
      }
    } catch (error) {
      if (!(error instanceof PotentialError)) throw error;
      return { kind: 'runaway', step: state.step, reason: error.message };
    }
    return { kind: 'finished' };
  };
  return { motion, advance };
}

/**
 * Simulates `steps` steps; changes `state` in place. The number of `setThreads`, the length of
 * blocks and interruptions change no bit of it.
 *
 * `observe` and `check` must not compute with the same `field`.
 *
 * @throws PotentialError when the potential cannot answer at the very first positions
 */
export async function simulate(
  state: State,
  field: ForceField,
  ensemble: Ensemble,
  options: SimulationOptions,
): Promise<Ending> {
  const { advance } = begin(state, field, ensemble, options);
  const { steps, block = 50, between } = options;
  for (let done = 0; done < steps; done += block) {
    const ending = advance(Math.min(block, steps - done));
    if (ending.kind === 'runaway') return ending;
    await between?.(state);
  }
  return { kind: 'finished' };
}

/** `simulate` in one go: no hook between blocks. */
export function simulateNow(
  state: State,
  field: ForceField,
  ensemble: Ensemble,
  options: Omit<SimulationOptions, 'block' | 'between'>,
): Ending {
  return begin(state, field, ensemble, options).advance(options.steps);
}
