/** The report, from a run or from what the cache holds. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Cache, diskProblem } from '../../cache/index.ts';
import type { Upstream } from '../plan/upstream.ts';
import { writeReport } from '../report/report.ts';
import type { RunEvent } from '../run/event.ts';
import { lastRun, readJournal } from '../run/journal.ts';
import { Failure } from './failure.ts';
import { shownPath } from './places.ts';
import {
  endedOf,
  figureReader,
  openForReading,
  openProject,
  type Project,
  planFrom,
  type StudyOptions,
} from './project.ts';
import { version } from './version.ts';

export async function reportCommand(file: string, options: StudyOptions): Promise<void> {
  const project = openProject(file, options);
  const cache = openForReading(project.cacheFolder);
  if (cache === undefined)
    throw new Failure(`nothing of ${project.study.name} has run yet: curie run ${file}`);
  const ended = endedOf(planFrom(project, cache));
  const run = lastRun(project.cacheFolder, project.study.name);
  const { path } = await reportOf(project, cache, ended, run === undefined ? [] : readJournal(run));
  cache.close();
  console.log(shownPath(path));
}

/** Writes the page of a study into its results; throws a `CacheError` where the disk does not take it. */
export async function reportOf(
  project: Project,
  cache: Cache,
  ended: readonly Upstream[],
  events: readonly RunEvent[],
): Promise<{ readonly path: string; readonly changed: boolean }> {
  const { study, text, results } = project;
  const files = study.files
    .filter((path) => existsSync(path))
    .map((path) => ({ path, ...cache.digestFile(path) }));
  try {
    return await writeReport({
      study,
      text,
      ended,
      events,
      files,
      figures: figureReader(cache),
      version: version(),
      out: join(results, 'report.html'),
    });
  } catch (error) {
    throw diskProblem(error, results, 'writing the report', 'run in a folder of your own');
  }
}
