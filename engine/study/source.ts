/** Outputs of other steps: which one a reference means, and whose tasks give it to a task. */
import type { OutputField } from '../step.ts';
import type { Bound, OutputBinding } from './bound.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { elementAt, type Matrix, type Positions, positionsOf } from './matrix.ts';
import type { Reference } from './references.ts';
import { type CheckedStep, outerMatrices, type Place, type Site, taskNumber } from './scope.ts';
import { type Choice, type Selection, select } from './select.ts';
import type { TaskIds } from './task-ids.ts';

/** An output of another step as a reference selects it. */
export interface Source {
  readonly producer: CheckedStep;
  readonly output: OutputField;
  readonly selection: Selection;
  readonly span: Span;
}

export class Sources {
  readonly #ids: TaskIds;
  readonly #problems: Problems;
  readonly #groups = new Groups();

  constructor(ids: TaskIds, problems: Problems) {
    this.#ids = ids;
    this.#problems = problems;
  }

  /** The output that a reference to a step means; undefined, reported, if it means none. */
  find(reference: Reference, place: Place, via: readonly Related[]): Source | undefined {
    const producer = place.site.scope.steps.get(reference.root);
    // Steps that are unknown, of an unknown type or with a wrong matrix have been reported.
    if (producer?.kind !== 'step') return undefined;
    if (producer.interface === undefined || producer.matrix === undefined) return undefined;
    if (place.site.matrix === undefined) return undefined;
    const { outputs } = producer.interface;
    const selected = select(
      producer.name,
      producer.matrix.axes,
      reference.path,
      Object.keys(outputs),
      place.site.matrix.axes,
    );
    if (selected.kind === 'wrong')
      return this.#problems.add(selected.code, reference.span, selected.message, via);
    const { selection } = selected;
    return { producer, output: outputs[selection.output]!, selection, span: reference.span };
  }

  /** The task that gives it to the task at `place`; undefined, reported, if there is none. */
  one(source: Source, place: Place, via: readonly Related[]): Bound<OutputBinding> | undefined {
    const { producer, selection, span } = source;
    const positions = selection.axes.map((choice) => positionOf(choice, place)!);
    const element = elementAt(producer.matrix!, positions);
    if (element === undefined)
      return this.#problems.add(
        'no-element',
        span,
        `${producer.name} has no element ${labelsAt(source, place).join('/')}; leave out here too what its matrix leaves out`,
        via,
      );
    return {
      binding: this.#output(source, place, element),
      varies: dependsOnElement(selection, producer),
    };
  }

  /** All tasks of a gather. */
  all(source: Source, place: Place): Bound {
    const { producer, selection, span } = source;
    const elements = this.#groups
      .elements(producer, selection, place)
      .map((element) => this.#output(source, place, element));
    return {
      binding: { kind: 'gather', elements, span },
      varies: dependsOnElement(selection, producer),
    };
  }

  #output({ producer, selection, span }: Source, place: Place, element: number): OutputBinding {
    const task = this.#ids.of(producer, taskNumber(producer, place.outer, element));
    return { kind: 'output', task, output: selection.output, span };
  }
}

/** Steps of a protocol take from one another within the same element of what is around them. */
function dependsOnElement(selection: Selection, producer: Site): boolean {
  const isRepeated = outerMatrices(producer)?.some(({ size }) => size > 1) ?? false;
  return isRepeated || selection.axes.some(({ kind }) => kind === 'aligned');
}

/** Elements of matrices by their positions on the axes that a gather leaves fixed. */
export class Groups {
  readonly #known = new Map<string, ReadonlyMap<string, readonly number[]>>();

  /** Elements of `of` that a selection with gathered axes means for the task at `place`. */
  elements(of: Site, selection: Selection, place: Place): readonly number[] {
    const fixed = selection.axes.map((choice) => positionOf(choice, place));
    const isFixed = selection.axes.map(({ kind }) => kind !== 'gathered');
    const id = `${of.path} ${isFixed.join(' ')}`;
    let groups = this.#known.get(id);
    if (groups === undefined) {
      groups = groupsOf(of.matrix!, isFixed);
      this.#known.set(id, groups);
    }
    return groups.get(fixed.join(' ')) ?? [];
  }
}

function groupsOf(
  matrix: Matrix,
  isFixed: readonly boolean[],
): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (let element = 0; element < matrix.size; element++) {
    const positions: Positions = positionsOf(matrix, element);
    const key = positions.map((position, k) => (isFixed[k] ? position : undefined)).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [element]);
    else group.push(element);
  }
  return groups;
}

/** Position on the producer's axis; undefined where all are gathered, negative where there is none. */
export function positionOf(choice: Choice, place: Place): number | undefined {
  switch (choice.kind) {
    case 'named':
      return choice.position;
    case 'aligned':
      return choice.positions[place.positions[choice.axis]!]!;
    case 'gathered':
      return undefined;
  }
}

/** Labels of the element that a source means for a task. */
function labelsAt({ producer, selection }: Source, place: Place): readonly string[] {
  return selection.axes.map((choice, k) =>
    choice.kind === 'aligned'
      ? place.site.matrix!.axes[choice.axis]!.labels[place.positions[choice.axis]!]!
      : producer.matrix!.axes[k]!.labels[positionOf(choice, place)!]!,
  );
}
