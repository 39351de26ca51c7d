/**
 * The journal of a run: `runs/<id>/events.jsonl`, one event a line, in the order they happened.
 * A kill or a full disk may tear a line; a reader passes over it. Progress is written at most
 * every five seconds a task.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { diskProblem } from '../../cache/index.ts';
import type { RunEvent } from './event.ts';

const FILE = 'events.jsonl';
const PROGRESS_EVERY = 5000;
/** Lines kept back at most. */
const BATCH = 1000;

export interface Journal {
  write(event: RunEvent): void;
  close(): void;
}

/** Begins the journal of a run in its folder. Throws a `CacheError` where the disk does not take it. */
export function openJournal(folder: string): Journal {
  let file: number;
  try {
    mkdirSync(folder, { recursive: true });
    file = openSync(join(folder, FILE), 'a');
  } catch (error) {
    throw diskProblem(error, folder, 'beginning the journal of the run');
  }
  const told = new Map<string, number>();
  let unwritten: string[] = [];
  const flush = (): void => {
    const text = unwritten.join('');
    unwritten = [];
    try {
      writeSync(file, text);
    } catch {
      // A disk that has become full: the work matters more than its diary, and says so itself.
    }
  };
  return {
    write(event) {
      if (event.kind === 'task-progress') {
        if (event.at - (told.get(event.task) ?? Number.NEGATIVE_INFINITY) < PROGRESS_EVERY) return;
        told.set(event.task, event.at);
      }
      unwritten.push(`${JSON.stringify(event)}\n`);
      // Of restored tasks there may be very many at once, and nobody waits for them.
      if (event.kind !== 'task-restored' || unwritten.length >= BATCH) flush();
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}

/**
 * The journal of a run in which nothing was done, for another one in which nothing need be done:
 * the same lines between other ends. Undefined if there is no such journal.
 */
export function repeatedJournal(
  folder: string,
  ends: (
    first: RunEvent & { readonly kind: 'run-started' },
    last: RunEvent & { readonly kind: 'run-finished' },
  ) => readonly [RunEvent, RunEvent],
): string | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'utf8');
  } catch {
    return undefined;
  }
  const [from, to] = [text.indexOf('\n') + 1, text.lastIndexOf('\n', text.length - 2) + 1];
  const [[first], [last]] = [eventIn(text.slice(0, from)), eventIn(text.slice(to))];
  if (first?.kind !== 'run-started' || last?.kind !== 'run-finished') return undefined;
  const [begin, end] = ends(first, last).map((event) => `${JSON.stringify(event)}\n`);
  return begin + text.slice(from, to) + end;
}

/** Writes a whole journal at once. */
export function writeJournal(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE), text);
}

/** The events of a run, as far as they were written whole. */
export function readJournal(folder: string): RunEvent[] {
  return readFileSync(join(folder, FILE), 'utf8').split('\n').flatMap(eventIn);
}

function eventIn(line: string): RunEvent[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

/** Folder of the last run of a study in a cache; undefined if there is none. */
export function lastRun(cache: string, study: string): string | undefined {
  const runs = join(cache, 'runs');
  let ids: string[];
  try {
    ids = readdirSync(runs).sort().reverse();
  } catch {
    return undefined;
  }
  return ids.map((id) => join(runs, id)).find((folder) => studyOf(folder) === study);
}

/** The study that a journal's first line names; the line may be long, so only its head is read. */
function studyOf(folder: string): string | undefined {
  let file: number;
  try {
    file = openSync(join(folder, FILE), 'r');
  } catch {
    return undefined;
  }
  try {
    const head = Buffer.alloc(4096);
    const text = head.toString('utf8', 0, readSync(file, head));
    return /"study":"([^"]*)"/.exec(text)?.[1];
  } finally {
    closeSync(file);
  }
}
