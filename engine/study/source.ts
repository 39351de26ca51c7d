/** Outputs of other steps: which one a reference means, and whose tasks give it to a task. */
import type { OutputField } from '../step.ts';
import type { Bound, OutputBinding, Place } from './bound.ts';
import type { Problems, Related } from './diagnostic.ts';
import type { CheckedStep, CheckedStudy } from './document.ts';
import type { Span, TaskId } from './expanded.ts';
import { positionsOf, type Selection, select } from './matrix.ts';
import type { Reference } from './references.ts';

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
  /** Gathers that every task of a step shares, by step and reference. */
  readonly #gathers = new Map<string, readonly number[]>();

  constructor(study: CheckedStudy, firstTask: ReadonlyMap<string, TaskId>, problems: Problems) {
    this.#study = study;
    this.#firstTask = firstTask;
    this.#problems = problems;
  }

  /** The output that a reference to a step means; undefined, reported, if it means none. */
  find(reference: Reference, place: Place, via: readonly Related[]): Source | undefined {
    const producer = this.#study.steps.get(reference.root);
    // Steps that are unknown, of an unknown type or with a wrong matrix have been reported.
    if (producer?.interface === undefined || producer.axes === undefined) return undefined;
    if (place.step.axes === undefined) return undefined;
    const { outputs } = producer.interface;
    const selected = select(
      producer.name,
      producer.axes,
      reference.path,
      Object.keys(outputs),
      place.step.axes,
    );
    if (selected.kind === 'wrong')
      return this.#problems.add(selected.code, reference.span, selected.message, via);
    const { selection } = selected;
    return { producer, output: outputs[selection.output]!, selection, span: reference.span };
  }

  /** The task that gives it to the task at `place`; of a gather the first. */
  one({ producer, selection, span }: Source, place: Place): Bound<OutputBinding> {
    const axes = producer.axes!;
    let element = 0;
    let varies = false;
    for (const [k, choice] of selection.axes.entries()) {
      let position = 0;
      if (choice.kind === 'named') position = choice.position;
      else if (choice.kind === 'aligned') {
        position = choice.positions[place.positions[choice.axis]!]!;
        varies = true;
      }
      element = element * axes[k]!.labels.length + position;
    }
    const task = this.#firstTask.get(producer.name)! + element;
    return { binding: { kind: 'output', task, output: selection.output, span }, varies };
  }

  /** All tasks of a gather. */
  all(source: Source, place: Place): Bound {
    const { binding: first, varies } = this.one(source, place);
    const elements = this.#offsets(source).map((offset) => ({
      ...first,
      task: first.task + offset,
    }));
    return { binding: { kind: 'gather', elements, span: source.span }, varies };
  }

  /** How far the elements of a gather are from the one with the first of every gathered axis. */
  #offsets({ producer, selection }: Source): readonly number[] {
    const id = `${producer.name} ${selection.axes.map(({ kind }) => kind).join(' ')}`;
    const known = this.#gathers.get(id);
    if (known !== undefined) return known;
    const axes = producer.axes!;
    const gathered = axes.filter((_, k) => selection.axes[k]!.kind === 'gathered');
    const count = gathered.reduce((product, { labels }) => product * labels.length, 1);
    const offsets = Array.from({ length: count }, (_, number) => {
      const positions = positionsOf(gathered, number);
      let next = 0;
      return axes.reduce((offset, axis, k) => {
        const position = selection.axes[k]!.kind === 'gathered' ? positions[next++]! : 0;
        return offset * axis.labels.length + position;
      }, 0);
    });
    this.#gathers.set(id, offsets);
    return offsets;
  }
}
