/** A task context for running a step in a test: a fresh folder, checkpoints in memory. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskContext } from '../../engine/step.ts';

export interface TestContext extends TaskContext {
  readonly warnings: string[];
  /** The last saved checkpoint. */
  saved: Uint8Array | undefined;
}

/**
 * @param options `threads` granted; `resume` a checkpoint to start from; `stopAfterSaves` makes
 *   `throwIfStopped` throw once that many checkpoints were saved, as a kill would
 */
export function taskContext(
  options: {
    readonly threads?: number;
    readonly resume?: Uint8Array;
    readonly stopAfterSaves?: number;
  } = {},
): TestContext {
  let saves = 0;
  const context: TestContext = {
    folder: mkdtempSync(join(tmpdir(), 'curie-task-')),
    threads: () => options.threads ?? 1,
    warnings: [],
    saved: options.resume,
    checkpoint: {
      load: () => context.saved,
      due: () => options.stopAfterSaves !== undefined,
      save: (bytes) => {
        context.saved = bytes.slice();
        saves += 1;
      },
    },
    progress: () => {},
    warn: (message) => context.warnings.push(message),
    print: () => {},
    group: () => {},
    throwIfStopped: () => {
      if (options.stopAfterSaves !== undefined && saves >= options.stopAfterSaves)
        throw new Error('stopped');
    },
  };
  return context;
}
