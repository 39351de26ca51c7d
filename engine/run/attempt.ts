/** One task on its way: from its lease to its record, or to what is left of a failure. */
import {
  type ActionRecord,
  type Cache,
  CacheError,
  type Lease,
  type Root,
} from '../../cache/index.ts';
import type { Decision } from '../plan/plan.ts';
import type { Task } from '../study/expanded.ts';
import type { Attempt, Executor } from './executor.ts';
import { OutputError } from './output-error.ts';
import { ownCodeOf } from './own-step.ts';
import type { Ending } from './protocol.ts';
import { recordOf } from './record.ts';
import type { Demand } from './resources.ts';

/** Lines of a log that a message shows; the rest is in the file. */
const SHOWN_LINES = 30;
/** Lines of a log that are kept. */
const MOST_LINES = 20_000;

export interface WorkOptions {
  readonly task: Task;
  readonly decision: Decision & { readonly kind: 'run' };
  readonly lease: Lease;
  readonly demand: Demand;
  readonly cache: Cache;
  readonly executor: Executor;
  readonly root: Root;
  readonly gpu: string | null;
  readonly version: string;
  readonly host: { readonly [fact: string]: string | number };
  readonly progress: (fraction: number, text: string | null) => void;
  readonly warn: (message: string) => void;
}

export type Kept =
  | {
      readonly kind: 'kept';
      readonly record: ActionRecord;
      readonly seconds: number;
      /** The same action gave something else before. */
      readonly superseded: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly log: readonly string[];
      readonly seconds: number;
      /** What the attempt has left. */
      readonly folder: string | null;
    }
  | { readonly kind: 'stopped' }
  /** Another engine has taken over, because this one did not respond for long. */
  | { readonly kind: 'lost'; readonly message: string };

export class Work {
  readonly demand: Demand;
  /** True if an earlier attempt has left a checkpoint. */
  readonly resumed: boolean;
  readonly #of: WorkOptions;
  readonly #folder: string;
  readonly #warnings: string[] = [];
  readonly #log: string[] = [];
  #threads: number;
  #mostThreads: number;
  #attempt: Attempt | undefined;
  #started = { at: 0, time: '' };
  #seconds = 0;

  constructor(options: WorkOptions) {
    this.#of = options;
    this.demand = options.demand;
    this.#threads = options.demand.threads.min;
    this.#mostThreads = this.#threads;
    const { cache, decision } = options;
    this.#folder = cache.newFolder();
    this.resumed = cache.checkpoint(decision.key).exists();
  }

  get threads(): number {
    return this.#threads;
  }

  setThreads(threads: number): void {
    if (threads === this.#threads) return;
    this.#threads = threads;
    this.#mostThreads = Math.max(this.#mostThreads, threads);
    this.#attempt?.setThreads(threads);
  }

  stop(): void {
    this.#attempt?.stop();
  }

  /** Runs the step to its end. */
  async run(): Promise<Ending> {
    const { task, decision, cache, executor, gpu } = this.#of;
    this.#started = { at: performance.now(), time: new Date().toISOString() };
    const own = ownCodeOf(task.interface, decision.action);
    this.#attempt = executor.start(
      {
        step: task.interface.type,
        ...(own !== undefined && { own }),
        values: decision.values,
        folder: this.#folder,
        checkpoint: cache.checkpoint(decision.key).folder,
        threads: this.#threads,
        gpu,
      },
      (news) => {
        switch (news.kind) {
          case 'progress':
            this.#of.progress(news.fraction, news.text);
            break;
          case 'warned':
            this.#warnings.push(news.message);
            this.#print(`warning: ${news.message}`);
            this.#of.warn(news.message);
            break;
          case 'printed':
            this.#print(news.line);
        }
      },
    );
    const ending = await this.#attempt.ended;
    this.#seconds = Math.round(performance.now() - this.#started.at) / 1000;
    return ending;
  }

  /** Commits what the step gave, or says what became of the attempt. Gives the lease back. */
  async keep(ending: Ending): Promise<Kept> {
    try {
      switch (ending.kind) {
        case 'stopped':
          return { kind: 'stopped' };
        case 'failed':
          this.#log.push(...ending.log);
          if (!this.#of.lease.isHeld()) return this.#lost();
          return this.#failure(ending.message);
        case 'outcome':
          return await this.#commit(ending);
      }
    } catch (error) {
      if (error instanceof CacheError && error.problem === 'lease-lost') return this.#lost();
      if (error instanceof CacheError || error instanceof OutputError)
        return this.#failure(error.message);
      throw error;
    } finally {
      this.#of.lease.release();
    }
  }

  async #commit({ outcome }: Ending & { readonly kind: 'outcome' }): Promise<Kept> {
    const { task, decision, cache, lease, version, host } = this.#of;
    const record = await recordOf(
      {
        key: decision.key,
        action: decision.action,
        interface: task.interface,
        outcome,
        folder: this.#folder,
        warnings: this.#warnings,
        log: this.#log,
        provenance: {
          started: this.#started.time,
          seconds: this.#seconds,
          threads: this.#mostThreads,
          host,
          curie: version,
        },
      },
      cache,
    );
    const changed = decision.files.find(({ path, digest }) => digestNow(path, cache) !== digest);
    if (changed !== undefined)
      return this.#failure(
        `${changed.path} changed while the task was running, so its result belongs to neither version: run again`,
      );
    const committed = await cache.commit(record, lease);
    this.#removeCheckpoint();
    cache.removeFolder(this.#folder);
    return {
      kind: 'kept',
      record,
      seconds: this.#seconds,
      superseded: committed.kind === 'superseded',
    };
  }

  /** Nobody needs it any more; one that stays is removed by `gc`. */
  #removeCheckpoint(): void {
    const { cache, decision, warn } = this.#of;
    try {
      cache.checkpoint(decision.key).remove();
    } catch (error) {
      if (!(error instanceof CacheError)) throw error;
      warn(error.message);
    }
  }

  #lost(): Kept {
    return {
      kind: 'lost',
      message:
        'another run on this cache has taken over, because this one did not respond; its result counts',
    };
  }

  #failure(message: string): Kept {
    return {
      kind: 'failed',
      message,
      log: this.#log.slice(-SHOWN_LINES),
      seconds: this.#seconds,
      folder: this.#leave(message),
    };
  }

  /** Moves what the attempt has left to where the user can look at it. */
  #leave(message: string): string | null {
    const { root, task } = this.#of;
    try {
      return root.keepFailed(this.#folder, task.name, `${[...this.#log, message].join('\n')}\n`);
    } catch (error) {
      if (!(error instanceof CacheError)) throw error;
      // On a full disk the message has to do.
      return null;
    }
  }

  #print(line: string): void {
    if (this.#log.length < MOST_LINES) this.#log.push(line);
    else if (this.#log.length === MOST_LINES) this.#log.push('… (further lines were not kept)');
  }
}

/** Undefined where there is no such file any more. */
export function digestNow(path: string, cache: Cache): string | undefined {
  try {
    return cache.digestFile(path).digest;
  } catch {
    return undefined;
  }
}
