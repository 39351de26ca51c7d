/** Which ready task comes first: the one with the longest way to go, ties in the order of the file. */
import { takesFrom } from '../plan/plan.ts';
import type { ExpandedStudy, TaskId } from '../study/expanded.ts';

/** Who waits for whom, among the tasks of a run. */
export interface Dependences {
  /** Tasks that must end before this one, each once. */
  readonly needs: readonly (readonly TaskId[])[];
  readonly dependents: readonly (readonly TaskId[])[];
  /** Tasks on the longest way from this one to the end, itself included. */
  readonly depth: Int32Array;
}

/** Linear in tasks and references, iterative. Tasks that are not in `included` have no edges. */
export function dependencesOf(
  study: ExpandedStudy,
  included: (task: TaskId) => boolean,
): Dependences {
  const count = study.tasks.length;
  const needs: TaskId[][] = Array.from({ length: count }, () => []);
  const dependents: TaskId[][] = Array.from({ length: count }, () => []);
  for (const task of study.tasks) {
    if (!included(task.id)) continue;
    needs[task.id] = [...new Set([...takesFrom(task), ...task.after])];
    for (const other of needs[task.id]!) dependents[other]!.push(task.id);
  }
  const depth = new Int32Array(count);
  for (let id = count - 1; id >= 0; id--) {
    let longest = 0;
    for (const other of dependents[id]!) longest = Math.max(longest, depth[other]!);
    depth[id] = longest + 1;
  }
  return { needs, dependents, depth };
}

/** Ready tasks looked at for one that fits: beyond that a large graph would be searched in vain. */
const MOST_LOOKS = 64;

/** Ready tasks, first the one with the greatest depth, then the one with the lowest number. */
export class ReadyQueue {
  readonly #depth: Int32Array;
  readonly #heap: TaskId[] = [];

  constructor(depth: Int32Array) {
    this.#depth = depth;
  }

  /** True if its first task comes before the other queue's, or that one is empty. */
  precedes(other: ReadyQueue): boolean {
    const [mine, theirs] = [this.#heap[0], other.#heap[0]];
    return theirs === undefined || (mine !== undefined && this.#before(mine, theirs));
  }

  add(task: TaskId): void {
    const heap = this.#heap;
    let at = heap.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#before(heap[parent]!, heap[at]!)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes out the first task that `fits`; undefined if none of the first few does. */
  take(fits: (task: TaskId) => boolean): TaskId | undefined {
    const passed: TaskId[] = [];
    let found: TaskId | undefined;
    while (found === undefined && this.#heap.length > 0 && passed.length < MOST_LOOKS) {
      const first = this.#pop();
      if (fits(first)) found = first;
      else passed.push(first);
    }
    for (const task of passed) this.add(task);
    return found;
  }

  #pop(): TaskId {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let next = at;
      for (const child of [left, left + 1])
        if (child < heap.length && this.#before(heap[child]!, heap[next]!)) next = child;
      if (next === at) return first;
      this.#swap(at, next);
      at = next;
    }
  }

  #before(a: TaskId, b: TaskId): boolean {
    const [x, y] = [this.#depth[a]!, this.#depth[b]!];
    return x > y || (x === y && a <= b);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}
