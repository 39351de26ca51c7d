/**
 * Executes tasks again whose results are known, and compares digests: does this machine, now,
 * give the same bytes? Nothing is kept, and nothing in the cache changes. Every task gets the
 * recorded results of those it takes from, so each is judged on its own.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ActionRecord, type Cache, CacheError, sha256 } from '../../cache/index.ts';
import { knowledgeOf } from '../plan/knowledge.ts';
import { type Decision, decide, plan, upstreamAfter } from '../plan/plan.ts';
import type { SiteTools } from '../plan/tools.ts';
import type { ExpandedStudy, Task, TaskId } from '../study/expanded.ts';
import { digestNow } from './attempt.ts';
import type { Attempt, Executor } from './executor.ts';
import { OutputError } from './output-error.ts';
import { ownCodeOf } from './own-step.ts';
import type { Ending } from './protocol.ts';
import { recordOf } from './record.ts';
import { type Capacity, type Demand, demandOf, fits, shareThreads } from './resources.ts';

/** What became of a task. */
export type Verdict =
  | { readonly kind: 'same'; readonly seconds: number }
  | {
      readonly kind: 'differs';
      readonly seconds: number;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: 'failed'; readonly message: string }
  /** Its step promises no more than the same numbers within their errors. */
  | { readonly kind: 'statistical' }
  /** There is nothing to compare with, for the reason that the decision holds. */
  | { readonly kind: 'no-result'; readonly decision: Decision }
  | { readonly kind: 'not-run'; readonly reason: string };

export interface Difference {
  /** An output, `figures`, or `outcome`. */
  readonly of: string;
  /** Digests, or outcomes; null for what one side lacks. */
  readonly recorded: string | null;
  readonly now: string | null;
}

export interface VerifyOptions {
  readonly study: ExpandedStudy;
  readonly cache: Cache;
  readonly executor: Executor;
  readonly capacity: Capacity;
  readonly tasks: readonly TaskId[];
  /** Programs that the site file places. */
  readonly tools?: SiteTools;
  /** Ends it: tasks that run then are stopped, and no other begins. */
  readonly signal?: AbortSignal;
}

type ToRun = Decision & { readonly kind: 'run' };

const STOPPED: Verdict = { kind: 'not-run', reason: 'stopped' };

/** A verdict for each task, in the order given; several run at a time as the capacity allows. */
export function verifyTasks(options: VerifyOptions): readonly Promise<Verdict>[] {
  const { study, cache, tasks, capacity, tools } = options;
  const { decisions } = plan(study, knowledgeOf(study, cache, tools));
  const desk = new Desk(capacity, options.signal);
  return tasks.map(async (id): Promise<Verdict> => {
    const task = study.tasks[id];
    const decision = decisions[id];
    const key = decision.kind === 'restore' || decision.kind === 'run' ? decision.key : undefined;
    const recorded = key === undefined ? undefined : cache.recordOf(key);
    if (recorded === undefined) return { kind: 'no-result', decision };
    if (task.interface.determinism !== 'exact') return { kind: 'statistical' };
    const demand = demandOf(task, capacity);
    if (demand.gpu > 0)
      return { kind: 'not-run', reason: 'it asks for a GPU; tasks are verified on cores alone' };
    const known = knowledgeOf(study, cache, tools, new Set([id]));
    const forced = decide(task, study, known, (other) => upstreamAfter(decisions[other]));
    if (forced.kind !== 'run') throw new Error(`${task.name} was forced and would not run`);
    return desk.run(demand, (job) => repeat(task, forced, recorded, options, job));
  });
}

async function repeat(
  task: Task,
  decision: ToRun,
  recorded: ActionRecord,
  { cache, executor }: VerifyOptions,
  job: Job,
): Promise<Verdict> {
  const scratch = mkdtempSync(join(tmpdir(), 'curie-verify-'));
  try {
    const folder = join(scratch, 'work');
    mkdirSync(folder);
    const begin = performance.now();
    const own = ownCodeOf(task.interface, decision.action);
    const attempt = executor.start(
      {
        step: task.interface.type,
        ...(own !== undefined && { own }),
        values: decision.values,
        folder,
        checkpoint: join(scratch, 'checkpoint'),
        threads: job.threads,
        gpu: null,
      },
      () => {},
    );
    job.attempt = attempt;
    const ending = await attempt.ended;
    const seconds = (performance.now() - begin) / 1000;
    const changed = decision.files.find(({ path, digest }) => digestNow(path, cache) !== digest);
    if (changed !== undefined)
      return { kind: 'not-run', reason: `${changed.path} changed while the task was running` };
    return await judge(ending, task, decision, recorded, folder, seconds, cache);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function judge(
  ending: Ending,
  task: Task,
  decision: ToRun,
  recorded: ActionRecord,
  folder: string,
  seconds: number,
  cache: Cache,
): Promise<Verdict> {
  if (ending.kind === 'stopped') return STOPPED;
  if (ending.kind === 'failed') return { kind: 'failed', message: ending.message };
  try {
    const now = await recordOf(
      {
        key: decision.key,
        action: decision.action,
        interface: task.interface,
        outcome: ending.outcome,
        folder,
        warnings: [],
        log: [],
        provenance: recorded.provenance,
      },
      digestsOnly(cache),
    );
    const differences = differencesOf(recorded, now);
    return differences.length === 0
      ? { kind: 'same', seconds }
      : { kind: 'differs', seconds, differences };
  } catch (error) {
    if (error instanceof OutputError || error instanceof CacheError)
      return { kind: 'failed', message: error.message };
    throw error;
  }
}

/** In place of a cache: digests of what would be stored. */
function digestsOnly(cache: Cache): Pick<Cache, 'addFile' | 'addBytes'> {
  return {
    addFile: async (path) => cache.digestFile(path),
    addBytes: async (bytes) => ({ digest: sha256(bytes), size: bytes.length }),
  };
}

function differencesOf(recorded: ActionRecord, now: ActionRecord): Difference[] {
  const digests = ({ outputs, figures, outcome }: ActionRecord) =>
    new Map([
      ['outcome', outcome],
      ...Object.entries(outputs).map(([name, { digest }]) => [name, digest] as const),
      ...(figures === undefined ? [] : [['figures', figures.digest] as const]),
    ]);
  const [before, after] = [digests(recorded), digests(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((of) => {
    const [was, is] = [before.get(of) ?? null, after.get(of) ?? null];
    return was === is ? [] : [{ of, recorded: was, now: is }];
  });
}

interface Job {
  readonly demand: Demand;
  threads: number;
  /** Set once it has begun. */
  attempt?: Attempt;
}

/** Begins jobs in their order, as soon as they fit beside those that run, and shares the cores. */
class Desk {
  readonly #capacity: Capacity;
  readonly #signal: AbortSignal | undefined;
  readonly #waiting: { readonly job: Job; begin(): void }[] = [];
  readonly #running = new Set<Job>();

  constructor(capacity: Capacity, signal: AbortSignal | undefined) {
    this.#capacity = capacity;
    this.#signal = signal;
    signal?.addEventListener('abort', () => {
      for (const { attempt } of this.#running) attempt?.stop();
      this.#advance();
    });
  }

  async run(demand: Demand, work: (job: Job) => Promise<Verdict>): Promise<Verdict> {
    const job: Job = { demand, threads: demand.threads.min };
    await new Promise<void>((resolve) => {
      this.#waiting.push({ job, begin: resolve });
      this.#advance();
    });
    try {
      return this.#signal?.aborted ? STOPPED : await work(job);
    } finally {
      this.#running.delete(job);
      this.#advance();
    }
  }

  #advance(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const demands = [...this.#running].map(({ demand }) => demand);
      const room = demands.length < this.#capacity.cores;
      const fitting = room && fits(next.job.demand, demands, this.#capacity);
      if (!fitting && !this.#signal?.aborted) break;
      this.#waiting.shift();
      this.#running.add(next.job);
      next.begin();
    }
    const jobs = [...this.#running];
    const shares = shareThreads(
      jobs.map(({ demand }) => demand),
      this.#capacity.cores,
    );
    for (const [k, job] of jobs.entries()) {
      if (job.threads === shares[k]) continue;
      job.threads = shares[k];
      job.attempt?.setThreads(shares[k]);
    }
  }
}
