/**
 * Checked study -> tasks. Every matrix is unrolled, every reference resolved. Work and memory
 * are linear in tasks and references; bindings that do not depend on the element are shared.
 */
import type { InputField } from '../step.ts';
import { Binder } from './bindings.ts';
import type { Bound } from './bound.ts';
import { expectedKind } from './coerce.ts';
import { declaredAsJson } from './declared-outputs.ts';
import type { Problems } from './diagnostic.ts';
import type { CheckedStep, CheckedStudy } from './document.ts';
import { execTask } from './exec-task.ts';
import type { Binding, StudyStep, Task, TaskId } from './expanded.ts';
import type { Files } from './files.ts';
import { MOST_TASKS, type Positions, positionsOf } from './matrix.ts';
import { EXEC } from './names.ts';
import type { Node } from './node.ts';
import { isRequired } from './schema.ts';
import { select } from './select.ts';
import { didYouMean } from './suggest.ts';

/** Gathers of a study may grow to this many elements. */
const MOST_GATHERED = 2_000_000;

const CONDITION: InputField = { kind: 'boolean' };

export interface Expansion {
  readonly steps: readonly StudyStep[];
  readonly tasks: readonly Task[];
}

/**
 * Unrolls the study. `order`: the steps such that each follows those it needs. Problems are
 * collected; the result counts only if there are none.
 */
export function expand(
  study: CheckedStudy,
  order: readonly string[],
  files: Files,
  problems: Problems,
): Expansion {
  const firstTask = new Map<string, TaskId>();
  let count = 0;
  for (const name of order) {
    const step = study.steps.get(name)!;
    firstTask.set(name, count);
    const size = step.matrix?.size ?? 0;
    count += size;
    if (count > MOST_TASKS && count - size <= MOST_TASKS)
      problems.add(
        'too-many-tasks',
        step.span,
        `with step ${name}, which has ${size} tasks, the study has more than ${MOST_TASKS}`,
      );
  }
  if (count > MOST_TASKS) return { steps: [], tasks: [] };
  const expander = new Expander(study, firstTask, files, problems);
  const tasks = order.flatMap((name) => expander.tasks(study.steps.get(name)!));
  const steps = [...study.steps.values()].map(({ name, uses, span, matrix }) => ({
    name,
    uses,
    span,
    axes: (matrix?.axes ?? []).map((axis) => axis.name),
    tasks: Array.from({ length: matrix?.size ?? 0 }, (_, k) => firstTask.get(name)! + k),
  }));
  return { steps, tasks };
}

class Expander {
  readonly #study: CheckedStudy;
  readonly #firstTask: ReadonlyMap<string, TaskId>;
  readonly #files: Files;
  readonly #problems: Problems;
  readonly #binder: Binder;
  #gathered = 0;

  constructor(
    study: CheckedStudy,
    firstTask: ReadonlyMap<string, TaskId>,
    files: Files,
    problems: Problems,
  ) {
    this.#study = study;
    this.#firstTask = firstTask;
    this.#files = files;
    this.#problems = problems;
    this.#binder = new Binder(study, firstTask, files, problems);
  }

  tasks(step: CheckedStep): Task[] {
    const { interface: type, matrix, when } = step;
    if (type === undefined || matrix === undefined) return [];
    const { axes, size } = matrix;
    this.#checkInputs(step);
    const bindings = new StepBindings(step, this.#binder);
    const after = this.#after(step);
    const first = this.#firstTask.get(step.name)!;
    const tasks: Task[] = [];
    for (let element = 0; element < size && this.#gathered <= MOST_GATHERED; element++) {
      const positions = positionsOf(matrix, element);
      const inputs = this.#inputs(step, positions, bindings);
      const condition = when && bindings.of('when', when, CONDITION, positions);
      const labels = axes.map(({ labels }, k) => labels[positions[k]!]!);
      tasks.push({
        id: first + element,
        name: [step.name, ...labels].join('/'),
        step: step.name,
        labels: Object.fromEntries(axes.map(({ name }, k) => [name, labels[k]!] as const)),
        interface: type,
        inputs,
        ...(step.declared !== undefined &&
          execTask(inputs, bindings.failed, this.#files.folder, this.#problems)),
        ...(condition !== undefined && { when: condition.binding }),
        after: after(positions),
        resources: step.resources,
        partial: step.partial,
        timeout: step.timeout,
        ...(step.retry !== undefined && { retry: step.retry }),
        span: step.span,
      });
    }
    return tasks;
  }

  /** Inputs that the step type does not have, and those that it needs and does not get. */
  #checkInputs(step: CheckedStep): void {
    const fields = Object.entries(step.interface!.inputs).filter(
      ([name]) => step.uses !== EXEC || name !== 'outputs',
    );
    const known = fields.map(([name]) => name);
    for (const [name, { key }] of step.inputs)
      if (!known.includes(name))
        this.#problems.add(
          'unknown-input',
          key.span,
          `${step.uses} has no input ${name}${didYouMean(name, known, 'its inputs')}`,
        );
    for (const [name, field] of fields)
      if (step.inputsKnown && isRequired(field) && !step.inputs.has(name))
        this.#problems.add(
          'missing-input',
          step.span,
          `step ${step.name} lacks the input ${name} of ${step.uses}; expected ${expectedKind(field)}`,
        );
  }

  #inputs(step: CheckedStep, positions: Positions, bindings: StepBindings): Task['inputs'] {
    const inputs: [string, Binding][] = [];
    for (const [name, field] of Object.entries(step.interface!.inputs)) {
      const given = step.inputs.get(name);
      const bound = given && bindings.of(name, given.value, field, positions);
      if (bound === undefined) continue;
      inputs.push([name, bound.binding]);
      if (bound.isNew)
        for (const item of bound.binding.kind === 'list' ? bound.binding.items : [bound.binding])
          if (item.kind === 'gather') this.#countGathered(item.elements.length, step);
    }
    if (step.declared !== undefined) {
      const value = declaredAsJson(step.declared);
      inputs.push(['outputs', { kind: 'literal', value, span: step.span }]);
    }
    return Object.fromEntries(inputs);
  }

  #countGathered(elements: number, step: CheckedStep): void {
    const before = this.#gathered;
    this.#gathered += elements;
    if (this.#gathered > MOST_GATHERED && before <= MOST_GATHERED)
      this.#problems.add(
        'too-many-tasks',
        step.span,
        `with step ${step.name}, the study gathers more than ${MOST_GATHERED} elements`,
      );
  }

  /** Tasks that must end first: aligned where the steps share axes, all of a step otherwise. */
  #after(step: CheckedStep): (positions: Positions) => readonly TaskId[] {
    const shared: TaskId[] = [];
    const aligned: ((positions: Positions) => readonly TaskId[])[] = [];
    for (const { text } of step.after) {
      const other = this.#study.steps.get(text);
      const matrix = other?.matrix;
      if (matrix === undefined) continue;
      const { axes, size } = matrix;
      const first = this.#firstTask.get(text)!;
      const path = axes.length === 0 ? ['end'] : ['*', 'end'];
      const selected = select(text, axes, path, ['end'], step.matrix!.axes);
      if (selected.kind === 'wrong') continue;
      const choices = selected.selection.axes;
      if (choices.every(({ kind }) => kind === 'gathered')) {
        for (let k = 0; k < size; k++) shared.push(first + k);
        continue;
      }
      const byKey = new Map<string, TaskId[]>();
      const keyOf = (positions: (k: number) => number): string =>
        choices.map(({ kind }, k) => (kind === 'aligned' ? positions(k) : '*')).join(' ');
      for (let k = 0; k < size; k++) {
        const positions = positionsOf(matrix, k);
        const key = keyOf((axis) => positions[axis]!);
        const group = byKey.get(key);
        if (group === undefined) byKey.set(key, [first + k]);
        else group.push(first + k);
      }
      aligned.push(
        (positions) =>
          byKey.get(
            keyOf((k) => {
              const choice = choices[k]!;
              return choice.kind === 'aligned' ? choice.positions[positions[choice.axis]!]! : 0;
            }),
          ) ?? [],
      );
    }
    return aligned.length === 0
      ? () => shared
      : (positions) => {
          const all = [...shared, ...aligned.flatMap((of) => of(positions))];
          this.#countGathered(all.length, step);
          return all;
        };
  }
}

/** What the inputs of one step are bound to, element by element; what does not vary only once. */
class StepBindings {
  /** Inputs that are wrong, which has been reported: further elements would only repeat it. */
  readonly failed = new Set<string>();
  readonly #step: CheckedStep;
  readonly #binder: Binder;
  readonly #shared = new Map<string, Bound>();

  constructor(step: CheckedStep, binder: Binder) {
    this.#step = step;
    this.#binder = binder;
  }

  of(
    subject: string,
    node: Node,
    field: InputField,
    positions: Positions,
  ): (Bound & { readonly isNew: boolean }) | undefined {
    if (this.failed.has(subject)) return undefined;
    const known = this.#shared.get(subject);
    if (known !== undefined) return { ...known, isNew: false };
    const bound = this.#binder.bind(node, field, { step: this.#step, positions, subject });
    if (bound === undefined) this.failed.add(subject);
    else if (!bound.varies) this.#shared.set(subject, bound);
    return bound && { ...bound, isNew: true };
  }
}
