/** What a run used and gave, in `runs/<id>/summary.json`: for `runs`, `diff` and the lock. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Content } from '../../cache/index.ts';
import type { Upstream } from '../plan/upstream.ts';
import type { Json } from '../step.ts';
import type { ExpandedStudy } from '../study/expanded.ts';

export interface RunSummary {
  readonly schema: 'curie/run@1';
  readonly run: string;
  readonly study: string;
  readonly profile: string | null;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly parameters: { readonly [name: string]: Json };
  /** By path as the study's folder sees it: digests. */
  readonly files: { readonly [path: string]: string };
  /** By name; tasks that failed or were not reached have no key. */
  readonly tasks: { readonly [task: string]: TaskSummary };
}

export interface TaskSummary {
  readonly outcome: 'done' | 'inconclusive' | 'failed' | 'skipped' | 'not run';
  readonly key?: string;
}

const FILE = 'summary.json';

export function summaryOf(
  study: ExpandedStudy,
  ended: readonly Upstream[],
  contentOf: (path: string) => Content | undefined,
  about: Pick<RunSummary, 'run' | 'started' | 'seconds'>,
): RunSummary {
  return {
    schema: 'curie/run@1',
    ...about,
    study: study.name,
    profile: study.profile,
    parameters: study.parameters,
    files: filesOf(study, contentOf),
    tasks: Object.fromEntries(
      study.tasks.map(({ id, name }) => [name, taskSummary(ended[id]!)] as const),
    ),
  };
}

/** Digests of the files that a study names, by path relative to the study; missing ones left out. */
export function filesOf(
  study: ExpandedStudy,
  contentOf: (path: string) => Content | undefined,
): { readonly [path: string]: string } {
  return Object.fromEntries(
    study.files.flatMap((path) => {
      const content = contentOf(path);
      return content === undefined ? [] : [[relative(dirname(study.file), path), content.digest]];
    }),
  );
}

function taskSummary(end: Upstream): TaskSummary {
  switch (end.kind) {
    case 'record':
      return { outcome: end.record.outcome, key: end.record.key };
    case 'inconclusive':
      return { outcome: 'inconclusive' };
    case 'failed':
    case 'skipped':
      return { outcome: end.kind };
    case 'pending':
      return { outcome: 'not run' };
  }
}

export function writeSummary(folder: string, summary: RunSummary): void {
  try {
    writeFileSync(join(folder, FILE), `${JSON.stringify(summary)}\n`);
  } catch {
    // On a full disk the run is missing from `runs`; its results are safe all the same.
  }
}

/** Summaries of all runs in a cache that came to their end, the newest first. */
export function readSummaries(cache: string): RunSummary[] {
  const runs = join(cache, 'runs');
  return names(runs)
    .sort()
    .reverse()
    .flatMap((id) => readSummary(join(runs, id)) ?? []);
}

/** What a run used and gave; undefined if it did not come to its end. */
export function readSummary(folder: string): RunSummary | undefined {
  try {
    const summary: RunSummary = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    return summary.schema === 'curie/run@1' ? summary : undefined;
  } catch {
    return undefined;
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
