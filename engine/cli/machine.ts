/** What commands that run steps may use of this machine. */
import { availableParallelism, totalmem } from 'node:os';
import type { Executor } from '../run/executor.ts';
import type { Capacity } from '../run/resources.ts';
import { localExecutor } from '../run/workers.ts';
import { Failure } from './failure.ts';

/** @param jobs  the option `--jobs` */
export function machineOf(jobs: string | undefined): Omit<Capacity, 'gpus'> {
  if (jobs !== undefined && !/^[1-9]\d{0,3}$/.test(jobs))
    throw new Failure(`--jobs: ${jobs} is no number of cores; write a count such as 2`);
  return {
    cores: jobs === undefined ? availableParallelism() : Number(jobs),
    memory: (process.constrainedMemory() || totalmem()) / 1e6,
  };
}

/** Processes that run the built-in steps. */
export function stepWorkers(): Executor {
  const steps = import.meta.url.endsWith('.ts') ? '../../steps/index.ts' : '../../steps/index.js';
  return localExecutor(new URL(steps, import.meta.url).href);
}
