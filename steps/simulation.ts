/** What the steps that simulate share: checkpoints, progress, stopping, threads, time steps. */
import { type Measured, StepError, type TaskContext } from '../engine/step.ts';
import { AMU_PER_A3_TO_G_PER_CM3 } from '../physics/constants.ts';
import type { Combined } from '../physics/dynamics/members.ts';
import type { Hooks, Progress } from '../physics/dynamics/program.ts';
import { PotentialError } from '../physics/potentials/force-field.ts';
import type { Between } from '../physics/relaxation/fire.ts';
import type { Potential } from './potential.ts';

/** Carbon vibrates twice as fast as the metals: fs. */
export function timestepFor(given: number | undefined, withCarbon: boolean): number {
  return given ?? (withCarbon ? 1 : 2);
}

/**
 * Hooks of a program that runs as a task.
 *
 * @param fraction how much of the work is done, 0 to 1
 */
export function simulationHooks(
  potential: Potential,
  task: TaskContext,
  fraction: (progress: Progress) => number,
): Hooks {
  potential.setThreads(task.threads());
  return {
    resume: task.checkpoint.load(),
    field: (member) => potential.fields[member]!,
    between: async (progress, save) => {
      task.throwIfStopped();
      potential.setThreads(task.threads());
      const { segment, step, temperature, volume } = progress;
      const { masses } = progress.state;
      const mass = masses.reduce((sum, value) => sum + value, 0);
      const density = (AMU_PER_A3_TO_G_PER_CM3 * mass) / volume;
      task.progress(
        fraction(progress),
        `${segment.name}, ${((step * segment.timestep) / 1000).toFixed(1)} ps, ${temperature.toFixed(0)} K, ${density.toFixed(2)} g/cm³`,
      );
      if (task.checkpoint.due()) task.checkpoint.save(save());
      await messages();
    },
  };
}

/** For the gaps of what goes before a simulation: the task may be stopped and its share of the cores change. */
export function pauses(potential: Potential, task: TaskContext): Between {
  return async () => {
    await messages();
    task.throwIfStopped();
    potential.setThreads(task.threads());
  };
}

/** Lets messages of the engine in. */
function messages(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A value's error in its parts: what longer runs reduce, and what the committee disagrees about. */
export function errorsOf({ statistical, committee }: Omit<Combined, 'value'>): {
  readonly standard_error: number;
  readonly contributions: Measured['contributions'];
} {
  return {
    standard_error: Math.sqrt(statistical * statistical + (committee ?? 0) * (committee ?? 0)),
    contributions: { statistical, ...(committee === null ? {} : { committee }) },
  };
}

/** A potential that cannot even begin is the user's to mend, with its own words. */
export function explained(error: unknown): unknown {
  return error instanceof PotentialError ? new StepError(error.message) : error;
}
