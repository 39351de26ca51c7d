/**
 * Runs of studies without processes, on a disk in memory: steps are functions of this process,
 * and which of those that run ends next is drawn at random.
 */
import { join } from 'node:path';
import {
  type Cache,
  CacheError,
  type Checkpoint,
  diskProblem,
  type Json,
  openCheckpoint,
} from '../../cache/index.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import type { Executor } from '../../engine/run/executor.ts';
import type { Assignment, Ending, News } from '../../engine/run/protocol.ts';
import type { Capacity } from '../../engine/run/resources.ts';
import { type RunResult, runStudy } from '../../engine/run/run.ts';
import { type Outcome, StepError } from '../../engine/step.ts';
import type { ExpandedStudy, TaskId } from '../../engine/study/expanded.ts';
import type { MemoryDisk } from '../cache/memory-disk.ts';
import { at } from '../plan/rig.ts';

/** Draws one of the numbers 0 to n - 1. */
export type Draw = (n: number) => number;

/** The same numbers for the same seed. */
export function drawing(seed: number): Draw {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) % n;
  };
}

/** What a step's function has to work with. */
export interface Desk {
  readonly step: string;
  readonly values: { readonly [input: string]: Json };
  readonly checkpoint: Checkpoint;
  readonly gpu: string | null;
  threads(): number;
  /** Text of an artifact among the values. */
  read(artifact: Json): string;
  /** Writes a file of the attempt. */
  write(name: string, text: string): { readonly file: string };
  tell(news: News): void;
}

/** A step; what it throws as `StepError` is its failure. */
export type Program = (desk: Desk) => Outcome;

interface Running {
  readonly assignment: Assignment;
  readonly tell: (news: News) => void;
  readonly end: (ending: Ending) => void;
  threads: number;
  stopping: boolean;
}

/**
 * Each turn of the event loop, or each `turns`, ends one of the steps that run; which one is drawn.
 */
export function inProcess(disk: MemoryDisk, program: Program, draw: Draw, turns = 1): Executor {
  const running: Running[] = [];
  let asked = false;
  const ask = (): void => {
    if (asked) return;
    asked = true;
    afterTurns(turns, () => {
      asked = false;
      const [next] = running.splice(draw(running.length), 1);
      if (running.length > 0) ask();
      if (next !== undefined) next.end(endingOf(next, disk, program));
    });
  };
  return {
    start(assignment, tell) {
      let end: (ending: Ending) => void = () => {};
      const ended = new Promise<Ending>((resolve) => {
        end = resolve;
      });
      const one: Running = { assignment, tell, end, threads: assignment.threads, stopping: false };
      running.push(one);
      ask();
      return {
        ended,
        setThreads: (threads) => {
          one.threads = threads;
        },
        stop: () => {
          one.stopping = true;
        },
      };
    },
    close() {
      running.length = 0;
    },
  };
}

function afterTurns(turns: number, act: () => void): void {
  setImmediate(turns === 1 ? act : () => afterTurns(turns - 1, act));
}

function endingOf(running: Running, disk: MemoryDisk, program: Program): Ending {
  const { assignment, tell } = running;
  if (running.stopping) return { kind: 'stopped' };
  const text = (path: string): string => Buffer.from(disk.read(path)).toString();
  try {
    const outcome = program({
      step: assignment.step,
      values: assignment.values,
      checkpoint: openCheckpoint(assignment.checkpoint, disk),
      gpu: assignment.gpu,
      threads: () => running.threads,
      read: (artifact) => text(pathIn(artifact)),
      write(name, content) {
        disk.create(join(assignment.folder, name), content, 0o644);
        return { file: name };
      },
      tell,
    });
    return { kind: 'outcome', outcome };
  } catch (error) {
    // As a worker does with what a step throws.
    const worded = diskProblem(error, assignment.folder, 'a step wrote its files');
    if (!(worded instanceof Error)) throw worded;
    const isForTheUser = worded instanceof StepError || worded instanceof CacheError;
    return { kind: 'failed', message: isForTheUser ? worded.message : String(worded), log: [] };
  }
}

function pathIn(artifact: Json): string {
  if (typeof artifact !== 'object' || artifact === null || !('path' in artifact))
    throw new Error(`${JSON.stringify(artifact)} is no artifact`);
  return String(artifact.path);
}

/** Thrown at a process that has been killed. */
export class Killed extends Error {}

/**
 * A disk as one of several processes sees it. `beforeChange` is called before each of its
 * changes, counted from 1; once it has thrown `Killed`, the process can do nothing any more.
 */
export function seenBy(disk: MemoryDisk, beforeChange: (change: number) => void): MemoryDisk {
  let changes = 0;
  let killed: Killed | undefined;
  const alive = <A extends readonly unknown[], R>(act: (...args: A) => R) => {
    return (...args: A): R => {
      if (killed !== undefined) throw killed;
      return act(...args);
    };
  };
  const changing = <A extends readonly unknown[], R>(act: (...args: A) => R) =>
    alive((...args: A): R => {
      changes += 1;
      try {
        beforeChange(changes);
      } catch (error) {
        if (error instanceof Killed) killed = error;
        throw error;
      }
      return act(...args);
    });
  return {
    ...disk,
    read: alive(disk.read),
    list: alive(disk.list),
    stat: alive(disk.stat),
    statTarget: alive(disk.statTarget),
    create: changing(disk.create),
    append: changing(disk.append),
    copy: changing(disk.copy),
    clone: changing(disk.clone),
    link: changing(disk.link),
    rename: changing(disk.rename),
    unlink: changing(disk.unlink),
    makeFolder: changing(disk.makeFolder),
    removeFolder: changing(disk.removeFolder),
    removeTree: changing(disk.removeTree),
    touch: changing(disk.touch),
    sync: changing(disk.sync),
    syncSoon: changing(disk.syncSoon),
  };
}

export interface Ran extends RunResult {
  readonly events: readonly RunEvent[];
  of<K extends RunEvent['kind']>(kind: K): readonly (RunEvent & { readonly kind: K })[];
}

export interface RunChoices {
  readonly forced?: ReadonlySet<TaskId>;
  readonly capacity?: Capacity;
  readonly signal?: AbortSignal;
  readonly watch?: (event: RunEvent) => void;
}

let runs = 0;

/** Runs a study on a cache; results go to `/results`. */
export async function runIn(
  study: ExpandedStudy,
  cache: Cache,
  executor: Executor,
  { forced, capacity, signal, watch }: RunChoices = {},
): Promise<Ran> {
  runs += 1;
  const events: RunEvent[] = [];
  const result = await runStudy({
    study,
    cache,
    executor,
    capacity: capacity ?? { cores: 3, memory: 1000, gpus: [] },
    results: '/results',
    root: cache.run(String(runs).padStart(9, '0')),
    ...(forced !== undefined && { forced }),
    ...(signal !== undefined && { signal }),
    emit: (event) => {
      events.push(event);
      watch?.(event);
    },
    clock: () => events.length,
    at,
    explain: ({ diagnostic }) => diagnostic.message,
    version: '0.1.0',
    host: {},
  });
  return {
    ...result,
    events,
    of: <K extends RunEvent['kind']>(kind: K) =>
      events.filter((event): event is RunEvent & { readonly kind: K } => event.kind === kind),
  };
}
