/** A fold over the events of a run: how every step stands, for the terminal and `status`. */

import { formatDuration } from '../report/number.ts';
import type { RunEvent } from '../run/event.ts';
import { shortened } from './text.ts';

export interface TaskNow {
  readonly name: string;
  readonly step: string;
  state:
    | 'waiting'
    | 'running'
    | 'elsewhere'
    | 'done'
    | 'restored'
    | 'inconclusive'
    | 'failed'
    | 'skipped'
    | 'blocked'
    | 'stopped';
  fraction: number;
  text: string | null;
  /** When it began, ms of the run. */
  since: number;
  message: string;
}

export interface StepNow {
  readonly name: string;
  readonly tasks: readonly TaskNow[];
  readonly ended: boolean;
  readonly failed: boolean;
  /** Some of it ended without a result, and nothing is wrong: inconclusive, skipped or stopped. */
  readonly open: boolean;
  /** `2 of 4 done, DP-M/Fe: 40 %, 1 min left, 1750 K` */
  readonly summary: string;
}

const ENDED: ReadonlySet<TaskNow['state']> = new Set([
  'done',
  'restored',
  'inconclusive',
  'failed',
  'skipped',
  'blocked',
  'stopped',
]);
const OPEN: ReadonlySet<TaskNow['state']> = new Set(['inconclusive', 'skipped', 'stopped']);
/** Characters of live text of one task. */
const WIDEST = 90;

export class RunState {
  readonly #tasks = new Map<string, TaskNow>();
  readonly #steps = new Map<string, TaskNow[]>();
  #at = 0;

  hear(event: RunEvent): void {
    this.#at = event.at;
    if (event.kind === 'run-started') {
      for (const { name, step } of event.tasks) {
        const task: TaskNow = {
          name,
          step,
          state: 'waiting',
          fraction: 0,
          text: null,
          since: 0,
          message: '',
        };
        this.#tasks.set(name, task);
        const others = this.#steps.get(step);
        if (others === undefined) this.#steps.set(step, [task]);
        else others.push(task);
      }
      return;
    }
    if (!('task' in event)) return;
    const task = this.#tasks.get(event.task);
    if (task === undefined) return;
    switch (event.kind) {
      case 'task-started':
        task.state = 'running';
        task.message = '';
        task.since = event.at;
        break;
      case 'task-elsewhere':
        task.state = 'elsewhere';
        break;
      case 'task-progress':
        task.fraction = event.fraction;
        task.text = event.text;
        break;
      case 'task-restored':
        task.state = event.outcome === 'done' ? 'restored' : 'inconclusive';
        break;
      case 'task-done':
        task.state = 'done';
        break;
      case 'task-inconclusive':
        task.state = 'inconclusive';
        task.message = event.reason;
        break;
      case 'task-retrying':
        task.state = 'waiting';
        task.message = `${event.message}; to be tried again`;
        break;
      case 'task-failed':
        task.state = 'failed';
        task.message = event.message;
        break;
      case 'task-skipped':
        task.state = 'skipped';
        task.message = event.because;
        break;
      case 'task-blocked':
        task.state = 'blocked';
        task.message = `${event.by} failed`;
        break;
      case 'task-stopped':
        task.state = 'stopped';
        break;
    }
  }

  /** How many tasks there are, and how many are in each state. */
  get counts(): { readonly all: number } & { readonly [state in TaskNow['state']]?: number } {
    const counts: { [state in TaskNow['state']]?: number } = {};
    for (const { state } of this.#tasks.values()) counts[state] = (counts[state] ?? 0) + 1;
    return { ...counts, all: this.#tasks.size };
  }

  step(name: string): StepNow {
    return this.#now(name, this.#steps.get(name) ?? []);
  }

  /** Everything as if it were one step. */
  all(): StepNow {
    return this.#now('tasks', [...this.#tasks.values()]);
  }

  #now(name: string, tasks: readonly TaskNow[]): StepNow {
    return {
      name,
      tasks,
      ended: tasks.every(({ state }) => ENDED.has(state)),
      failed: tasks.some(({ state }) => state === 'failed' || state === 'blocked'),
      open: tasks.some(({ state }) => OPEN.has(state)),
      summary: this.#summary(tasks),
    };
  }

  steps(): StepNow[] {
    return [...this.#steps.keys()].map((name) => this.step(name));
  }

  #summary(tasks: readonly TaskNow[]): string {
    const running = tasks.filter(({ state }) => state === 'running' || state === 'elsewhere');
    if (tasks.length === 1) return this.#alone(tasks[0]!);
    const parts: string[] = [];
    for (const state of [
      'done',
      'restored',
      'inconclusive',
      'failed',
      'skipped',
      'blocked',
      'stopped',
    ] as const) {
      const count = tasks.filter((task) => task.state === state).length;
      if (count > 0)
        parts.push(count === tasks.length ? state : `${count} of ${tasks.length} ${state}`);
    }
    parts.push(...running.slice(0, 2).map((task) => `${labelOf(task)}: ${this.#live(task)}`));
    if (running.length > 2) parts.push(`${running.length - 2} more running`);
    return parts.length === 0 ? 'waiting' : parts.join(', ');
  }

  #alone(task: TaskNow): string {
    if (task.state === 'running' || task.state === 'elsewhere') return this.#live(task);
    return task.message === '' ? task.state : `${task.state}: ${task.message}`;
  }

  /** `40 %, 1 min left, 1750 K` */
  #live({ state, fraction, text, since }: TaskNow): string {
    if (state === 'elsewhere') return 'being done by another run on this cache';
    const passed = (this.#at - since) / 1000;
    const left =
      fraction > 0.02 && passed > 3 && fraction < 1
        ? [`${formatDuration((passed * (1 - fraction)) / fraction)} left`]
        : [];
    const live = text === null ? [] : [shortened(text, WIDEST)];
    return [`${Math.floor(100 * fraction)} %`, ...left, ...live].join(', ');
  }
}

function labelOf({ name, step }: TaskNow): string {
  return name === step ? name : name.slice(step.length + 1);
}
