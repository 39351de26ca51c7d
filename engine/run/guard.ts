/**
 * A worker must not outlive its engine, even while a step computes and no event is handled: a
 * thread waits for the end of a pipe that only the engine holds open, and then kills the process
 * groups that the step has started and the worker itself.
 */
import { readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Process groups that one step may have at a time. */
const MOST_GROUPS = 64;

interface GuardData {
  readonly curieGuard: { readonly pipe: number; readonly groups: Int32Array };
}

export interface Guard {
  /** Names a group that is to die with this process. */
  add(leader: number): void;
  /** Kills the groups of the step that has ended. */
  killGroups(): void;
}

/** @param pipe  descriptor that reads nothing but the end of the engine */
export function startGuard(pipe: number): Guard {
  const groups = new Int32Array(new SharedArrayBuffer(4 * MOST_GROUPS));
  const thread = new Worker(fileURLToPath(import.meta.url), {
    workerData: { curieGuard: { pipe, groups } } satisfies GuardData,
  });
  thread.unref();
  return {
    add(leader) {
      const free = groups.indexOf(0);
      if (free < 0) throw new Error(`a step may have at most ${MOST_GROUPS} process groups`);
      Atomics.store(groups, free, leader);
    },
    killGroups: () => killAll(groups),
  };
}

function killAll(groups: Int32Array): void {
  for (let k = 0; k < groups.length; k++) {
    const leader = Atomics.exchange(groups, k, 0);
    if (leader !== 0) killGroup(leader);
  }
}

/** Kills every process of a group; one that has ended is fine. */
export function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function isGuardData(data: unknown): data is GuardData {
  return typeof data === 'object' && data !== null && 'curieGuard' in data;
}

if (!isMainThread && isGuardData(workerData)) {
  const { pipe, groups } = workerData.curieGuard;
  try {
    while (readSync(pipe, new Uint8Array(1)) > 0);
  } catch {
    // A broken pipe says the same as an ended one.
  }
  killAll(groups);
  process.kill(process.pid, 'SIGKILL');
}
