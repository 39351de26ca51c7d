/**
 * The last key of each task of a study, in `last/<digest of the study's name>`, so that an
 * explanation can compare with it.
 */
import { join } from 'node:path';
import { sha256 } from './canonical.ts';
import type { Disk } from './disk.ts';
import { diskProblem } from './errors.ts';
import { PairLog } from './pair-log.ts';

export class Latest {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #studies = new Map<string, PairLog>();

  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** Key of the task's last record. */
  keyOf(study: string, task: string): string | undefined {
    return this.#of(study, (keys) => keys.get(task));
  }

  /** Notes `key` as the last one of a task. */
  note(study: string, task: string, key: string): void {
    this.#of(study, (keys) => keys.set(task, key));
  }

  #of<T>(study: string, use: (keys: PairLog) => T): T {
    let keys = this.#studies.get(study);
    if (keys === undefined) {
      keys = new PairLog(this.#disk, join(this.#root, 'last', sha256(study)));
      this.#studies.set(study, keys);
    }
    try {
      return use(keys);
    } catch (error) {
      throw diskProblem(error, this.#root, 'noting the last result of a task');
    }
  }
}
