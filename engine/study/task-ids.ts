/**
 * Numbers of tasks: every task after those it needs. The tasks of a step follow one another,
 * except in a repeated step, where all of one turn come before those of the next.
 */
import type { TaskId } from './expanded.ts';
import type { Unit } from './graph.ts';
import { type CheckedStep, outerMatrices, sizeOf, turnsAround } from './scope.ts';

export class TaskIds {
  readonly #ids = new Map<CheckedStep, Int32Array>();
  #count = 0;

  constructor(units: readonly Unit[]) {
    this.#number(units, new Map());
  }

  get count(): number {
    return this.#count;
  }

  /** Of task number `number` of a step, as its elements are counted. */
  of(step: CheckedStep, number: number): TaskId {
    return this.#ids.get(step)![number]!;
  }

  all(step: CheckedStep): readonly TaskId[] {
    return [...(this.#ids.get(step) ?? [])];
  }

  /** @param turns  in which turn of each repeated step we are */
  #number(units: readonly Unit[], turns: ReadonlyMap<string, number>): void {
    for (const unit of units)
      if (unit.kind === 'step') this.#numberStep(unit, turns);
      else
        for (let turn = 0; turn < unit.count; turn++)
          this.#number(unit.units, new Map([...turns, [unit.of, turn]]));
  }

  #numberStep(step: CheckedStep, turns: ReadonlyMap<string, number>): void {
    const size = sizeOf(step);
    if (size === 0) return;
    let ids = this.#ids.get(step);
    if (ids === undefined) {
      ids = new Int32Array(size);
      this.#ids.set(step, ids);
    }
    for (const number of numbersIn(step, turns)) ids[number] = this.#count++;
  }
}

/** Numbers of the tasks that a step has in given turns, in their order. */
function numbersIn(step: CheckedStep, turns: ReadonlyMap<string, number>): readonly number[] {
  const counted = [...turnsAround(step), null];
  const matrices = [...outerMatrices(step)!, step.matrix!];
  return matrices.reduce<readonly number[]>(
    (numbers, { size }, k) => {
      const turn = counted[k] === null ? undefined : turns.get(counted[k]!);
      return turn === undefined
        ? numbers.flatMap((number) => range(size).map((each) => number * size + each))
        : numbers.map((number) => number * size + turn);
    },
    [0],
  );
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, k) => k);
}
