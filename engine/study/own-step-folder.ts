/** The files of a group's own step: everything in its folder, and nothing outside of it. */
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import type { Problems, ReadFile } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { didYouMean } from './suggest.ts';

/** Files of a step at most: they are hashed before each of its tasks. */
const MOST_FILES = 1000;

/** Never code: what editors, version control and Python leave beside it. */
const LEFT_OUT = /^(\..*|__pycache__)$/;

/**
 * Names of the files in the folder of a step, by code unit; undefined, reported at `at`, if it is
 * none, or a link leads out of it. Names that begin with a dot do not count.
 *
 * @param folder  absolute
 * @param named   the same as messages call it
 */
export function filesOfStep(
  folder: string,
  named: string,
  at: Span,
  problems: Problems,
): readonly string[] | undefined {
  const wrong = (code: string, message: string): undefined => problems.add(code, at, message);
  const state = statSync(folder, { throwIfNoEntry: false });
  if (state === undefined)
    return wrong('missing-step-folder', `there is no folder ${named}${beside(folder)}`);
  if (!state.isDirectory())
    return wrong('no-step-folder', `${named} is a file; name the folder that holds step.yaml`);
  const root = realpathSync(folder);
  const found: string[] = [];
  const open = [''];
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
      if (LEFT_OUT.test(entry.name)) continue;
      const name = prefix + entry.name;
      if (entry.isDirectory()) open.push(`${name}/`);
      else {
        const why = entry.isSymbolicLink() ? linkTrouble(join(folder, name), root) : trouble(entry);
        if (why !== undefined) return wrong('bad-step-file', `${named}/${name} ${why}`);
        found.push(name);
      }
    }
    if (found.length > MOST_FILES)
      return wrong(
        'bad-step-file',
        `${named} has more than ${MOST_FILES} files, all of which would decide its results; keep the code of the step there, and nothing else`,
      );
  }
  return found.sort();
}

function trouble(entry: Dirent): string | undefined {
  return entry.isFile() ? undefined : 'is no ordinary file, so it has no digest; remove it';
}

function linkTrouble(link: string, root: string): string | undefined {
  let target: string;
  try {
    target = realpathSync(link);
  } catch {
    return 'is a link to nothing; remove it';
  }
  if (!target.startsWith(`${root}/`))
    return 'is a link out of the folder of the step, which has to hold all that decides its results; copy the file there';
  return statSync(target).isFile() ? undefined : 'is a link to a folder; name files in it directly';
}

/** The nearest name beside a folder that is not there. */
function beside(folder: string): string {
  try {
    return didYouMean(basename(folder), readdirSync(dirname(folder)), 'there are');
  } catch {
    return '; its path starts from the folder of this file';
  }
}

/** What modules import from their own folder; types are no code. */
const IMPORTED =
  /^[ \t]*(?:import|export)\s(?!\s*type\b)(?:[^'"`;]*?\bfrom\s*)?(['"])(\.{1,2}\/[^'"\n]+)\1/gm;

/** Reports imports by path that lead to no file of the step: a change there would go unnoticed. */
export function checkImports(
  files: readonly string[],
  named: string,
  read: ReadFile,
  problems: Problems,
): void {
  for (const file of files.filter((each) => /\.[cm]?[jt]s$/.test(each))) {
    const path = join(named, file);
    const text = new TextDecoder().decode(read(path));
    for (const match of text.matchAll(IMPORTED)) {
      const specifier = match[2]!;
      const target = posix.join(posix.dirname(file), specifier);
      if (files.includes(target)) continue;
      const start = match.index + match[0].length - specifier.length - 1;
      problems.add(
        'outside-step',
        { file: path, start, end: start + specifier.length },
        target.startsWith('../')
          ? `${specifier} is outside the folder of the step, which has to hold all that decides its results; copy it there`
          : `there is no file ${target} in the folder of the step${didYouMean(target, files)}`,
      );
    }
  }
}
