/** A program as a process group of its own, from its start to the end of all that it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskContext } from '../../step.ts';
import type { OutputLog } from './log.ts';

export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly variables: { readonly [name: string]: string };
  /** File of the folder that gets the standard output; without it the log does. */
  readonly stdout: string | undefined;
  /** Seconds. */
  readonly timeout: number | null;
}

export type Ended =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'not-started'; readonly code: string | undefined; readonly why: string };

/** How often the engine is asked whether the task is to stop, ms. */
const LOOK_EVERY = 100;
/** Time to end by itself after SIGTERM, ms. */
const GRACE = 2000;
/** Time for output that is on its way when all processes have ended, ms. */
const LAST_WORDS = 1000;

/**
 * Runs a program to its end. What is left of its process group then is killed. Throws what
 * `task.throwIfStopped` throws, after having ended the program.
 */
export async function runProgram(
  program: Program,
  log: OutputLog,
  task: Pick<TaskContext, 'group' | 'throwIfStopped'>,
): Promise<Ended> {
  const stdout =
    program.stdout === undefined ? 'pipe' : openSync(join(program.folder, program.stdout), 'wx');
  let child: ChildProcess;
  try {
    child = spawn(program.path, program.args, {
      cwd: program.folder,
      env: program.variables,
      stdio: ['ignore', stdout, 'pipe'],
      detached: true,
    });
  } catch (error) {
    return notStarted(error);
  } finally {
    if (typeof stdout === 'number') closeSync(stdout);
  }
  const leader = child.pid;
  if (leader === undefined)
    return new Promise((resolve) => child.once('error', (error) => resolve(notStarted(error))));
  task.group(leader);
  const group = new Group(leader);
  const drained = drain(child, log);
  const exited = new Promise<Ended>((resolve) =>
    child.once('exit', (code, signal) =>
      resolve(signal === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal }),
    ),
  );
  const watch = new Watch(program.timeout, task, () => group.end());
  const ended = await exited;
  watch.close();
  group.kill();
  await Promise.race([drained, sleep(LAST_WORDS)]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (watch.stopped !== undefined) throw watch.stopped.error;
  return watch.timedOut ? { kind: 'timeout' } : ended;
}

function notStarted(error: unknown): Ended {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const why = error instanceof Error ? error.message : String(error);
  return { kind: 'not-started', code, why };
}

/** Resolves when nobody can write to the program's output any more. */
function drain(child: ChildProcess, log: OutputLog): Promise<unknown> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  return Promise.all(
    streams.map(
      (stream) =>
        new Promise<void>((resolve) => {
          const lines = log.stream();
          stream.on('data', (bytes: Uint8Array) => lines.write(bytes));
          stream.once('close', () => {
            lines.end();
            resolve();
          });
        }),
    ),
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** All processes of a program. */
class Group {
  readonly #leader: number;
  #grace: NodeJS.Timeout | undefined;

  constructor(leader: number) {
    this.#leader = leader;
  }

  /** Asks them to end, and kills them if they do not. */
  end(): void {
    this.#signal('SIGTERM');
    this.#grace ??= setTimeout(() => this.#signal('SIGKILL'), GRACE);
  }

  kill(): void {
    clearTimeout(this.#grace);
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#leader, signal);
    } catch {
      // All of them have ended.
    }
  }
}

/** Looks at the clock and at the engine's wish to stop while a program runs. */
class Watch {
  /** What `throwIfStopped` threw. */
  stopped: { readonly error: unknown } | undefined;
  timedOut = false;
  readonly #timer: NodeJS.Timeout;

  constructor(timeout: number | null, task: Pick<TaskContext, 'throwIfStopped'>, end: () => void) {
    const deadline =
      timeout === null ? Number.POSITIVE_INFINITY : performance.now() + 1000 * timeout;
    this.#timer = setInterval(() => {
      if (this.timedOut || this.stopped !== undefined) return;
      try {
        task.throwIfStopped();
        this.timedOut = performance.now() > deadline;
      } catch (error) {
        this.stopped = { error };
      }
      if (this.timedOut || this.stopped !== undefined) end();
    }, LOOK_EVERY);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
