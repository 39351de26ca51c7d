/**
 * The lock of a study, `<study>.lock.json` beside its file: digests of the files it takes and of
 * what every task gave. Handed over with the study, it lets another group see that theirs are the
 * same numbers; results of programs that are not bit for bit reproducible are pinned by it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { ActionRecord } from '../../cache/index.ts';
import type { Json } from '../step.ts';

export interface Lock {
  readonly schema: 'curie/lock@1';
  readonly study: string;
  readonly profile: string | null;
  readonly curie: string;
  readonly parameters: { readonly [name: string]: Json };
  /** By path as the study's folder sees it: digests. */
  readonly files: { readonly [path: string]: string };
  readonly tasks: { readonly [task: string]: LockedTask };
}

export interface LockedTask {
  readonly key: string;
  readonly outcome: 'done' | 'inconclusive';
  /** Digests. */
  readonly outputs: { readonly [output: string]: string };
}

/** Why a study is not what its lock says. */
export interface Deviation {
  /** A task's name, or a path. */
  readonly of: string;
  readonly message: string;
}

export function lockedTask(record: ActionRecord): LockedTask {
  const { key, outcome, outputs } = record;
  return {
    key,
    outcome,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, { digest }]) => [name, digest] as const),
    ),
  };
}

/** Where the lock of a study file is; profiles have locks of their own. */
export function lockPath(study: string, profile: string | null): string {
  const { dir, name } = parse(study);
  return join(dir, `${name}${profile === null ? '' : `.${profile}`}.lock.json`);
}

export function writeLock(path: string, lock: Lock): void {
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}

/** Undefined where there is none. Throws an Error with words for the user where it is no lock. */
export function readLock(path: string): Lock | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const lock: unknown = parsed(text);
  if (!isLock(lock))
    throw new Error(
      `${path} is no lock that this version of curie can read: write it anew with curie lock`,
    );
  return lock;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLock(value: unknown): value is Lock {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    value.schema === 'curie/lock@1'
  );
}

/** All in which the present state deviates from a lock; none if everything is there and the same. */
export function deviations(lock: Lock, now: Omit<Lock, 'schema' | 'curie'>): Deviation[] {
  const found: Deviation[] = [];
  for (const path of namesOf(lock.files, now.files)) {
    if (!(path in now.files)) found.push({ of: path, message: 'is not there' });
    else if (!(path in lock.files)) found.push({ of: path, message: 'is not in the lock' });
    else if (lock.files[path] !== now.files[path])
      found.push({ of: path, message: 'has other bytes than when the lock was written' });
  }
  for (const task of namesOf(lock.tasks, now.tasks)) {
    const [locked, present] = [lock.tasks[task], now.tasks[task]];
    if (locked === undefined) found.push({ of: task, message: 'is not in the lock' });
    else if (present === undefined)
      found.push({ of: task, message: 'has no result with the present inputs' });
    else if (locked.key !== present.key) found.push({ of: task, message: 'takes other inputs' });
    else
      for (const output of namesOf(locked.outputs, present.outputs))
        if (locked.outputs[output] !== present.outputs[output])
          found.push({
            of: task,
            message: `${output} has other bytes than when the lock was written`,
          });
  }
  return found;
}

function namesOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}
