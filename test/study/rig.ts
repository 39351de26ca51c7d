/** Loads studies written in a test against a few small step types; nothing of them ever runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineStep, type StepDeclaration, type StepInterface } from '../../engine/step.ts';
import {
  type Diagnostic,
  formatDiagnostics,
  type ReadFile,
} from '../../engine/study/diagnostic.ts';
import type { Condition, ExpandedStudy, Task } from '../../engine/study/expanded.ts';
import { type LoadOptions, loadStudy } from '../../engine/study/load.ts';

const common = {
  revision: 1,
  resources: { threads: { min: 1, max: 1 }, memory: 100 },
  determinism: 'exact',
  cites: [],
} as const;

const declarations: readonly StepDeclaration[] = [
  defineStep({
    ...common,
    type: 'import',
    about: 'Reads frames.',
    inputs: {
      files: { kind: 'list', of: { kind: 'file' }, min: 1 },
      spin: { kind: 'choice', values: ['none', 'collinear'], default: 'none' },
      note: { kind: 'text', optional: true },
      shuffle: { kind: 'boolean', default: false },
      options: { kind: 'json', optional: true },
    },
    outputs: {
      frames: { kind: 'artifact', type: 'frames', extension: 'extxyz' },
      count: { kind: 'integer' },
      label: { kind: 'text' },
      pressure: { kind: 'quantity', dimension: 'pressure', unit: 'GPa' },
      summary: { kind: 'json' },
    },
  }),
  defineStep({
    ...common,
    type: 'train',
    about: 'Trains a model.',
    inputs: {
      frames: { kind: 'artifact', type: 'frames' },
      from: { kind: 'artifact', type: 'model', optional: true },
      updates: { kind: 'integer', min: 1 },
      rate: { kind: 'number', default: 0.001, above: 0, max: 1 },
      weights: { kind: 'map', of: { kind: 'number' }, optional: true },
    },
    outputs: { model: { kind: 'artifact', type: 'model', extension: 'curie' } },
  }),
  defineStep({
    ...common,
    type: 'npt',
    about: 'Density.',
    inputs: {
      potential: { kind: 'artifact', type: 'model' },
      composition: { kind: 'composition' },
      temperature: { kind: 'quantity', dimension: 'temperature', unit: 'K', above: 0 },
      pressure: { kind: 'quantity', dimension: 'pressure', unit: 'GPa', default: 0 },
      length: { kind: 'quantity', dimension: 'time', unit: 'ps', optional: true, above: 0 },
      vacancies: { kind: 'quantity', dimension: 'fraction', unit: '', default: 0, max: 1 },
      start: { kind: 'artifact', type: 'state', optional: true },
      atoms: { kind: 'integer', default: 128, min: 16, max: 100000 },
    },
    outputs: {
      density: { kind: 'measured', unit: 'g/cm³' },
      melting_temperature: { kind: 'measured', unit: 'K' },
      energy: { kind: 'measured', unit: 'eV/atom' },
      state: { kind: 'artifact', type: 'state', extension: 'extxyz' },
    },
  }),
  defineStep({
    ...common,
    type: 'compare',
    about: 'Table.',
    inputs: {
      measured: { kind: 'list', of: { kind: 'measured' }, min: 1 },
      temperatures: {
        kind: 'list',
        of: { kind: 'quantity', dimension: 'temperature', unit: 'K' },
        min: 2,
        optional: true,
      },
    },
    outputs: { verdict: { kind: 'json' } },
  }),
];

export const registry: readonly StepInterface[] = declarations.map((declaration) => ({
  ...declaration,
  load: () => Promise.reject(new Error('a test must never run a step')),
}));

export type Options = Omit<Partial<LoadOptions>, 'read'>;

/** A folder with `frames.extxyz` for the studies of one test file; `study.yaml` is virtual. */
export function folderWithFrames(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'curie-study-'));
  writeFileSync(join(path, 'frames.extxyz'), '');
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const folder = folderWithFrames();
process.on('exit', () => folder.remove());
export const folderPath = folder.path;

/** The study is a text; protocols that it uses are in the folder. */
function reading(text: string): ReadFile {
  return (path) =>
    path.endsWith('study.yaml') ? new TextEncoder().encode(text) : readFileSync(path);
}

/** What is wrong with a study, as the terminal shows it; '' if nothing is. */
export function messages(text: string, options: Options = {}): string {
  const file = join(folder.path, 'study.yaml');
  const read = reading(text);
  const loaded = loadStudy(file, { registry, ...options, read });
  if (!('diagnostics' in loaded)) return '';
  return formatDiagnostics(loaded.diagnostics, read).replaceAll(`${folder.path}/`, '');
}

export function diagnosticsOf(text: string, options: Options = {}): readonly Diagnostic[] {
  const read = reading(text);
  const loaded = loadStudy(join(folder.path, 'study.yaml'), { registry, ...options, read });
  return 'diagnostics' in loaded ? loaded.diagnostics : [];
}

/** A study that must be right. */
export function load(text: string, options: Options = {}): ExpandedStudy {
  const read = reading(text);
  const loaded = loadStudy(join(folder.path, 'study.yaml'), { registry, ...options, read });
  if ('diagnostics' in loaded)
    throw new Error(`the study is refused:\n${formatDiagnostics(loaded.diagnostics, read)}`);
  return loaded.study;
}

/** Head of a study with a step that imports and one that trains. */
export const HEAD = `curie: v1
study: test
params: { updates: 100, temperature: 2000 K, length: 25 ps, steps: [1500 K, 1800 K] }
steps:
  data:
    uses: import
    with: { files: frames.extxyz }
  model:
    uses: train
    with: { frames: $data.frames, updates: $params.updates }
`;

/** A study with one step \`density\` that has the given inputs beside the needed ones. */
export function density(inputs: string): string {
  return `${HEAD}  density:
    uses: npt
    with:
      potential: $model.model
${inputs.replace(/^/gm, '      ')}
`;
}

export function taskNamed(study: ExpandedStudy, name: string): Task {
  const task = study.tasks.find((each) => each.name === name);
  if (task === undefined)
    throw new Error(`no task ${name} among ${study.tasks.map((each) => each.name).join(', ')}`);
  return task;
}

/** A binding in short: literals as they are, outputs as `task:output`, gathers in brackets. */
export function short(study: ExpandedStudy, binding: Condition | undefined): unknown {
  switch (binding?.kind) {
    case undefined:
      return undefined;
    case 'literal':
      return binding.value;
    case 'file':
      return `file ${binding.path.replace(`${folder.path}/`, '')}`;
    case 'output':
      return `${study.tasks[binding.task]!.name}:${binding.output}`;
    case 'gather':
      return { gather: binding.elements.map((element) => short(study, element)) };
    case 'list':
      return binding.items.map((item) => short(study, item));
    case 'map':
      return Object.fromEntries(
        Object.entries(binding.entries).map(([name, entry]) => [name, short(study, entry)]),
      );
    case 'settled':
      return { settled: binding.values.map((value) => short(study, value)) };
    case 'progress':
      return {
        progress: binding.inputs.map(({ before, now }) => [
          short(study, before ?? undefined),
          short(study, now),
        ]),
      };
    case 'first':
      return { first: binding.options.map((option) => short(study, option)) };
    case 'expression':
      return {
        expression: binding.text,
        operands: Object.fromEntries(
          Object.entries(binding.operands).map(([name, operand]) => [name, short(study, operand)]),
        ),
      };
  }
}

export function inputOf(study: ExpandedStudy, task: string, input: string): unknown {
  return short(study, taskNamed(study, task).inputs[input]);
}
