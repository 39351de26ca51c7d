/**
 * The last key of each task of a study, so that `explain` can compare with it.
 *
 * On disk: `last/<digest of the study's name>`, a log of JSON lines `[task, key]`; the last line
 * of a task wins, torn lines are passed over.
 */
import { join } from 'node:path';
import { sha256 } from './canonical.ts';
import type { Disk } from './disk.ts';
import { diskProblem } from './errors.ts';

export class Latest {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #studies = new Map<string, Map<string, string>>();

  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** Key of the task's last record. */
  keyOf(study: string, task: string): string | undefined {
    return this.#load(study).get(task);
  }

  /** Notes `key` as the last one of a task. Costs no write if it was so before. */
  note(study: string, task: string, key: string): void {
    const keys = this.#load(study);
    if (keys.get(task) === key) return;
    try {
      this.#disk.append(this.#pathOf(study), `\n${JSON.stringify([task, key])}\n`);
    } catch (error) {
      throw diskProblem(error, this.#root, 'noting the last result of a task');
    }
    keys.set(task, key);
  }

  #pathOf(study: string): string {
    return join(this.#root, 'last', sha256(study));
  }

  #load(study: string): Map<string, string> {
    const loaded = this.#studies.get(study);
    if (loaded !== undefined) return loaded;
    const keys = new Map<string, string>();
    const path = this.#pathOf(study);
    if (this.#disk.stat(path) !== undefined) {
      for (const line of Buffer.from(this.#disk.read(path)).toString('utf8').split('\n')) {
        const entry = parsed(line);
        if (entry !== undefined) keys.set(entry[0], entry[1]);
      }
    }
    this.#studies.set(study, keys);
    return keys;
  }
}

function parsed(line: string): readonly [task: string, key: string] | undefined {
  if (!line.endsWith(']')) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    if (!Array.isArray(entry)) return undefined;
    const [task, key]: readonly unknown[] = entry;
    return typeof task === 'string' && typeof key === 'string' ? [task, key] : undefined;
  } catch {
    return undefined;
  }
}
