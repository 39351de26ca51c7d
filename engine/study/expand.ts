/**
 * Checked study -> tasks. Every matrix is unrolled, every reference resolved. Work and memory
 * are linear in tasks and references; bindings that do not depend on the element are shared.
 */
import type { InputField } from '../step.ts';
import { Predecessors } from './after.ts';
import { Binder } from './bindings.ts';
import type { Bound } from './bound.ts';
import { expectedKind } from './coerce.ts';
import { declaredAsJson } from './declared-outputs.ts';
import type { Problems } from './diagnostic.ts';
import { execTask } from './exec-task.ts';
import type { Binding, Condition, StudyStep, Task } from './expanded.ts';
import type { Files } from './files.ts';
import { inputAt } from './follow.ts';
import type { Unit } from './graph.ts';
import { type Matrix, MOST_TASKS, positionsOf } from './matrix.ts';
import { EXEC } from './names.ts';
import type { Node } from './node.ts';
import { isRequired } from './schema.ts';
import {
  type Call,
  type CheckedStep,
  outerMatrices,
  type Place,
  placeInside,
  placeOutside,
  type Scope,
  type Site,
  sizeOf,
  stepsIn,
} from './scope.ts';
import { didYouMean, nearest } from './suggest.ts';
import { TaskIds } from './task-ids.ts';

/** Gathers of a study may grow to this many elements. */
const MOST_GATHERED = 2_000_000;

const CONDITION: InputField = { kind: 'boolean' };

export interface Expansion {
  readonly steps: readonly StudyStep[];
  readonly tasks: readonly Task[];
}

/**
 * Unrolls the study. `units`: its steps, those of protocols included, such that each follows
 * those it needs. Problems are collected; the result counts only if there are none.
 */
export function expand(
  study: Scope,
  units: readonly Unit[],
  files: Files,
  problems: Problems,
): Expansion {
  let count = 0;
  for (const step of stepsIn(study)) {
    const size = sizeOf(step);
    count += size;
    if (count > MOST_TASKS && count - size <= MOST_TASKS)
      problems.add(
        'too-many-tasks',
        step.span,
        `with step ${step.path}, which has ${size} tasks, the study has more than ${MOST_TASKS}`,
      );
  }
  if (count > MOST_TASKS) return { steps: [], tasks: [] };
  const ids = new TaskIds(units);
  const expander = new Expander(study, ids, files, problems);
  expander.checkCalls(study);
  const tasks: Task[] = [];
  for (const step of stepsIn(study)) for (const task of expander.tasks(step)) tasks[task.id] = task;
  const steps = [...stepsIn(study)].map((step) => ({
    name: step.path,
    uses: step.uses,
    span: step.span,
    axes: axesOf(step),
    tasks: ids.all(step),
  }));
  return { steps, tasks };
}

class Expander {
  readonly #problems: Problems;
  readonly #binder: Binder;
  readonly #predecessors: Predecessors;
  readonly #ids: TaskIds;
  #gathered = 0;
  /** The step whose tasks are being made. */
  #current: CheckedStep | undefined;

  constructor(study: Scope, ids: TaskIds, files: Files, problems: Problems) {
    this.#problems = problems;
    this.#ids = ids;
    this.#binder = new Binder(study, ids, files, problems);
    this.#predecessors = new Predecessors(ids, (length) => this.#countGathered(length));
  }

  tasks(step: CheckedStep): Task[] {
    const { interface: type, matrix } = step;
    const outer = outerMatrices(step);
    if (type === undefined || matrix === undefined || outer === undefined) return [];
    this.#current = step;
    this.#checkInputs(step);
    const bindings = new StepBindings(this.#binder);
    const tasks: Task[] = [];
    const size = sizeOf(step);
    for (let number = 0; number < size && this.#gathered <= MOST_GATHERED; number++) {
      const place = placeOf(step, outer, matrix, number);
      const inputs = this.#inputs(step, place, bindings);
      const when = this.#conditions(place, bindings);
      const name = nameOf(place);
      tasks.push({
        id: this.#ids.of(step, number),
        name: name.join('/'),
        step: step.path,
        labels: labelsOf(place),
        interface: type,
        inputs,
        ...(step.declared !== undefined &&
          execTask(inputs, bindings.failed, step.scope.folder, this.#problems)),
        ...(type.own?.command && { programs: type.own.command.programs }),
        ...(when.length > 0 && { when }),
        after: this.#predecessors.of(place),
        resources: step.resources,
        partial: step.partial,
        timeout: step.timeout,
        ...(step.retry !== undefined && { retry: step.retry }),
        span: step.span,
      });
    }
    return tasks;
  }

  /** What the uses of protocols give, against what these declare. */
  checkCalls(scope: Scope): void {
    for (const call of scope.steps.values()) {
      if (call.kind !== 'call' || call.inner === undefined) continue;
      if (call.inner.scope.use?.isStep) this.#checkRepeatedStep(call);
      else this.#checkCall(call);
      this.checkCalls(call.inner.scope);
    }
  }

  #checkCall(call: Call): void {
    const { declared, outputs } = call.inner!;
    const known = [...declared.keys()];
    const unknown = [...call.inputs].filter(([name]) => !declared.has(name));
    for (const [name, { key }] of unknown)
      this.#problems.add(
        'unknown-input',
        key.span,
        `the protocol has no input ${name}${didYouMean(name, known, 'its inputs')}`,
      );
    const meant = new Set(unknown.map(([name]) => nearest(name, known)));
    for (const [name, { field, standard }] of declared)
      if (call.inputsKnown && standard === undefined && !call.inputs.has(name) && !meant.has(name))
        this.#problems.add(
          'missing-input',
          call.span,
          `step ${call.name} lacks the input ${name} of its protocol; expected ${expectedKind(field)}`,
        );
    const outer = outerMatrices(call);
    if (outer === undefined || call.matrix === undefined) return;
    const bindings = new StepBindings(this.#binder);
    for (let number = 0; number < sizeOf(call); number++) {
      const place = placeOf(call, outer, call.matrix, number);
      for (const [name, { field }] of declared) {
        const given = call.inputs.get(name)?.value;
        if (given !== undefined) bindings.of(name, given, field, place);
      }
      if (number > 0) continue;
      this.#binder.beforeTurn({ ...place, turn: 0 });
      const element = number % call.matrix.size;
      const inside = placeInside(call.inner!, element, call.repeat === undefined ? null : 0, place);
      for (const [name, { value }] of outputs)
        this.#binder.check(value, { ...inside, subject: name });
    }
  }

  /** A first turn is given all that the step type needs; the step itself is checked as it is. */
  #checkRepeatedStep(call: Call): void {
    const { inner, inputs, repeat, span, name, matrix } = call;
    const outer = outerMatrices(call);
    if (outer !== undefined && matrix !== undefined && sizeOf(call) > 0)
      this.#binder.beforeTurn({ ...placeOf(call, outer, matrix, 0), turn: 0 });
    for (const [input, { field }] of inner!.declared)
      if (isRequired(field) && repeat!.carry.has(input) && !inputs.has(input))
        this.#problems.add(
          'missing-input',
          span,
          `step ${name} lacks the input ${input} for its first turn; expected ${expectedKind(field)}`,
        );
  }

  /** Inputs that the step type does not have, and those that it needs and does not get. */
  #checkInputs(step: CheckedStep): void {
    const fields = Object.entries(step.interface!.inputs).filter(
      ([name]) => step.uses !== EXEC || name !== 'outputs',
    );
    const known = fields.map(([name]) => name);
    const unknown = [...step.inputs].filter(([name]) => !known.includes(name));
    for (const [name, { key }] of unknown)
      this.#problems.add(
        'unknown-input',
        key.span,
        `${step.uses} has no input ${name}${didYouMean(name, known, 'its inputs')}`,
      );
    const meant = new Set(unknown.map(([name]) => nearest(name, known)));
    for (const [name, field] of fields)
      if (step.inputsKnown && isRequired(field) && !step.inputs.has(name) && !meant.has(name))
        this.#problems.add(
          'missing-input',
          step.span,
          `step ${step.name} lacks the input ${name} of ${step.uses}; expected ${expectedKind(field)}`,
        );
  }

  #inputs(step: CheckedStep, place: Place, bindings: StepBindings): Task['inputs'] {
    const inputs: [string, Binding][] = [];
    for (const [name, field] of Object.entries(step.interface!.inputs)) {
      const given = step.inputs.get(name);
      // What is only carried, the first turn is not given.
      const isGiven = step.scope.use?.isStep !== true || inputAt(name, place) !== undefined;
      const bound = given && isGiven && bindings.of(name, given.value, field, place);
      if (!bound) continue;
      inputs.push([name, bound.binding]);
      if (bound.isNew)
        for (const item of bound.binding.kind === 'list' ? bound.binding.items : [bound.binding])
          if (item.kind === 'gather') this.#countGathered(item.elements.length);
    }
    if (step.declared !== undefined) {
      const value = declaredAsJson(step.declared);
      inputs.push(['outputs', { kind: 'literal', value, span: step.span }]);
    }
    return Object.fromEntries(inputs);
  }

  /** The step's own conditions, and those of what is around it: uses of protocols, turns. */
  #conditions(place: Place, bindings: StepBindings): readonly Condition[] {
    const conditions: Condition[] = [];
    for (let at: Place | undefined = place; at !== undefined; ) {
      const { when, path } = at.site;
      const bound = when && bindings.of('when', when, CONDITION, at, `when of ${path}`);
      if (bound !== undefined) conditions.push(bound.binding);
      const outside = placeOutside(at);
      if (outside !== undefined && outside.turn !== null)
        conditions.push(...this.#binder.beforeTurn(outside));
      at = outside && { ...outside, turn: null };
    }
    return conditions;
  }

  #countGathered(elements: number): void {
    const before = this.#gathered;
    this.#gathered += elements;
    const step = this.#current;
    if (step !== undefined && this.#gathered > MOST_GATHERED && before <= MOST_GATHERED)
      this.#problems.add(
        'too-many-tasks',
        step.span,
        `with step ${step.path}, the study gathers more than ${MOST_GATHERED} elements`,
      );
  }
}

/** What the inputs of one step are bound to, element by element; what does not vary only once. */
class StepBindings {
  /** Inputs that are wrong, which has been reported: further elements would only repeat it. */
  readonly failed = new Set<string>();
  readonly #binder: Binder;
  readonly #shared = new Map<string, Bound>();

  constructor(binder: Binder) {
    this.#binder = binder;
  }

  /** @param id  told apart from others by it; the name of an input as a rule */
  of(
    subject: string,
    node: Node,
    field: InputField,
    place: Place,
    id = subject,
  ): (Bound & { readonly isNew: boolean }) | undefined {
    if (this.failed.has(id)) return undefined;
    const known = this.#shared.get(id);
    if (known !== undefined) return { ...known, isNew: false };
    const bound = this.#binder.bind(node, field, { ...place, subject });
    if (bound === undefined) this.failed.add(id);
    else if (!bound.varies) this.#shared.set(id, bound);
    return bound && { ...bound, isNew: true };
  }
}

/** Where task number `number` of a step is. */
function placeOf(site: Site, outer: readonly Matrix[], matrix: Matrix, number: number): Place {
  const elements: number[] = [];
  let rest = Math.floor(number / matrix.size);
  for (let k = outer.length - 1; k >= 0; k--) {
    elements[k] = rest % outer[k]!.size;
    rest = Math.floor(rest / outer[k]!.size);
  }
  const positions = positionsOf(matrix, number % matrix.size);
  return { site, outer: elements, positions, turn: null, subject: '' };
}

/** Names, labels and turns from the outside in: `melting`, `DP-M`, `2`, `middle`, `1800K`. */
function nameOf(place: Place): readonly string[] {
  const { site } = place;
  const labels = site.matrix!.axes.map(({ labels }, k) => labels[place.positions[k]!]!);
  const outside = placeOutside(place);
  if (outside === undefined) return [site.name, ...labels];
  const turn = outside.turn === null ? [] : [String(outside.turn + 1)];
  const own = site.scope.use?.isStep ? [] : [site.name];
  return [...nameOf(outside), ...turn, ...own, ...labels];
}

/** Labels by axis; axes around a protocol that have the name of one inside go by their step too. */
function labelsOf(place: Place): { readonly [axis: string]: string } {
  const own = place.site.matrix!.axes.map(
    ({ name, labels }, k) => [name, labels[place.positions[k]!]!] as const,
  );
  const outside = placeOutside(place);
  if (outside === undefined) return Object.fromEntries(own);
  const around = Object.entries(labelsOf(outside));
  if (outside.turn !== null) around.push(['turn', String(outside.turn + 1)]);
  const renamed = around.map(([name, label]) => {
    const isTaken = own.some(([axis]) => axis === name);
    return [isTaken ? `${outside.site.name}.${name}` : name, label] as const;
  });
  return Object.fromEntries([...renamed, ...own]);
}

/** Names of the axes as `labelsOf` has them. */
function axesOf(step: CheckedStep): readonly string[] {
  const outer = outerMatrices(step);
  if (outer === undefined || step.matrix === undefined || sizeOf(step) === 0)
    return step.matrix?.axes.map(({ name }) => name) ?? [];
  return Object.keys(labelsOf(placeOf(step, outer, step.matrix, 0)));
}
