/**
 * What happens to every task, and why.
 *
 * Keys are made of the digests of what upstream tasks actually gave, so a task whose inputs come
 * out with the same bytes keeps its key, and its result, whatever was done again above it.
 */
import type { ActionRecord, Hit, Miss } from '../../cache/index.ts';
import { type Reason, reasonToRun } from '../provenance/explain.ts';
import type { Json } from '../step.ts';
import type { Binding, Condition, ExpandedStudy, Task, TaskId } from '../study/expanded.ts';
import type { Action } from './action.ts';
import type { NamedFile } from './findings.ts';
import { resolveInputs, type Skip, type Surroundings } from './resolve.ts';
import type { Upstream } from './upstream.ts';

export type Decision =
  | {
      readonly kind: 'restore';
      readonly task: TaskId;
      readonly key: string;
      readonly record: ActionRecord;
    }
  | {
      readonly kind: 'run';
      readonly task: TaskId;
      readonly key: string;
      readonly action: Action;
      /** What the worker gets. */
      readonly values: { readonly [input: string]: Json };
      /** The user's files among them, to be looked at again before the commit. */
      readonly files: readonly NamedFile[];
      readonly because: Reason;
    }
  /** Its key needs what these give. */
  | { readonly kind: 'wait'; readonly task: TaskId; readonly for: readonly TaskId[] }
  /** Not run: it needs the value `output`, which the inconclusive task `by` lacks. */
  | {
      readonly kind: 'inconclusive';
      readonly task: TaskId;
      readonly key: string;
      readonly action: Action;
      readonly by: TaskId;
      readonly output: string;
      /** Why the value lacks, in the words of the step that could not give it. */
      readonly reason: string;
    }
  /** Not run: a condition does not hold, or it needs a skipped task. */
  | { readonly kind: 'skip'; readonly task: TaskId; readonly because: Skip }
  /** Not run: it needs the failed task `by`. */
  | { readonly kind: 'blocked'; readonly task: TaskId; readonly by: TaskId };

export interface Plan {
  /** One for each task, by its id. */
  readonly decisions: readonly Decision[];
}

/** What deciding asks for, besides what other tasks gave. */
export interface Knowledge extends Surroundings {
  find(key: string): Hit | Miss;
  /** The last record of the task with this name, to compare with. */
  latestOf(task: string): ActionRecord | undefined;
  /** Tasks to run even if they could be restored. */
  readonly forced?: ReadonlySet<TaskId>;
}

/**
 * Decides about every task, as far as that is possible before anything runs.
 *
 * `known` answers what the cache holds and what files contain; nothing else is looked at.
 * Tasks follow their inputs (`ExpandedStudy` promises it), so one pass does; linear in tasks and
 * references, iterative: a chain of 100,000 is fine.
 */
export function plan(study: ExpandedStudy, known: Knowledge): Plan {
  const decisions: Decision[] = [];
  const upstream = (task: TaskId): Upstream => upstreamAfter(decisions[task]);
  for (const task of study.tasks) decisions.push(decide(task, study, known, upstream));
  return { decisions };
}

/** Decides about one task, given how those it takes from have ended. */
export function decide(
  task: Task,
  study: ExpandedStudy,
  known: Knowledge,
  upstream: (task: TaskId) => Upstream,
): Decision {
  const { id } = task;
  const resolution = resolveInputs(task, study, known, upstream);
  switch (resolution.kind) {
    case 'waiting':
      return { kind: 'wait', task: id, for: resolution.for };
    case 'skipped':
      return { kind: 'skip', task: id, because: resolution.because };
    case 'blocked':
      return { kind: 'blocked', task: id, by: resolution.by };
    case 'inconclusive': {
      const { key, action, by, output, reason } = resolution;
      return { kind: 'inconclusive', task: id, key, action, by, output, reason };
    }
    case 'ready': {
      const { key, action, values, files } = resolution;
      const found = known.find(key);
      const forced = known.forced?.has(id) ?? false;
      if (found.kind === 'hit' && !forced)
        return { kind: 'restore', task: id, key, record: found.record };
      const latest = known.latestOf(task.name);
      const because =
        found.kind === 'hit'
          ? ({ kind: 'forced' } as const)
          : reasonToRun(found, action, latest, task, study, resolution.origins);
      return { kind: 'run', task: id, key, action, values, files, because };
    }
  }
}

/** What a decision means for tasks that take from the decided one, until that has run. */
export function upstreamAfter(decision: Decision | undefined): Upstream {
  switch (decision?.kind) {
    case 'restore':
      return { kind: 'record', record: decision.record };
    case 'inconclusive':
      return { kind: 'inconclusive', key: decision.key, reason: decision.reason };
    case 'skip':
      return { kind: 'skipped' };
    case 'blocked':
      return { kind: 'failed' };
    default:
      return { kind: 'pending' };
  }
}

/** Tasks that `task` takes something from, each once, in the order of the study. */
export function takesFrom(task: Task): TaskId[] {
  const tasks = new Set<TaskId>();
  const bindings: Binding[] = Object.values(task.inputs);
  for (const condition of task.when ?? []) pushCondition(condition, bindings);
  for (let next = bindings.pop(); next !== undefined; next = bindings.pop()) {
    switch (next.kind) {
      case 'output':
        tasks.add(next.task);
        break;
      case 'gather':
        for (const element of next.elements) bindings.push(element);
        break;
      case 'settled':
        for (const value of next.values) bindings.push(value);
        for (const { until, progress } of next.settling.turns) {
          bindings.push(until);
          if (progress !== null) pushCondition(progress, bindings);
        }
        break;
      case 'list':
        for (const item of next.items) bindings.push(item);
        break;
      case 'first':
        bindings.push(...next.options);
        break;
      case 'map':
        for (const entry of Object.values(next.entries)) bindings.push(entry);
        break;
      case 'expression':
        bindings.push(...Object.values(next.operands));
        break;
    }
  }
  return [...tasks].sort((a, b) => a - b);
}

function pushCondition(condition: Condition, bindings: Binding[]): void {
  if (condition.kind !== 'progress') bindings.push(condition);
  else
    for (const { before, now } of condition.inputs)
      bindings.push(now, ...(before === null ? [] : [before]));
}

/** The given tasks and all that they need, `after` included. */
export function tasksNeededBy(study: ExpandedStudy, wanted: ReadonlySet<TaskId>): Set<TaskId> {
  const needed = new Set(wanted);
  for (let id = study.tasks.length - 1; id >= 0; id--) {
    if (!needed.has(id)) continue;
    const task = study.tasks[id]!;
    for (const other of takesFrom(task)) needed.add(other);
    for (const other of task.after) needed.add(other);
  }
  return needed;
}
