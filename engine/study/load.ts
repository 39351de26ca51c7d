/** Study file -> checked and expanded study, or everything that is wrong with it. */
import { resolve } from 'node:path';
import type { StepInterface } from '../step.ts';
import { type Diagnostic, Problems, type ReadFile } from './diagnostic.ts';
import { readDocument } from './document.ts';
import { expand } from './expand.ts';
import type { ExpandedStudy } from './expanded.ts';
import { Files } from './files.ts';
import { unitsOf } from './graph.ts';
import { checkNames } from './lookup.ts';
import { displayed } from './parameters.ts';
import { readFile } from './read-file.ts';
import { stepsIn } from './scope.ts';
import { readSource } from './source-file.ts';

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
  const read = options.read ?? readFile;
  const root = readSource(file, 'study', { file, start: 0, end: 0 }, read, problems);
  if (root === undefined) return undefined;
  const { registry, profile, set = [] } = options;
  const study = readDocument(root, file, { registry, profile, set, read }, problems);
  const written = [...stepsIn(study)];
  if (written.length > MOST_STEPS)
    return problems.add(
      'too-many-steps',
      root.entries.get('steps')!.key.span,
      `the study has ${written.length} written steps; at most ${MOST_STEPS}: let a matrix make them`,
    );
  checkNames(study, problems);
  const units = unitsOf(study, problems) ?? written;
  const files = new Files(problems);
  const { steps, tasks } = expand(study, units, files, problems);
  const name = root.entries.get('study')?.value;
  return {
    name: name?.kind === 'scalar' ? name.text : '',
    file: resolve(file),
    parameters: displayed(study.parameters),
    profile: profile ?? null,
    steps,
    tasks,
    files: files.found,
  };
}
