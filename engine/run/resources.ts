/** What a machine has, what a task asks for, and how running tasks share it. */
import type { Task } from '../study/expanded.ts';

export interface Capacity {
  readonly cores: number;
  /** MB. */
  readonly memory: number;
  /** UUIDs of the devices that may be used. */
  readonly gpus: readonly string[];
}

export interface Demand {
  readonly threads: { readonly min: number; readonly max: number };
  /** MB. */
  readonly memory: number;
  /** Share of one device; 0 without one. */
  readonly gpu: number;
}

export function demandOf({ resources, interface: step }: Task, { cores }: Capacity): Demand {
  const { min, max } = resources.threads ?? step.resources.threads;
  return {
    // A machine with fewer cores than asked for runs the task all the same, on what it has.
    threads: { min: Math.min(min, cores), max: Math.min(max, cores) },
    memory: resources.memory ?? step.resources.memory,
    gpu: resources.gpu ?? 0,
  };
}

/** True if a task fits beside those that run, each of them on its fewest threads. */
export function fits(demand: Demand, running: readonly Demand[], capacity: Capacity): boolean {
  if (running.length === 0) return true;
  const sum = (of: (each: Demand) => number) =>
    running.reduce((total, each) => total + of(each), of(demand));
  return (
    sum(({ threads }) => threads.min) <= capacity.cores &&
    sum(({ memory }) => memory) <= capacity.memory
  );
}

/**
 * Threads of each running task: its fewest, then what is left over one by one, in the order
 * given, to all that can use more.
 */
export function shareThreads(running: readonly Demand[], cores: number): number[] {
  const shares = running.map(({ threads }) => threads.min);
  let left = cores - shares.reduce((sum, share) => sum + share, 0);
  for (let given = true; given && left > 0; ) {
    given = false;
    for (const [k, { threads }] of running.entries()) {
      if (left <= 0 || shares[k]! >= threads.max) continue;
      shares[k]! += 1;
      left -= 1;
      given = true;
    }
  }
  return shares;
}
