/**
 * Runs a study: decides about each task once those that it takes from have ended, runs what has
 * to run within the machine's resources, and keeps what comes out.
 *
 * Nothing here knows what a step computes, what a process is (`executor.ts`) or how the user
 * watches (`event.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import {
  type ActionRecord,
  type Cache,
  CacheError,
  type Lease,
  type Root,
} from '../../cache/index.ts';
import { knowledgeOf } from '../plan/knowledge.ts';
import { type Decision, decide, type Knowledge } from '../plan/plan.ts';
import type { Upstream } from '../plan/upstream.ts';
import { describeReason, describeSkip } from '../provenance/explain.ts';
import { DiagnosticError } from '../study/diagnostic.ts';
import type { ExpandedStudy, Span, Task, TaskId } from '../study/expanded.ts';
import { EXEC } from '../study/names.ts';
import { Work } from './attempt.ts';
import { type Grant, takeShare } from './devices.ts';
import type { RunEvent, RunNews } from './event.ts';
import type { Executor } from './executor.ts';
import type { Ending } from './protocol.ts';
import { measuredOf } from './record.ts';
import { type Capacity, type Demand, demandOf, fits, shareThreads } from './resources.ts';
import { publish } from './results.ts';
import { type Dependences, dependencesOf, ReadyQueue } from './schedule.ts';

export interface RunOptions {
  readonly study: ExpandedStudy;
  readonly cache: Cache;
  readonly executor: Executor;
  readonly capacity: Capacity;
  /** Folder for copies of the results. */
  readonly results: string;
  readonly root: Root;
  /** Tasks of this run; those they take from must be among them. All without it. */
  readonly included?: ReadonlySet<TaskId>;
  readonly forced?: ReadonlySet<TaskId>;
  readonly emit: (event: RunEvent) => void;
  /** Ends the run: steps save what they have and stop. */
  readonly signal?: AbortSignal;
  /** Milliseconds since the run began. */
  readonly clock: () => number;
  /** A place in the study as `file:line:column`. */
  readonly at: (span: Span) => string;
  /** Words for the user where a study turns out to be wrong while it runs. */
  readonly explain: (error: DiagnosticError) => string;
  /** Of curie, for records. */
  readonly version: string;
  /** Facts about this machine, for records. */
  readonly host: { readonly [fact: string]: string | number };
}

export interface RunResult {
  /** By task; `pending` for those that the run left out or that were stopped. */
  readonly ended: readonly Upstream[];
  readonly counts: Counts;
}

export interface Counts {
  done: number;
  restored: number;
  inconclusive: number;
  failed: number;
  blocked: number;
  skipped: number;
  stopped: number;
}

/** Runs the study; resolves when nothing runs any more. Rejects only for a defect of the engine. */
export function runStudy(options: RunOptions): Promise<RunResult> {
  return new Run(options).finished;
}

/** How long tasks wait before they look again for a device that is in use, ms. */
const DEVICE_PAUSE = 500;

/** Results kept at once: enough to share each sync of the disk, few enough for open files. */
const KEPT_AT_ONCE = 64;

type ToRun = Decision & { readonly kind: 'run' };

class Run {
  readonly finished: Promise<RunResult>;
  readonly #of: RunOptions;
  readonly #known: Knowledge;
  readonly #dependences: Dependences;
  readonly #missing: Int32Array;
  readonly #ended: Upstream[];
  /** Why each task that has not ended well did not: the failed task at the root. */
  readonly #culprits = new Map<TaskId, TaskId>();
  readonly #decidable: TaskId[] = [];
  readonly #ready: ReadyQueue;
  /** Those that need a device, apart: many that wait for one must not hide what could run. */
  readonly #readyForDevice: ReadyQueue;
  readonly #toRun = new Map<TaskId, ToRun>();
  readonly #running = new Map<TaskId, Work & { readonly demand: Demand }>();
  /** Tasks with the key of one that is on its way: decided again when that has ended. */
  readonly #sameKey = new Map<string, TaskId[]>();
  /** Set while tasks wait for devices that another engine may hold. */
  #lookAgain: NodeJS.Timeout | undefined;
  readonly #counts: Counts = {
    done: 0,
    restored: 0,
    inconclusive: 0,
    failed: 0,
    blocked: 0,
    skipped: 0,
    stopped: 0,
  };
  readonly #keeping = new PQueue({ concurrency: KEPT_AT_ONCE });
  /** Further attempts that tasks have had. */
  readonly #retried = new Map<TaskId, number>();
  #open = 0;
  #resolve!: (result: RunResult) => void;
  #reject!: (error: unknown) => void;

  constructor(options: RunOptions) {
    this.#of = options;
    const { study, cache, root, included, forced } = options;
    this.#known = {
      ...knowledgeOf(study, cache, forced),
      find: (key) => {
        root.need(key);
        return cache.find(key);
      },
    };
    const isIncluded = (task: TaskId): boolean => included?.has(task) ?? true;
    root.expect(
      study.tasks.flatMap(
        ({ id, name }) => (isIncluded(id) && cache.latestKeyOf(study.name, name)) || [],
      ),
    );
    this.#dependences = dependencesOf(study, isIncluded);
    this.#missing = Int32Array.from(this.#dependences.needs, (needs) => needs.length);
    this.#ended = study.tasks.map(() => ({ kind: 'pending' }));
    this.#ready = new ReadyQueue(this.#dependences.depth);
    this.#readyForDevice = new ReadyQueue(this.#dependences.depth);
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    for (const { id } of study.tasks) {
      if (!isIncluded(id)) continue;
      this.#open += 1;
      if (this.#missing[id] === 0) this.#decidable.push(id);
    }
    options.signal?.addEventListener('abort', () => {
      for (const work of this.#running.values()) work.stop();
      this.#advance();
    });
    this.#advance();
  }

  #emit(news: RunNews): void {
    this.#of.emit({ ...news, at: this.#of.clock() });
  }

  /** Does all that can be done now. */
  #advance(): void {
    try {
      for (;;) {
        let next = 0;
        while (next < this.#decidable.length) this.#settle(this.#decidable[next++]!);
        this.#decidable.length = 0;
        if (!this.#launch()) break;
      }
      if (this.#open > 0 || this.#running.size > 0) return;
      clearTimeout(this.#lookAgain);
      this.#of.root.settle();
      this.#resolve({ ended: this.#ended, counts: this.#counts });
    } catch (error) {
      this.#reject(error);
    }
  }

  /** Decides about a task whose upstream tasks have all ended. */
  #settle(id: TaskId): void {
    const task = this.#of.study.tasks[id]!;
    const before = task.after.find((other) => this.#ended[other]!.kind === 'failed');
    if (this.#of.signal?.aborted) this.#stopped(task);
    else if (before !== undefined) this.#blocked(task, before);
    else {
      try {
        const upstream = (other: TaskId): Upstream => this.#ended[other]!;
        this.#follow(task, decide(task, this.#of.study, this.#known, upstream));
      } catch (error) {
        this.#failed(task, this.#words(error), [], 0, null);
      }
    }
  }

  #follow(task: Task, decision: Decision): void {
    switch (decision.kind) {
      case 'restore':
        this.#restored(task, decision.record);
        break;
      case 'inconclusive':
        this.#inconclusiveUnrun(task, decision);
        break;
      case 'skip':
        this.#skipped(task, decision);
        break;
      case 'blocked':
        this.#blocked(task, decision.by);
        break;
      case 'wait':
        throw new Error(`${task.name} was decided about before ${decision.for.join(', ')} ended`);
      case 'run': {
        const same = this.#sameKey.get(decision.key);
        if (same !== undefined) same.push(task.id);
        else {
          this.#sameKey.set(decision.key, []);
          this.#toRun.set(task.id, decision);
          (task.resources.gpu ? this.#readyForDevice : this.#ready).add(task.id);
        }
      }
    }
  }

  /** Starts the next task that fits, if one does; true if it changed anything. */
  #launch(): boolean {
    const { study, capacity, signal } = this.#of;
    if (signal?.aborted) {
      for (let id = this.#take(() => true); id !== undefined; id = this.#take(() => true))
        this.#stopped(study.tasks[id]!);
      return false;
    }
    const running = [...this.#running.values()].map(({ demand }) => demand);
    if (running.length >= capacity.cores) return false;
    let grant: Grant | undefined;
    let trouble: { readonly error: unknown } | undefined;
    const id = this.#take((candidate) => {
      const demand = demandOf(study.tasks[candidate]!, capacity);
      if (!fits(demand, running, capacity)) return false;
      if (demand.gpu === 0) return true;
      try {
        grant = takeShare(demand.gpu, capacity.gpus, this.#of.cache);
      } catch (error) {
        trouble = { error };
        return true;
      }
      if (grant === undefined) this.#lookAgainSoon();
      return grant !== undefined;
    });
    if (id === undefined) return false;
    const task = study.tasks[id]!;
    try {
      if (trouble !== undefined) throw trouble.error;
      this.#begin(task, this.#toRun.get(id)!, grant);
    } catch (error) {
      grant?.release();
      this.#failed(task, this.#words(error), [], 0, null);
    }
    return true;
  }

  #take(fits: (task: TaskId) => boolean): TaskId | undefined {
    const queues = [this.#ready, this.#readyForDevice] as const;
    const [first, second] = queues[0].precedes(queues[1]) ? queues : [queues[1], queues[0]];
    return first.take(fits) ?? second.take(fits);
  }

  /** Another engine tells nobody when it is done with a device. */
  #lookAgainSoon(): void {
    this.#lookAgain ??= setTimeout(() => {
      this.#lookAgain = undefined;
      this.#advance();
    }, DEVICE_PAUSE);
  }

  /** Another engine works on the same action: its result will do. */
  #waitForOther(task: Task, { key }: ToRun): void {
    const { cache, signal } = this.#of;
    this.#emit({ kind: 'task-elsewhere', task: task.name });
    const wait = async (): Promise<void> => {
      try {
        const lease = await cache.waitForLease(key, signal);
        lease.release();
        this.#again(task, key);
      } catch (error) {
        if (signal?.aborted) this.#stopped(task);
        else this.#failed(task, this.#words(error), [], 0, null);
      }
    };
    void wait().then(() => this.#advance(), this.#reject);
  }

  /** Has a task decided about anew. */
  #again(task: Task, key: string): void {
    this.#toRun.delete(task.id);
    this.#decidable.push(task.id, ...(this.#sameKey.get(key) ?? []));
    this.#sameKey.delete(key);
  }

  #begin(task: Task, decision: ToRun, grant: Grant | undefined): void {
    const { cache } = this.#of;
    const lease = cache.lease(decision.key);
    if (lease === undefined) {
      grant?.release();
      this.#waitForOther(task, decision);
      return;
    }
    let work: Work;
    try {
      if (decision.because.kind !== 'forced' && cache.find(decision.key).kind === 'hit') {
        // Its last holder finished between the decision and the lease.
        lease.release();
        grant?.release();
        this.#again(task, decision.key);
        return;
      }
      work = this.#workOn(task, decision, lease, grant);
    } catch (error) {
      lease.release();
      throw error;
    }
    this.#start(task, decision, work, grant);
  }

  #workOn(task: Task, decision: ToRun, lease: Lease, grant: Grant | undefined): Work {
    const { cache, capacity, executor, root } = this.#of;
    return new Work({
      task,
      decision,
      lease,
      demand: demandOf(task, capacity),
      cache,
      executor,
      root,
      gpu: grant?.device ?? null,
      version: this.#of.version,
      host: this.#of.host,
      progress: (fraction, text) =>
        this.#emit({ kind: 'task-progress', task: task.name, fraction, text }),
      warn: (message) => this.#emit({ kind: 'task-warned', task: task.name, message }),
    });
  }

  #start(task: Task, decision: ToRun, work: Work, grant: Grant | undefined): void {
    this.#running.set(task.id, work);
    this.#shareCores();
    this.#emit({
      kind: 'task-started',
      task: task.name,
      key: decision.key,
      because: describeReason(decision.because, this.#of.at),
      resumed: work.resumed,
      threads: work.threads,
    });
    // Cores are free as soon as the step has ended; keeping its results needs none.
    const free = (): void => {
      this.#running.delete(task.id);
      grant?.release();
      this.#shareCores();
    };
    void this.#carryOut(task, decision, work, free).then(() => this.#advance(), this.#reject);
  }

  async #carryOut(task: Task, decision: ToRun, work: Work, free: () => void): Promise<void> {
    const ending = await work.run();
    free();
    this.#advance();
    const kept = await this.#keeping.add(() => work.keep(ending));
    switch (kept.kind) {
      case 'kept': {
        const { record, seconds, superseded } = kept;
        if (superseded && task.interface.determinism === 'exact')
          this.#emit({
            kind: 'task-warned',
            task: task.name,
            message:
              'the same inputs gave other bytes than before, although the step is exact: please report this',
          });
        this.#publish(task, record);
        this.#ended[task.id] = { kind: 'record', record };
        if (record.outcome === 'done') {
          this.#counts.done += 1;
          this.#emit({
            kind: 'task-done',
            task: task.name,
            key: record.key,
            seconds,
            values: measuredOf(record),
          });
        } else {
          this.#counts.inconclusive += 1;
          const reason = record.reason ?? '';
          this.#emit({
            kind: 'task-inconclusive',
            task: task.name,
            key: record.key,
            seconds,
            reason,
          });
        }
        this.#leave(task, decision.key);
        return;
      }
      case 'failed':
        if (this.#mayTryAgain(task, ending)) await this.#tryAgain(task, decision, kept.message);
        else this.#failed(task, kept.message, kept.log, kept.seconds, kept.folder);
        return;
      case 'stopped':
        this.#stopped(task);
        return;
      case 'lost':
        this.#emit({ kind: 'task-warned', task: task.name, message: kept.message });
        this.#again(task, decision.key);
    }
  }

  /** Programs may fail for reasons of their own; of other steps only a lost process is tried again. */
  #mayTryAgain({ id, retry, interface: step }: Task, ending: Ending): boolean {
    const isChance = step.type === EXEC || (ending.kind === 'failed' && ending.lost === true);
    return isChance && (this.#retried.get(id) ?? 0) < (retry?.times ?? 0);
  }

  async #tryAgain(task: Task, { key }: ToRun, message: string): Promise<void> {
    const before = this.#retried.get(task.id) ?? 0;
    this.#retried.set(task.id, before + 1);
    const { times, wait } = task.retry!;
    const seconds = wait * 2 ** before;
    const attempt = before + 1;
    const { signal } = this.#of;
    this.#emit({
      kind: 'task-retrying',
      task: task.name,
      message,
      attempt,
      attempts: times,
      seconds,
    });
    try {
      await sleep(1000 * seconds, undefined, signal && { signal });
      this.#again(task, key);
    } catch {
      this.#stopped(task);
    }
  }

  /** Gives running tasks the cores that are there. */
  #shareCores(): void {
    const works = [...this.#running.values()];
    const shares = shareThreads(
      works.map(({ demand }) => demand),
      this.#of.capacity.cores,
    );
    for (const [k, work] of works.entries()) work.setThreads(shares[k]!);
  }

  #restored(task: Task, record: ActionRecord): void {
    this.#publish(task, record);
    this.#ended[task.id] = { kind: 'record', record };
    this.#counts.restored += 1;
    const { key, outcome } = record;
    this.#emit({ kind: 'task-restored', task: task.name, key, outcome });
    this.#leave(task, key);
  }

  #inconclusiveUnrun(task: Task, decision: Decision & { readonly kind: 'inconclusive' }): void {
    const { key, reason, output, by } = decision;
    this.#ended[task.id] = { kind: 'inconclusive', key, reason };
    this.#counts.inconclusive += 1;
    const upstream = this.#of.study.tasks[by]!.name;
    this.#emit({
      kind: 'task-inconclusive',
      task: task.name,
      key,
      seconds: 0,
      reason: `${upstream} gave no ${output}: ${reason}`,
    });
    this.#leave(task, key);
  }

  #skipped(task: Task, decision: Decision & { readonly kind: 'skip' }): void {
    this.#ended[task.id] = { kind: 'skipped' };
    this.#counts.skipped += 1;
    const because = describeSkip(decision.because, this.#of.study, this.#of.at);
    this.#emit({ kind: 'task-skipped', task: task.name, because });
    this.#leave(task, null);
  }

  #blocked(task: Task, by: TaskId): void {
    const culprit = this.#culprits.get(by) ?? by;
    this.#culprits.set(task.id, culprit);
    this.#ended[task.id] = { kind: 'failed' };
    this.#counts.blocked += 1;
    this.#emit({ kind: 'task-blocked', task: task.name, by: this.#of.study.tasks[culprit]!.name });
    this.#leave(task, null);
  }

  #failed(
    task: Task,
    message: string,
    log: readonly string[],
    seconds: number,
    folder: string | null,
  ): void {
    this.#ended[task.id] = { kind: 'failed' };
    this.#counts.failed += 1;
    this.#emit({ kind: 'task-failed', task: task.name, seconds, message, log, folder });
    this.#leave(task, this.#toRun.get(task.id)?.key ?? null);
  }

  /** The user ended the run: dependents are looked at, and stopped in their turn. */
  #stopped(task: Task): void {
    this.#counts.stopped += 1;
    this.#emit({ kind: 'task-stopped', task: task.name });
    this.#leave(task, this.#toRun.get(task.id)?.key ?? null);
  }

  /** A task has ended: what waited for it can be decided about. */
  #leave(task: Task, key: string | null): void {
    this.#open -= 1;
    this.#toRun.delete(task.id);
    for (const other of this.#dependences.dependents[task.id]!) {
      this.#missing[other]! -= 1;
      if (this.#missing[other] === 0) this.#decidable.push(other);
    }
    if (key === null) return;
    this.#decidable.push(...(this.#sameKey.get(key) ?? []));
    this.#sameKey.delete(key);
  }

  #publish(task: Task, record: ActionRecord): void {
    const { cache, results, study } = this.#of;
    const messages = publish(task, record, results, cache);
    try {
      cache.noteLatest(study.name, task.name, record.key);
    } catch (error) {
      // A later explanation will have nothing to compare with; the result is safe.
      messages.push(this.#words(error));
    }
    for (const message of messages) this.#emit({ kind: 'task-warned', task: task.name, message });
  }

  /** What to tell the user of an error; what is a defect of the engine ends the run. */
  #words(error: unknown): string {
    if (error instanceof DiagnosticError) return this.#of.explain(error);
    if (error instanceof CacheError) return error.message;
    throw error;
  }
}
