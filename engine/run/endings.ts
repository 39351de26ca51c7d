/** How tasks end: what is known of each afterwards, what the user is told, who can go on. */
import { type ActionRecord, CacheError } from '../../cache/index.ts';
import type { Decision } from '../plan/plan.ts';
import type { Upstream } from '../plan/upstream.ts';
import { describeSkip } from '../provenance/explain.ts';
import { DiagnosticError } from '../study/diagnostic.ts';
import type { Task, TaskId } from '../study/expanded.ts';
import type { RunNews } from './event.ts';
import { measuredOf } from './record.ts';
import { publish } from './results.ts';
import type { RunOptions } from './run.ts';
import type { Waiting } from './waiting.ts';

export interface Counts {
  done: number;
  restored: number;
  inconclusive: number;
  failed: number;
  blocked: number;
  skipped: number;
  stopped: number;
}

export class Endings {
  /** By task; `pending` for those that have not ended, or were stopped. */
  readonly ended: Upstream[];
  readonly counts: Counts = {
    done: 0,
    restored: 0,
    inconclusive: 0,
    failed: 0,
    blocked: 0,
    skipped: 0,
    stopped: 0,
  };
  readonly #of: RunOptions;
  readonly #waiting: Waiting;
  readonly #emit: (news: RunNews) => void;
  /** Why each task that has not ended well did not: the failed task at the root. */
  readonly #culprits = new Map<TaskId, TaskId>();

  constructor(options: RunOptions, waiting: Waiting, emit: (news: RunNews) => void) {
    this.#of = options;
    this.#waiting = waiting;
    this.#emit = emit;
    this.ended = options.study.tasks.map(() => ({ kind: 'pending' }));
  }

  /** The task has run and its record is in the cache. */
  kept(task: Task, record: ActionRecord, seconds: number): void {
    this.#publish(task, record);
    this.ended[task.id] = { kind: 'record', record };
    const { key, outcome } = record;
    const about = { task: task.name, key, seconds };
    if (outcome === 'done') {
      this.counts.done += 1;
      this.#emit({ kind: 'task-done', ...about, values: measuredOf(record) });
    } else {
      this.counts.inconclusive += 1;
      this.#emit({ kind: 'task-inconclusive', ...about, reason: record.reason ?? '' });
    }
    this.#waiting.leave(task.id);
  }

  /** The cache had its record already. */
  restored(task: Task, record: ActionRecord): void {
    this.#publish(task, record);
    this.ended[task.id] = { kind: 'record', record };
    this.counts.restored += 1;
    const { key, outcome } = record;
    this.#emit({ kind: 'task-restored', task: task.name, key, outcome });
    this.#waiting.leave(task.id);
  }

  /** What it needs has no value, for a reason that is known. */
  inconclusiveUnrun(task: Task, decision: Decision & { readonly kind: 'inconclusive' }): void {
    const { key, reason, output, by } = decision;
    this.ended[task.id] = { kind: 'inconclusive', key, reason };
    this.counts.inconclusive += 1;
    const upstream = this.#of.study.tasks[by]!.name;
    this.#emit({
      kind: 'task-inconclusive',
      task: task.name,
      key,
      seconds: 0,
      reason: `${upstream} gave no ${output}: ${reason}`,
    });
    this.#waiting.leave(task.id);
  }

  /** Its condition does not hold, or what it needs was skipped. */
  skipped(task: Task, decision: Decision & { readonly kind: 'skip' }): void {
    this.ended[task.id] = { kind: 'skipped' };
    this.counts.skipped += 1;
    const because = describeSkip(decision.because, this.#of.study, this.#of.at);
    this.#emit({ kind: 'task-skipped', task: task.name, because });
    this.#waiting.leave(task.id);
  }

  /** What it needs has failed. */
  blocked(task: Task, by: TaskId): void {
    const culprit = this.#culprits.get(by) ?? by;
    this.#culprits.set(task.id, culprit);
    this.ended[task.id] = { kind: 'failed' };
    this.counts.blocked += 1;
    this.#emit({ kind: 'task-blocked', task: task.name, by: this.#of.study.tasks[culprit]!.name });
    this.#waiting.leave(task.id);
  }

  /** @param folder where what the attempt left can be looked at */
  failed(
    task: Task,
    message: string,
    log: readonly string[],
    seconds: number,
    folder: string | null,
  ): void {
    this.ended[task.id] = { kind: 'failed' };
    this.counts.failed += 1;
    this.#emit({ kind: 'task-failed', task: task.name, seconds, message, log, folder });
    this.#waiting.leave(task.id);
  }

  /** The user ended the run: dependents are looked at, and stopped in their turn. */
  stopped(task: Task): void {
    this.counts.stopped += 1;
    this.#emit({ kind: 'task-stopped', task: task.name });
    this.#waiting.leave(task.id);
  }

  #publish(task: Task, record: ActionRecord): void {
    const { cache, results, study } = this.#of;
    const messages = publish(task, record, results, cache);
    try {
      cache.noteLatest(study.name, task.name, record.key);
    } catch (error) {
      // A later explanation will have nothing to compare with; the result is safe.
      messages.push(this.words(error));
    }
    for (const message of messages) this.#emit({ kind: 'task-warned', task: task.name, message });
  }

  /** What to tell the user of an error; what is a defect of the engine ends the run. */
  words(error: unknown): string {
    if (error instanceof DiagnosticError) return this.#of.explain(error);
    if (error instanceof CacheError) return error.message;
    throw error;
  }
}
