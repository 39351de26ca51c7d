/** `after`: tasks that must end first without handing anything over. */
import type { TaskId } from './expanded.ts';
import {
  type CheckedStep,
  outerMatrices,
  type Place,
  placeOutside,
  type Site,
  type Step,
  tasksOf,
} from './scope.ts';
import { type Selection, select } from './select.ts';
import { Groups } from './source.ts';
import type { TaskIds } from './task-ids.ts';

/** Who must end before the tasks of one step. Tasks that wait for the same share one list. */
export class Predecessors {
  readonly #ids: TaskIds;
  /** Told of every list that is made, by its length. */
  readonly #made: (length: number) => void;
  readonly #groups = new Groups();
  readonly #lists = new Map<string, readonly TaskId[]>();

  constructor(ids: TaskIds, made: (length: number) => void) {
    this.#ids = ids;
    this.#made = made;
  }

  /** Elements align where steps share axes; of other axes all have to end. */
  of(place: Place): readonly TaskId[] {
    const waits = waitsOf(place);
    const key = waits
      .map(({ target, selection, at }) => [
        target.path,
        at.outer.join(' '),
        selection.axes
          .map((choice) => (choice.kind === 'aligned' ? at.positions[choice.axis] : '*'))
          .join(' '),
      ])
      .join('\n');
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = waits.flatMap((wait) => this.#tasks(wait));
      this.#lists.set(key, list);
      this.#made(list.length);
    }
    return list;
  }

  #tasks({ target, selection, at }: Wait): TaskId[] {
    const found: TaskId[] = [];
    for (const element of this.#groups.elements(target, selection, at))
      for (const step of tasksOf(target)) {
        const { first, count } = within(step, [...at.outer, element]);
        for (let k = 0; k < count; k++) found.push(this.#ids.of(step, first + k));
      }
    return found;
  }
}

interface Wait {
  readonly target: Step;
  readonly selection: Selection;
  readonly at: Place;
}

/** What a task waits for: what its step names, and the steps that use the protocols around it. */
function waitsOf(place: Place): readonly Wait[] {
  const waits: Wait[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = placeOutside(at))
    for (const { text } of at.site.after) {
      const target = at.site.scope.steps.get(text);
      const selection = target && selectionOf(target, at.site);
      if (selection !== undefined) waits.push({ target: target!, selection, at });
    }
  return waits;
}

function selectionOf(target: Step, site: Site): Selection | undefined {
  if (target.matrix === undefined || site.matrix === undefined) return undefined;
  const { axes } = target.matrix;
  const path = axes.length === 0 ? ['end'] : ['*', 'end'];
  const selected = select(target.name, axes, path, ['end'], site.matrix.axes);
  return selected.kind === 'selection' ? selected.selection : undefined;
}

/** The tasks of a step within given elements of the matrices around it, the outermost first. */
function within(
  step: CheckedStep,
  elements: readonly number[],
): { readonly first: number; readonly count: number } {
  const matrices = [...outerMatrices(step)!, step.matrix!];
  const before = elements.reduce((number, each, k) => number * matrices[k]!.size + each, 0);
  const count = matrices.slice(elements.length).reduce((product, { size }) => product * size, 1);
  return { first: before * count, count };
}
