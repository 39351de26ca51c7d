/** Study file -> checked and expanded study, or everything that is wrong with it. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { StepInterface } from '../step.ts';
import { type Diagnostic, Problems, type ReadFile } from './diagnostic.ts';
import { readDocument } from './document.ts';
import { expand } from './expand.ts';
import type { ExpandedStudy } from './expanded.ts';
import { Files } from './files.ts';
import { graphOf, orderOf } from './graph.ts';
import { checkNames } from './lookup.ts';
import { displayed } from './parameters.ts';
import { decode, parse } from './parse.ts';
import { checkShape, checkVersion } from './shape.ts';

/** Written steps; more come from `matrix`. */
const MOST_STEPS = 10_000;

export interface LoadOptions {
  readonly registry: readonly StepInterface[];
  /** A parameter set of the study. */
  readonly profile?: string;
  /** `name=value` each, over profile and file. */
  readonly set?: readonly string[];
  /** Reads the study; the disk by default. Data files are looked for on disk. */
  readonly read?: ReadFile;
}

export type Loaded =
  | { readonly study: ExpandedStudy }
  | { readonly diagnostics: readonly Diagnostic[] };

/**
 * Loads a study. No code of any step runs; the files it names must exist, and are not read.
 *
 * @param file  path of the study; diagnostics and spans name it as given
 */
export function loadStudy(file: string, options: LoadOptions): Loaded {
  const problems = new Problems();
  const study = load(file, options, problems);
  return problems.any || study === undefined ? { diagnostics: problems.sorted() } : { study };
}

function load(file: string, options: LoadOptions, problems: Problems): ExpandedStudy | undefined {
  const start = { file, start: 0, end: 0 };
  let bytes: Uint8Array;
  try {
    bytes = (options.read ?? readFileSync)(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder; name the study file in it'
          : `it cannot be read (${code ?? error})`;
    return problems.add('unreadable-study', start, why);
  }
  const text = decode(bytes, file, problems);
  const root = text === undefined ? undefined : parse(text, file, problems);
  if (root === undefined || !checkVersion(root, problems)) return undefined;
  checkShape(root, problems);
  if (root.kind !== 'map') return undefined;
  const profile = options.profile;
  const { registry, set = [] } = options;
  const checked = readDocument(root, { registry, profile, set }, problems);
  if (checked.steps.size > MOST_STEPS)
    return problems.add(
      'too-many-steps',
      root.entries.get('steps')!.key.span,
      `the study has ${checked.steps.size} written steps; at most ${MOST_STEPS}: let a matrix make them`,
    );
  checkNames(checked, problems);
  const order = orderOf(graphOf(checked), problems);
  const path = resolve(file);
  const files = new Files(dirname(path), problems);
  const { steps, tasks } = expand(checked, order ?? [...checked.steps.keys()], files, problems);
  return {
    name: checked.name,
    file: path,
    parameters: displayed(checked.parameters),
    profile: profile ?? null,
    steps,
    tasks,
    files: files.found,
  };
}
