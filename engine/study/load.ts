/** Study file -> checked and expanded study, or everything that is wrong with it. */
import { resolve } from 'node:path';
import type { StepDeclaration } from '../step.ts';
import { type Diagnostic, Problems, type ReadFile } from './diagnostic.ts';
import { readDocument } from './document.ts';
import { expand } from './expand.ts';
import type { ExpandedStudy } from './expanded.ts';
import { Files } from './files.ts';
import { unitsOf } from './graph.ts';
import { checkNames } from './lookup.ts';
import { EXEC } from './names.ts';
import type { StepType } from './own-step.ts';
import { OwnSteps } from './own-steps.ts';
import { displayed } from './parameters.ts';
import { readFile } from './read-file.ts';
import { stepsIn } from './scope.ts';
import { readSource } from './source-file.ts';

/** Written steps; more come from `matrix`. */
const MOST_STEPS = 10_000;

export interface LoadOptions {
  readonly registry: readonly StepDeclaration[];
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

/**
 * Loads the interface of a group's own step. None of its code runs.
 *
 * @param folder  its path; diagnostics name it as given
 */
export function loadStep(
  folder: string,
  { registry, read = readFile }: Pick<LoadOptions, 'registry' | 'read'>,
): { readonly step: StepType } | { readonly diagnostics: readonly Diagnostic[] } {
  const problems = new Problems();
  const at = { file: folder, start: 0, end: 0 };
  const step = ownSteps(registry, read, problems).in(folder, at);
  return step === undefined ? { diagnostics: problems.sorted() } : { step };
}

function load(file: string, options: LoadOptions, problems: Problems): ExpandedStudy | undefined {
  const sources = new Set<string>();
  const read: ReadFile = (path) => {
    sources.add(resolve(path));
    return (options.read ?? readFile)(path);
  };
  const root = readSource(file, 'study', { file, start: 0, end: 0 }, read, problems);
  if (root === undefined) return undefined;
  const { registry, profile, set = [] } = options;
  const own = ownSteps(registry, read, problems);
  const study = readDocument(root, file, { registry, profile, set, read }, own, problems);
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
    files: [...files.found, ...own.files],
    sources: [...sources],
  };
}

function ownSteps(
  registry: readonly StepDeclaration[],
  read: ReadFile,
  problems: Problems,
): OwnSteps {
  return new OwnSteps([...registry.map(({ type }) => type), EXEC], read, problems);
}
