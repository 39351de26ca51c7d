/** The local executor: warm worker processes, each running one step at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Attempt, Executor } from './executor.ts';
import { killGroup } from './guard.ts';
import {
  type Assignment,
  END_OF_TASK,
  type Ending,
  type FromWorker,
  type News,
  type ToWorker,
} from './protocol.ts';

/** A worker above this is not used again: the memory of kernels never shrinks. Bytes. */
const LARGE = 300e6;

/**
 * Steps of a group's own need no package file: that their modules lack one is not for the log,
 * where its line would be another in every run.
 */
const QUIET = process.allowedNodeEnvironmentFlags.has('--disable-warning')
  ? ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON']
  : [];

/** Runs steps of the registry module at `registry` (a URL) in processes of this machine. */
export function localExecutor(registry: string): Executor {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const forget = (worker: Worker): void => {
    all.delete(worker);
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
  };
  return {
    start(assignment, tell) {
      const worker = idle.pop() ?? new Worker(registry, () => forget(worker));
      all.add(worker);
      return worker.run(assignment, tell, (reusable) => {
        if (reusable) idle.push(worker);
        else worker.kill();
      });
    },
    close() {
      for (const worker of all) worker.kill();
    },
  };
}

interface Work {
  readonly tell: (news: News) => void;
  readonly end: (ending: Ending, reusable: boolean) => void;
}

class Worker {
  readonly #process: ChildProcess;
  readonly #groups = new Set<number>();
  #work: Work | undefined;
  /** The end of the task, until all that it printed has been read. */
  #ended: (FromWorker & { readonly kind: 'ended' }) | undefined;
  #marks = 0;

  constructor(registry: string, onExit: () => void) {
    const script = fileURLToPath(
      new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
    );
    const child = fork(script, [registry], {
      execArgv: [...process.execArgv, ...QUIET],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    });
    this.#process = child;
    child.on('message', (message: FromWorker) => this.#hear(message));
    child.on('error', (error) => this.#say(error.message));
    child.on('exit', () => {
      onExit();
      for (const leader of this.#groups) killGroup(leader);
    });
    // After all that it printed has been read.
    child.on('close', (code, signal) => {
      this.#end({ kind: 'failed', message: deathOf(code, signal), log: [], lost: true }, false);
    });
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#say(line));
  }

  run(
    assignment: Assignment,
    tell: (news: News) => void,
    free: (reusable: boolean) => void,
  ): Attempt {
    const ended = new Promise<Ending>((resolve) => {
      const end = (ending: Ending, reusable: boolean): void => {
        free(reusable);
        resolve(ending);
      };
      this.#work = { tell, end };
    });
    this.#send({ kind: 'run', assignment });
    return {
      ended,
      setThreads: (threads) => this.#send({ kind: 'threads', threads }),
      stop: () => this.#send({ kind: 'stop' }),
    };
  }

  kill(): void {
    for (const leader of this.#groups) killGroup(leader);
    this.#process.kill('SIGKILL');
  }

  #send(message: ToWorker): void {
    // A worker that is gone says so by its exit, which ends the work.
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'group':
        this.#groups.add(message.leader);
        break;
      case 'ended':
        this.#groups.clear();
        this.#ended = message;
        this.#settle();
        break;
      default:
        this.#work?.tell(message);
    }
  }

  #say(line: string): void {
    const isLast = line.endsWith(END_OF_TASK);
    const text = isLast ? line.slice(0, -END_OF_TASK.length) : line;
    if (!isLast || text !== '') this.#work?.tell({ kind: 'printed', line: text });
    if (!isLast) return;
    this.#marks += 1;
    this.#settle();
  }

  #settle(): void {
    const ended = this.#ended;
    if (ended === undefined || this.#marks < ended.marked) return;
    this.#ended = undefined;
    this.#marks = 0;
    this.#end(ended.ending, ended.memory < LARGE);
  }

  #end(ending: Ending, reusable: boolean): void {
    const work = this.#work;
    this.#work = undefined;
    work?.end(ending, reusable);
  }
}

function deathOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL')
    return 'its worker process was killed (SIGKILL): by hand, or by the system because memory ran out; run again to continue from the last checkpoint';
  return `its worker process ended unexpectedly (${signal ?? `exit code ${code}`}); run again to continue from the last checkpoint`;
}
