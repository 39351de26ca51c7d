/**
 * A run in which nothing was done is remembered with all files that it looked at. While none of
 * them has changed, the next run says the same without reading the study: that is what makes
 * asking again cheap when there are a hundred thousand tasks.
 */
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { digestOf, type Json, openCache } from '../../cache/index.ts';
import { readSummary, writeSummary } from '../provenance/summary.ts';
import type { RunEvent } from '../run/event.ts';
import { repeatedJournal, writeJournal } from '../run/journal.ts';
import { projectRoot, sitePath } from './places.ts';
import type { RunOptions } from './run.ts';
import { terminalWidth } from './text.ts';
import { version } from './version.ts';

/** A run, and when it began. */
export interface RunName {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly wallClock: string;
  /** Milliseconds since then. */
  readonly clock: () => number;
}

/** A run in which nothing was done. */
export interface Unchanged {
  /** Its events, one JSON line each. */
  readonly journal: string;
  /** What it said before it counted its tasks. */
  readonly said: string;
  readonly finished: RunEvent & { readonly kind: 'run-finished' };
  /** Path. */
  readonly report: string;
}

/**
 * Repeats the last run of what is asked for, if nothing was done in it and no file has changed
 * since; undefined if things have to be looked at.
 */
export async function repeatUnchanged(
  file: string,
  options: RunOptions,
  name: RunName,
): Promise<Unchanged | undefined> {
  const asked = digestOfAsked(file, options);
  const folder = await cacheFolder(options);
  if ((options.force ?? []).length > 0 || !existsSync(join(folder, 'watched', asked)))
    return undefined;
  const cache = openCache(folder);
  const root = cache.run(name.id);
  let unchanged: Unchanged | undefined;
  try {
    // Named before anybody looks whether the bytes are there: what is found then, stays.
    const found = cache.unchanged(asked, (begun) => {
      if (isConclusion(begun)) root.expect(cache.keysOf(begun.run));
    });
    if (isConclusion(found))
      unchanged = repeat(found, join(root.folder, '..', found.run), root.folder, name);
    return unchanged;
  } finally {
    if (unchanged === undefined) rmSync(root.folder, { recursive: true, force: true });
    cache.close();
  }
}

/** A site file has to be parsed; where there is none, nothing that parses is loaded. */
async function cacheFolder({ cache }: RunOptions): Promise<string> {
  const given = cache ?? process.env.CURIE_CACHE;
  if (given !== undefined) return resolve(given);
  if (existsSync(sitePath(process.env))) return (await import('./facts.ts')).cacheFolder({});
  return join(projectRoot(), '.curie');
}

function repeat(
  { said, report }: Conclusion,
  before: string,
  folder: string,
  { id, wallClock, clock }: RunName,
): Unchanged | undefined {
  let finished: Unchanged['finished'] | undefined;
  const journal = repeatedJournal(before, (first, last) => {
    finished = { ...last, at: clock() };
    return [{ ...first, run: id, wallClock, pid: process.pid }, finished];
  });
  const summary = readSummary(before);
  if (journal === undefined || finished === undefined || summary === undefined) return undefined;
  try {
    writeJournal(folder, journal);
  } catch {
    // A whole run says what is wrong with the disk.
    return undefined;
  }
  writeSummary(folder, { ...summary, run: id, started: wallClock, seconds: clock() / 1000 });
  return { journal, said, finished, report };
}

/** What a run has to tell the next one. */
export type Conclusion = {
  /** Whose journal holds its events. */
  readonly run: string;
  readonly said: string;
  readonly report: string;
};

function isConclusion(json: Json | undefined): json is Conclusion {
  return typeof json === 'object' && json !== null && 'run' in json && 'said' in json;
}

/** All that decides what a run does and says, besides files. */
export function digestOfAsked(
  file: string,
  { profile, set, only, json, jobs, gpus }: RunOptions,
): string {
  return digestOf({
    version: version(),
    file: resolve(file),
    folder: process.cwd(),
    project: projectRoot(),
    profile: profile ?? null,
    set: set ?? [],
    only: only ?? [],
    jobs: jobs ?? null,
    gpus: gpus ?? null,
    site: existsSync(sitePath(process.env)),
    path: process.env.PATH ?? '',
    width: process.stdout.isTTY ? terminalWidth() : null,
    json: json ?? false,
  });
}
