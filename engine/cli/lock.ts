/** `curie lock`: writes down what a study took and gave, or holds it against what was written. */
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { openCache } from '../../cache/index.ts';
import {
  deviations,
  type Lock,
  lockedTask,
  lockPath,
  readLock,
  writeLock,
} from '../provenance/lock.ts';
import { filesOf } from '../provenance/summary.ts';
import { EXIT, Failure } from './failure.ts';
import { shownPath } from './places.ts';
import { endedOf, openForReading, openProject, planFrom, type StudyOptions } from './project.ts';
import { columns, plural } from './text.ts';
import { version } from './version.ts';

export function lockCommand(
  file: string,
  options: StudyOptions & { readonly frozen?: boolean },
): void {
  const project = openProject(file, options);
  const { study, cacheFolder } = project;
  const cache = openForReading(cacheFolder);
  const ended = endedOf(planFrom(project, cache));
  const now: Omit<Lock, 'schema' | 'curie'> = {
    study: study.name,
    profile: study.profile,
    parameters: study.parameters,
    files: filesOf(study, (path) => (existsSync(path) ? cache?.digestFile(path) : undefined)),
    tasks: Object.fromEntries(
      study.tasks.flatMap(({ id, name }) => {
        const end = ended[id]!;
        return end.kind === 'record' ? [[name, lockedTask(end.record)] as const] : [];
      }),
    ),
  };
  cache?.close();
  const path = lockPath(study.file, study.profile);
  const locked = Object.keys(now.tasks).length;
  if (options.frozen) {
    const lock = readExisting(path);
    const found = deviations(lock, now);
    for (const line of columns(found.map(({ of, message }) => [of, message]))) console.log(line);
    if (found.length > 0)
      throw new Failure(
        `${shownPath(path)}: ${plural(found.length, 'deviation')}; curie lock ${relative(process.cwd(), study.file)} writes it anew`,
        EXIT.failed,
      );
    console.log(`${shownPath(path)}: ${plural(locked, 'task')}, everything is as it was locked`);
    return;
  }
  if (locked < study.tasks.length) {
    const missing = study.tasks.filter(({ name }) => !(name in now.tasks)).map(({ name }) => name);
    console.log(
      `not locked, because they have no result: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`,
    );
  }
  writeLock(path, { schema: 'curie/lock@1', curie: version(), ...now });
  if (locked > 0) {
    const pinning = openCache(cacheFolder);
    pinning.pin(
      resolve(path),
      Object.values(now.tasks).map(({ key }) => key),
    );
    pinning.close();
  }
  console.log(`${shownPath(path)}: ${plural(locked, 'task')} locked`);
}

function readExisting(path: string): Lock {
  try {
    const lock = readLock(path);
    if (lock !== undefined) return lock;
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  throw new Failure(`${shownPath(path)} does not exist: curie lock without --frozen writes it`);
}
