/** Which tasks can be decided about: those whose upstream tasks have ended, and whose key nobody has. */
import type { TaskId } from '../study/expanded.ts';
import type { Dependences } from './schedule.ts';

export class Waiting {
  readonly #dependents: Dependences['dependents'];
  readonly #missing: Int32Array;
  readonly #decidable: TaskId[] = [];
  /** Next in `#decidable`. */
  #next = 0;
  readonly #keys = new Map<TaskId, string>();
  /** Tasks with the key of one that is on its way: decided again when that has ended. */
  readonly #sameKey = new Map<string, TaskId[]>();
  #open: number;

  /** @param tasks those of the run */
  constructor({ needs, dependents }: Dependences, tasks: readonly TaskId[]) {
    this.#dependents = dependents;
    this.#missing = Int32Array.from(needs, (each) => each.length);
    this.#open = tasks.length;
    for (const id of tasks) if (this.#missing[id] === 0) this.#decidable.push(id);
  }

  /** Tasks that have not ended. */
  get open(): number {
    return this.#open;
  }

  /** A task that can be decided about; undefined if there is none now. */
  take(): TaskId | undefined {
    if (this.#next < this.#decidable.length) return this.#decidable[this.#next++];
    this.#decidable.length = 0;
    this.#next = 0;
    return undefined;
  }

  /** True if the task has the key to itself; else it is decided again when the key's task has ended. */
  claim(id: TaskId, key: string): boolean {
    const same = this.#sameKey.get(key);
    if (same !== undefined) {
      same.push(id);
      return false;
    }
    this.#sameKey.set(key, []);
    this.#keys.set(id, key);
    return true;
  }

  /** Has a task, and those with its key, decided about anew. */
  again(id: TaskId): void {
    this.#decidable.push(id);
    this.#giveUpKey(id);
  }

  /** A task has ended: what waited for it can be decided about. */
  leave(id: TaskId): void {
    this.#open -= 1;
    for (const other of this.#dependents[id]!) {
      this.#missing[other]! -= 1;
      if (this.#missing[other] === 0) this.#decidable.push(other);
    }
    this.#giveUpKey(id);
  }

  #giveUpKey(id: TaskId): void {
    const key = this.#keys.get(id);
    if (key === undefined) return;
    this.#keys.delete(id);
    this.#decidable.push(...this.#sameKey.get(key)!);
    this.#sameKey.delete(key);
  }
}
