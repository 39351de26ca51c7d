/**
 * Step types of the group's own: a folder that a study names, with `step.yaml` and either `run.ts`
 * or a command. Read as data: no code of it runs before its tasks do.
 */
import { join, resolve } from 'node:path';
import type { InputField, OutputField, StepDeclaration } from '../step.ts';
import type { DeclaredOutput } from './declared-outputs.ts';
import { Problems, type ReadFile } from './diagnostic.ts';
import type { Span } from './expanded.ts';
import { wrongFileName } from './file-names.ts';
import { entriesOf, jsonOf, type Mapping } from './node.ts';
import { type OwnStep, STEP_FILE, STEP_MODULE, type StepType } from './own-step.ts';
import { readCommand } from './own-step-command.ts';
import { readFields, readInput, readOutput, scalarAt } from './own-step-fields.ts';
import { checkImports, filesOfStep } from './own-step-folder.ts';
import { readSource } from './source-file.ts';
import { readMemory } from './step-options.ts';

/** Of a step that does not say what it needs: cores, MB. */
const STANDARD: StepDeclaration['resources'] = { threads: { min: 1, max: 1 }, memory: 500 };

/** The folders of a study's own steps, each read once. */
export class OwnSteps {
  readonly #builtIn: ReadonlySet<string>;
  readonly #read: ReadFile;
  readonly #problems: Problems;
  readonly #known = new Map<string, StepType | undefined>();
  readonly #named = new Map<string, { readonly folder: string; readonly at: Span }>();

  /** @param builtIn  names that are taken */
  constructor(builtIn: Iterable<string>, read: ReadFile, problems: Problems) {
    this.#builtIn = new Set(builtIn);
    this.#read = read;
    this.#problems = problems;
  }

  /**
   * The step type in a folder; undefined, reported, if there is none.
   *
   * @param folder  as messages call it
   * @param at      where it is named
   */
  in(folder: string, at: Span): StepType | undefined {
    if (this.#known.has(folder)) return this.#known.get(folder);
    const found = new Problems();
    const type = this.#readStep(folder, at, found);
    for (const { code, at, message, related } of found.sorted())
      this.#problems.add(code, at, message, related);
    const step = found.any ? undefined : type;
    this.#known.set(folder, step);
    if (step !== undefined) this.#checkName(step.type, folder, at);
    return step;
  }

  /** Files of all of them, absolute paths. */
  get files(): readonly string[] {
    return [...this.#known.values()].flatMap((step) =>
      (step?.own?.files ?? []).map((file) => join(step!.own!.folder, file)),
    );
  }

  #readStep(folder: string, at: Span, problems: Problems): StepType | undefined {
    try {
      return readStep(folder, at, this.#builtIn, this.#read, problems);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      const path = 'path' in error ? error.path : folder;
      return problems.add(
        'unreadable-step',
        at,
        `${path} cannot be read (${error.code}); check its permissions`,
      );
    }
  }

  #checkName(name: string, folder: string, at: Span): void {
    const before = this.#named.get(name);
    if (before === undefined) this.#named.set(name, { folder, at });
    else
      this.#problems.add(
        'two-steps',
        at,
        `${folder} declares a step called ${name}, and so does ${before.folder}; call one of them otherwise`,
        [{ at: before.at, message: `${before.folder} is used here` }],
      );
  }
}

function readStep(
  named: string,
  at: Span,
  builtIn: ReadonlySet<string>,
  read: ReadFile,
  problems: Problems,
): StepType | undefined {
  const folder = resolve(named);
  const files = filesOfStep(folder, named, at, problems);
  if (files === undefined) return undefined;
  if (!files.includes(STEP_FILE))
    return problems.add(
      'no-step-file',
      at,
      `there is no ${STEP_FILE} in ${named}; it says what the step takes and gives`,
    );
  const root = readSource(join(named, STEP_FILE), 'step', at, read, problems);
  // What is read below counts on the shape.
  if (root === undefined || problems.any) return undefined;
  const name = scalarAt(root, 'step')!;
  if (builtIn.has(name.text))
    problems.add(
      'bad-name',
      name.span,
      `${name.text} is a step type of curie; call the step otherwise`,
    );
  const isCommand = checkCode(root, named, files, read, problems);
  const inputs = readFields(entriesOf(root, 'inputs'), (input, given) =>
    readInput(input, given, problems),
  );
  checkPlaces(root, isCommand, problems);
  const outputs = readFields(entriesOf(root, 'outputs'), (output, given) => {
    const file = scalarAt(given, 'file')?.text;
    const field = readOutput(output, given, file, problems);
    return field && { output: field, file: file ?? '', plain: true };
  });
  const own: OwnStep = {
    folder,
    files,
    command: isCommand ? readCommand(root, inputs, outputs, folder, files, problems) : null,
  };
  return { ...declarationOf(root, inputs, outputs, problems), own };
}

function declarationOf(
  root: Mapping,
  inputs: { readonly [name: string]: InputField },
  outputs: { readonly [name: string]: DeclaredOutput },
  problems: Problems,
): StepDeclaration {
  const cites = root.entries.get('cites')?.value;
  const fields = Object.entries(outputs).map(
    ([name, { output }]): readonly [string, OutputField] => [name, output],
  );
  return {
    type: scalarAt(root, 'step')!.text,
    revision: Number(scalarAt(root, 'revision')?.text ?? 1),
    about: scalarAt(root, 'about')!.text,
    inputs,
    outputs: Object.fromEntries(fields),
    resources: resourcesOf(root, problems),
    determinism: scalarAt(root, 'determinism')?.text === 'exact' ? 'exact' : 'statistical',
    cites:
      cites?.kind === 'list'
        ? cites.items.flatMap((doi) => (doi.kind === 'scalar' ? [doi.text] : []))
        : [],
  };
}

function resourcesOf(root: Mapping, problems: Problems): StepDeclaration['resources'] {
  const given = root.entries.get('resources')?.value;
  if (given?.kind !== 'map') return STANDARD;
  const memory = readMemory('the step', given, problems) ?? STANDARD.memory;
  const cpu = given.entries.get('cpu')?.value;
  if (cpu === undefined) return { ...STANDARD, memory };
  const cores = (key: 'min' | 'max'): number => {
    const value = jsonOf(cpu.kind === 'map' ? cpu.entries.get(key)!.value : cpu);
    return typeof value === 'number' ? value : 1;
  };
  const threads = { min: cores('min'), max: cores('max') };
  if (threads.min > threads.max)
    problems.add('out-of-range', cpu.span, 'cpu: min is above max; swap them');
  return { threads, memory };
}

/** Whether a command is the code of the step; what does not go together is reported. */
function checkCode(
  root: Mapping,
  named: string,
  files: readonly string[],
  read: ReadFile,
  problems: Problems,
): boolean {
  const command = root.entries.get('command');
  const hasModule = files.includes(STEP_MODULE);
  const name = scalarAt(root, 'step')!.span;
  if (command === undefined && !hasModule)
    problems.add(
      'no-step-code',
      name,
      `the step has neither ${STEP_MODULE} nor a command; add one of them`,
    );
  if (command !== undefined && hasModule)
    problems.add(
      'two-step-codes',
      command.key.span,
      `the step has a command and ${STEP_MODULE}; remove one of them`,
    );
  if (command !== undefined) return true;
  for (const word of ['stdout', 'env', 'pass', 'tools']) {
    const entry = root.entries.get(word);
    if (entry !== undefined)
      problems.add(
        'command-only',
        entry.key.span,
        `only steps with a command have ${word}; leave it out`,
      );
  }
  if (hasModule) checkModule(named, files, read, problems);
  return false;
}

/** What the text of the module shows; whether it can be loaded shows when it runs. */
function checkModule(
  named: string,
  files: readonly string[],
  read: ReadFile,
  problems: Problems,
): void {
  const path = join(named, STEP_MODULE);
  const text = new TextDecoder().decode(read(path));
  if (!/\bexport\b[\s\S]*\brun\b|\bexport\s*\*/.test(text))
    problems.add('no-run', { file: path, start: 0, end: 0 }, noRun(path));
  checkImports(files, named, read, problems);
}

/** What is said of a module that has not what it is there for. */
export function noRun(path: string): string {
  return `${path} exports no function run; write export async function run(inputs, task) { ... }`;
}

/** A file to each output of a command; none where a module names them. */
function checkPlaces(root: Mapping, isCommand: boolean, problems: Problems): void {
  for (const section of ['inputs', 'outputs'] as const)
    for (const [name, { key, value }] of entriesOf(root, section)) {
      if (value.kind !== 'map') continue;
      const file = value.entries.get('file');
      const subject = `${section === 'inputs' ? 'input' : 'output'} ${name}`;
      if (!isCommand && file !== undefined)
        problems.add(
          'command-only',
          file.key.span,
          `${subject}: only steps with a command have file; leave it out`,
        );
      if (!isCommand || section === 'inputs') continue;
      const wrong = file?.value.kind === 'scalar' ? wrongFileName(file.value.text) : undefined;
      if (file === undefined)
        problems.add(
          'missing-key',
          key.span,
          `${subject} lacks file: the name of the file that the command writes it to`,
        );
      else if (wrong !== undefined)
        problems.add('bad-file-name', file.value.span, `${subject}: ${wrong}`);
    }
}
