/** What the next run need not look at again. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ActionRecord, Cache, Watched } from '../../cache/index.ts';
import { programPlaces } from '../plan/tools.ts';
import type { Upstream } from '../plan/upstream.ts';
import type { RunEvent } from '../run/event.ts';
import { placesOf } from '../run/results.ts';
import type { Project } from './project.ts';
import type { RunOptions } from './run.ts';
import { type Conclusion, digestOfAsked } from './unchanged.ts';

/** Remembers a run, if nothing was done in it and nothing is wrong. */
export function rememberUnchanged(
  file: string,
  options: RunOptions,
  { study, results, site }: Project,
  cache: Cache,
  ended: readonly Upstream[],
  events: readonly RunEvent[],
  conclusion: Conclusion,
): void {
  if (!events.every(({ kind }) => HARMLESS.has(kind))) return;
  // Whether there are devices is looked at each time.
  if (study.tasks.some(({ resources }) => (resources.gpu ?? 0) > 0)) return;
  const first = events[0];
  if (first?.kind !== 'run-started') return;
  const records: ActionRecord[] = [];
  const places: string[] = [conclusion.report];
  for (const task of study.tasks) {
    const end = ended[task.id]!;
    if (end.kind !== 'record') continue;
    records.push(end.record);
    for (const place of placesOf(task, end.record)) places.push(join(results, place));
  }
  const given = [
    ...study.sources,
    ...study.files,
    ...programPlaces(study.tasks, site.tools),
    ...(site.file === null ? [] : [site.file]),
    ...codeOfCurie(),
  ];
  const ownSteps = new Set(study.tasks.map(({ interface: { own } }) => own));
  const folders = [...ownSteps].flatMap(
    (own) => own?.files.map((name) => dirname(join(own.folder, name))) ?? [],
  );
  cache.watch(digestOfAsked(file, options), conclusion, {
    files: [...new Set([...given, ...folders])]
      .map((path): Watched => ({ path, follow: true }))
      .concat(places.map((path) => ({ path, follow: false }))),
    records,
    since: Date.parse(first.wallClock),
  });
}

/** Another curie may see the same files in another way. */
function codeOfCurie(): string[] {
  const root = join(import.meta.dirname, '../..');
  return ['cache', 'engine', 'steps', 'physics'].flatMap((part) => {
    const folder = join(root, part);
    const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return [folder, ...inside.map((name) => join(folder, name))];
  });
}

const HARMLESS: ReadonlySet<RunEvent['kind']> = new Set([
  'run-started',
  'task-restored',
  'task-inconclusive',
  'task-skipped',
  'run-finished',
]);
