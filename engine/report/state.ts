/** What the page says about how a task ended, and where that is known from. */
import type { Upstream } from '../plan/upstream.ts';
import type { RunEvent } from '../run/event.ts';
import type { ExpandedStudy, Task } from '../study/expanded.ts';

export type State =
  | { readonly kind: 'done' }
  | { readonly kind: 'inconclusive'; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly log: readonly string[];
    }
  | { readonly kind: 'skipped'; readonly because: string }
  | { readonly kind: 'not run'; readonly by: string | null };

export interface TaskState {
  readonly task: Task;
  readonly state: State;
  /** True if the run that made the page did the work; false if it was restored. */
  readonly ran: boolean;
}

export function taskStates(
  study: ExpandedStudy,
  ended: readonly Upstream[],
  events: readonly RunEvent[],
): TaskState[] {
  const ran = new Set<string>();
  const failures = new Map<string, RunEvent & { readonly kind: 'task-failed' }>();
  const blocked = new Map<string, string>();
  const skipped = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'task-started') ran.add(event.task);
    if (event.kind === 'task-failed') failures.set(event.task, event);
    if (event.kind === 'task-skipped') skipped.set(event.task, event.because);
    if (event.kind === 'task-blocked') blocked.set(event.task, event.by);
  }
  return study.tasks.map((task): TaskState => {
    const because = skipped.get(task.name);
    const state: State =
      because === undefined
        ? stateOf(task.name, ended[task.id], failures, blocked)
        : { kind: 'skipped', because };
    return { task, state, ran: ran.has(task.name) };
  });
}

function stateOf(
  name: string,
  end: Upstream | undefined,
  failures: ReadonlyMap<string, RunEvent & { readonly kind: 'task-failed' }>,
  blocked: ReadonlyMap<string, string>,
): State {
  if (end?.kind === 'record')
    return end.record.outcome === 'done'
      ? { kind: 'done' }
      : { kind: 'inconclusive', reason: end.record.reason ?? 'no reason given' };
  if (end?.kind === 'inconclusive') return { kind: 'inconclusive', reason: end.reason };
  const failure = failures.get(name);
  if (failure !== undefined) return { kind: 'failed', message: failure.message, log: failure.log };
  return { kind: 'not run', by: blocked.get(name) ?? null };
}

/** The states of a step's tasks as one: the worst, as far as a reader should look at it. */
export function worst(states: readonly State[]): State['kind'] {
  const order = ['failed', 'not run', 'inconclusive', 'done', 'skipped'] as const;
  return order.find((kind) => states.some((state) => state.kind === kind)) ?? 'not run';
}
