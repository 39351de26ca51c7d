/** Files that a study names: resolved from its folder, and there before anything runs. */
import { closeSync, openSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Problems, Related } from './diagnostic.ts';
import type { Scalar } from './node.ts';
import { nearest } from './suggest.ts';

export class Files {
  readonly #problems: Problems;
  /** For each path what is wrong with it, null if nothing. */
  readonly #known = new Map<string, { readonly code: string; readonly why: string } | null>();

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /**
   * Absolute path of the file that a scalar names; undefined, reported, if it is not there.
   *
   * @param folder  of the file that says so: where paths start
   */
  resolve(
    scalar: Scalar,
    folder: string,
    subject: string,
    via: readonly Related[],
  ): string | undefined {
    const path = resolve(folder, scalar.text);
    let wrong = this.#known.get(path);
    if (wrong === undefined) {
      wrong = check(path, scalar.text);
      this.#known.set(path, wrong);
    }
    if (wrong === null) return path;
    return this.#problems.add(wrong.code, scalar.span, `${subject}: ${wrong.why}`, via);
  }

  /** Every file that was found, in the order of being named. */
  get found(): readonly string[] {
    return [...this.#known].flatMap(([path, wrong]) => (wrong === null ? [path] : []));
  }
}

function check(path: string, written: string): { code: string; why: string } | null {
  try {
    const stat = statSync(path);
    if (stat.isDirectory())
      return { code: 'not-a-file', why: `${written} is a folder; name a file in it` };
    // To open a pipe would be to wait for its writer.
    if (!stat.isFile())
      return { code: 'not-a-file', why: `${written} is no ordinary file, so it has no digest` };
  } catch {
    return { code: 'missing-file', why: `there is no file ${written}${hint(path, written)}` };
  }
  try {
    closeSync(openSync(path, 'r'));
  } catch {
    return { code: 'unreadable-file', why: `${written} cannot be read; check its permissions` };
  }
  return null;
}

/** The nearest name in the same folder, or where paths start from. */
function hint(path: string, written: string): string {
  try {
    const near = nearest(basename(path), readdirSync(dirname(path)));
    if (near !== undefined)
      return `; did you mean ${written.slice(0, written.length - basename(path).length)}${near}?`;
  } catch {
    // The folder is missing too.
  }
  return '; paths start from the folder of the study';
}
