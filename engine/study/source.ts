/** Outputs of other steps: which one a reference means, and whose tasks give it to a task. */
import type { OutputField } from '../step.ts';
import type { Bound, OutputBinding, Place } from './bound.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { CheckedStep, CheckedStudy } from './document.ts';
import type { Span, TaskId } from './expanded.ts';
import { elementAt, positionsOf } from './matrix.ts';
import type { Reference } from './references.ts';
import { type Choice, type Selection, select } from './select.ts';

/** An output of another step as a reference selects it. */
export interface Source {
  readonly producer: CheckedStep;
  readonly output: OutputField;
  readonly selection: Selection;
  readonly span: Span;
}

export class Sources {
  readonly #study: CheckedStudy;
  readonly #firstTask: ReadonlyMap<string, TaskId>;
  readonly #problems: Problems;
  /** Elements of a producer by their positions on the axes that a gather leaves fixed. */
  readonly #gathers = new Map<string, ReadonlyMap<string, readonly number[]>>();

  constructor(study: CheckedStudy, firstTask: ReadonlyMap<string, TaskId>, problems: Problems) {
    this.#study = study;
    this.#firstTask = firstTask;
    this.#problems = problems;
  }

  /** The output that a reference to a step means; undefined, reported, if it means none. */
  find(reference: Reference, place: Place, via: readonly Related[]): Source | undefined {
    const producer = this.#study.steps.get(reference.root);
    // Steps that are unknown, of an unknown type or with a wrong matrix have been reported.
    if (producer?.interface === undefined || producer.matrix === undefined) return undefined;
    if (place.step.matrix === undefined) return undefined;
    const { outputs } = producer.interface;
    const selected = select(
      producer.name,
      producer.matrix.axes,
      reference.path,
      Object.keys(outputs),
      place.step.matrix.axes,
    );
    if (selected.kind === 'wrong')
      return this.#problems.add(selected.code, reference.span, selected.message, via);
    const { selection } = selected;
    return { producer, output: outputs[selection.output]!, selection, span: reference.span };
  }

  /** The task that gives it to the task at `place`; undefined, reported, if there is none. */
  one(source: Source, place: Place, via: readonly Related[]): Bound<OutputBinding> | undefined {
    const { producer, selection, span } = source;
    const matrix = producer.matrix!;
    const positions = selection.axes.map((choice) => positionOf(choice, place)!);
    const element = positions.every((position) => position >= 0)
      ? elementAt(matrix, positions)
      : undefined;
    if (element === undefined)
      return this.#problems.add(
        'no-element',
        span,
        `${producer.name} has no element ${labelsAt(source, place).join('/')}; leave out here too what its matrix leaves out`,
        via,
      );
    const varies = selection.axes.some(({ kind }) => kind === 'aligned');
    const task = this.#firstTask.get(producer.name)! + element;
    return { binding: { kind: 'output', task, output: selection.output, span }, varies };
  }

  /** All tasks of a gather. */
  all(source: Source, place: Place): Bound {
    const { producer, selection, span } = source;
    const fixed = selection.axes.map((choice) => positionOf(choice, place));
    const first = this.#firstTask.get(producer.name)!;
    const { output } = selection;
    const elements = (this.#groups(source).get(fixed.join(' ')) ?? []).map((element) => ({
      kind: 'output' as const,
      task: first + element,
      output,
      span,
    }));
    const varies = selection.axes.some(({ kind }) => kind === 'aligned');
    return { binding: { kind: 'gather', elements, span }, varies };
  }

  #groups({ producer, selection }: Source): ReadonlyMap<string, readonly number[]> {
    const isFixed = selection.axes.map(({ kind }) => kind !== 'gathered');
    const id = `${producer.name} ${isFixed.join(' ')}`;
    const known = this.#gathers.get(id);
    if (known !== undefined) return known;
    const groups = new Map<string, number[]>();
    const matrix = producer.matrix!;
    for (let element = 0; element < matrix.size; element++) {
      const positions = positionsOf(matrix, element);
      const key = positions.map((position, k) => (isFixed[k] ? position : undefined)).join(' ');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [element]);
      else group.push(element);
    }
    this.#gathers.set(id, groups);
    return groups;
  }
}

/** Position on the producer's axis; undefined where all are gathered, negative where there is none. */
function positionOf(choice: Choice, place: Place): number | undefined {
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
      ? place.step.matrix!.axes[choice.axis]!.labels[place.positions[choice.axis]!]!
      : producer.matrix!.axes[k]!.labels[positionOf(choice, place)!]!,
  );
}
