/** What commands that run steps may use of this machine. */
import type { Executor } from '../run/executor.ts';
import type { Capacity } from '../run/resources.ts';
import { localExecutor } from '../run/workers.ts';
import { coresToUse, memoryToUse } from './facts.ts';
import type { Site } from './site-file.ts';

/** @param jobs  the option `--jobs` */
export function machineOf(jobs: string | undefined, site: Site): Omit<Capacity, 'gpus'> {
  return { cores: coresToUse(jobs, site).value, memory: memoryToUse(site).value };
}

/** Processes that run the built-in steps. */
export function stepWorkers(): Executor {
  const steps = import.meta.url.endsWith('.ts') ? '../../steps/index.ts' : '../../steps/index.js';
  return localExecutor(new URL(steps, import.meta.url).href);
}
