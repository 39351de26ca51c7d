/**
 * Files of older versions of the language -> the newest. v1 is the first, so there is nothing to
 * rewrite yet: the next version does it here, on the YAML library's `Document`, in which comments
 * and styles survive.
 */
import { type Diagnostic, Problems } from './diagnostic.ts';
import { LANGUAGE } from './names.ts';
import { readFile } from './read-file.ts';
import { checkVersion } from './shape.ts';
import { readRoot } from './source-file.ts';

/** Why a file cannot be in the newest version; nothing if it is. */
export function migrate(file: string): readonly Diagnostic[] {
  const problems = new Problems();
  const start = { file, start: 0, end: 0 };
  const root = readRoot(file, 'study', start, readFile, problems);
  if (root === undefined || !checkVersion(root, problems)) return problems.sorted();
  if (root.kind !== 'map' || !root.entries.has('curie'))
    problems.add(
      'missing-key',
      start,
      `the file does not say which version of the language it is in; begin it with curie: ${LANGUAGE}`,
    );
  return problems.sorted();
}
