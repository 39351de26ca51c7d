/**
 * Runs a study: decides about each task once those that it takes from have ended, runs what has
 * to run within the machine's resources, and keeps what comes out.
 *
 * Nothing here knows what a step computes, what a process is (`executor.ts`) or how the user
 * watches (`event.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { Cache, Lease, Root } from '../../cache/index.ts';
import { type FreshKnowledge, knowledgeOf } from '../plan/knowledge.ts';
import { type Decision, decide } from '../plan/plan.ts';
import type { SiteTools } from '../plan/tools.ts';
import type { Upstream } from '../plan/upstream.ts';
import { describeReason } from '../provenance/explain.ts';
import type { DiagnosticError } from '../study/diagnostic.ts';
import type { ExpandedStudy, Span, Task, TaskId } from '../study/expanded.ts';
import { Work } from './attempt.ts';
import { type Grant, takeShare } from './devices.ts';
import { type Counts, Endings } from './endings.ts';
import type { RunEvent, RunNews } from './event.ts';
import type { Executor } from './executor.ts';
import type { Ending } from './protocol.ts';
import { type Capacity, type Demand, demandOf, fits, shareThreads } from './resources.ts';
import { dependencesOf, ReadyQueue } from './schedule.ts';
import { Waiting } from './waiting.ts';

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
  /** Programs that the site file places. */
  readonly tools?: SiteTools;
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
  readonly #known: FreshKnowledge;
  readonly #waiting: Waiting;
  readonly #endings: Endings;
  readonly #ready: ReadyQueue;
  /** Those that need a device, apart: many that wait for one must not hide what could run. */
  readonly #readyForDevice: ReadyQueue;
  readonly #toRun = new Map<TaskId, ToRun>();
  readonly #running = new Map<TaskId, Work & { readonly demand: Demand }>();
  /** Set while tasks wait for devices that another engine may hold. */
  #lookAgain: NodeJS.Timeout | undefined;
  readonly #keeping = new PQueue({ concurrency: KEPT_AT_ONCE });
  /** Further attempts that tasks have had. */
  readonly #retried = new Map<TaskId, number>();
  #resolve!: (result: RunResult) => void;
  #reject!: (error: unknown) => void;

  constructor(options: RunOptions) {
    this.#of = options;
    const { study, cache, root, included, forced, tools } = options;
    this.#known = {
      ...knowledgeOf(study, cache, tools, forced),
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
    const dependences = dependencesOf(study, isIncluded);
    const tasks = study.tasks.map(({ id }) => id).filter(isIncluded);
    this.#waiting = new Waiting(dependences, tasks);
    this.#endings = new Endings(options, this.#waiting, (news) => this.#emit(news));
    this.#ready = new ReadyQueue(dependences.depth);
    this.#readyForDevice = new ReadyQueue(dependences.depth);
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
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
      this.#known.refresh();
      for (;;) {
        for (let id = this.#waiting.take(); id !== undefined; id = this.#waiting.take())
          this.#settle(id);
        if (!this.#launch()) break;
      }
      if (this.#waiting.open > 0 || this.#running.size > 0) return;
      clearTimeout(this.#lookAgain);
      this.#of.root.settle();
      const { ended, counts } = this.#endings;
      this.#resolve({ ended, counts });
    } catch (error) {
      this.#reject(error);
    }
  }

  /** Decides about a task whose upstream tasks have all ended. */
  #settle(id: TaskId): void {
    const task = this.#of.study.tasks[id]!;
    const before = task.after.find((other) => this.#endings.ended[other]!.kind === 'failed');
    if (this.#of.signal?.aborted) this.#endings.stopped(task);
    else if (before !== undefined) this.#endings.blocked(task, before);
    else {
      try {
        const upstream = (other: TaskId): Upstream => this.#endings.ended[other]!;
        this.#follow(task, decide(task, this.#of.study, this.#known, upstream));
      } catch (error) {
        this.#endings.failed(task, this.#endings.words(error), [], 0, null);
      }
    }
  }

  #follow(task: Task, decision: Decision): void {
    switch (decision.kind) {
      case 'restore':
        this.#endings.restored(task, decision.record);
        break;
      case 'inconclusive':
        this.#endings.inconclusiveUnrun(task, decision);
        break;
      case 'skip':
        this.#endings.skipped(task, decision);
        break;
      case 'blocked':
        this.#endings.blocked(task, decision.by);
        break;
      case 'wait':
        throw new Error(`${task.name} was decided about before ${decision.for.join(', ')} ended`);
      case 'run': {
        if (!this.#waiting.claim(task.id, decision.key)) return;
        this.#toRun.set(task.id, decision);
        (task.resources.gpu ? this.#readyForDevice : this.#ready).add(task.id);
      }
    }
  }

  /** Starts the next task that fits, if one does; true if it changed anything. */
  #launch(): boolean {
    const { study, capacity, signal } = this.#of;
    if (signal?.aborted) {
      const id = this.#take(() => true);
      if (id !== undefined) this.#endings.stopped(study.tasks[id]!);
      return id !== undefined;
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
      const decision = this.#toRun.get(id)!;
      this.#toRun.delete(id);
      this.#begin(task, decision, grant);
    } catch (error) {
      grant?.release();
      this.#endings.failed(task, this.#endings.words(error), [], 0, null);
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
        this.#waiting.again(task.id);
      } catch (error) {
        if (signal?.aborted) this.#endings.stopped(task);
        else this.#endings.failed(task, this.#endings.words(error), [], 0, null);
      }
    };
    void wait().then(() => this.#advance(), this.#reject);
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
        this.#waiting.again(task.id);
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
    void this.#carryOut(task, work, free).then(() => this.#advance(), this.#reject);
  }

  async #carryOut(task: Task, work: Work, free: () => void): Promise<void> {
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
        this.#endings.kept(task, record, seconds);
        return;
      }
      case 'failed':
        if (this.#mayTryAgain(task, ending)) await this.#tryAgain(task, kept.message);
        else this.#endings.failed(task, kept.message, kept.log, kept.seconds, kept.folder);
        return;
      case 'stopped':
        this.#endings.stopped(task);
        return;
      case 'lost':
        this.#emit({ kind: 'task-warned', task: task.name, message: kept.message });
        this.#waiting.again(task.id);
    }
  }

  /** Programs may fail for reasons of their own; of other steps only a lost process is tried again. */
  #mayTryAgain({ id, retry, programs }: Task, ending: Ending): boolean {
    const isChance = programs !== undefined || (ending.kind === 'failed' && ending.lost === true);
    return isChance && (this.#retried.get(id) ?? 0) < (retry?.times ?? 0);
  }

  async #tryAgain(task: Task, message: string): Promise<void> {
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
      this.#waiting.again(task.id);
    } catch {
      this.#endings.stopped(task);
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
}
