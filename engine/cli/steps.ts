/** `curie steps`: the step types, from their interfaces alone. */
import { steps } from '../../steps/index.ts';
import type { InputField, OutputField, StepDeclaration } from '../step.ts';
import { formatDiagnostics } from '../study/diagnostic.ts';
import { execDeclaration } from '../study/exec-interface.ts';
import { loadStep } from '../study/load.ts';
import { namesFolder } from '../study/own-step.ts';
import { readFile } from '../study/read-file.ts';
import { didYouMean } from '../study/suggest.ts';
import { Failure } from './failure.ts';
import { glossary, terminalWidth, wrapped } from './text.ts';

/** `outputs` is declared beside `with`, not in it. */
const { outputs: _, ...execInputs } = execDeclaration.inputs;
const exec: StepDeclaration = { ...execDeclaration, inputs: execInputs };

export function stepsCommand(name: string | undefined, options: { readonly json?: boolean }): void {
  const all: readonly StepDeclaration[] = [...steps.filter(({ type }) => type !== exec.type), exec];
  if (name === undefined) {
    if (options.json) console.log(JSON.stringify(all.map(plain), null, 2));
    else for (const line of listOf(all)) console.log(line);
    return;
  }
  const step = namesFolder(name) || name.includes('/') ? ownStep(name) : builtIn(name, all);
  if (options.json) console.log(JSON.stringify(plain(step), null, 2));
  else for (const line of asText(step)) console.log(line);
}

function builtIn(name: string, all: readonly StepDeclaration[]): StepDeclaration {
  const step = all.find(({ type }) => type === name);
  if (step !== undefined) return step;
  const known = all.map(({ type }) => type);
  throw new Failure(`there is no step type ${name}${didYouMean(name, known, 'step types')}`);
}

/** The step type in a folder; throws a `Failure` with all that is wrong with it. */
function ownStep(folder: string): StepDeclaration {
  const loaded = loadStep(folder, { registry: steps });
  if ('step' in loaded) return loaded.step;
  const { diagnostics } = loaded;
  const [first] = diagnostics;
  // What is wrong with the folder as a whole has no line.
  throw new Failure(
    first?.at.file === folder
      ? first.message
      : formatDiagnostics(diagnostics, readFile, process.stderr.columns),
  );
}

function listOf(all: readonly StepDeclaration[]): string[] {
  return glossary(
    all.map(({ type, about }) => [type, about]),
    terminalWidth(),
  );
}

function plain({
  type,
  revision,
  about,
  inputs,
  outputs,
  resources,
  determinism,
  cites,
}: StepDeclaration) {
  return { type, revision, about, inputs, outputs, resources, determinism, cites };
}

function asText(step: StepDeclaration): string[] {
  const { threads, memory } = step.resources;
  const most = terminalWidth();
  const indented = (entries: readonly (readonly [string, string])[]): string[] =>
    glossary(entries, most - 2).map((line) => `  ${line}`);
  const inputs = Object.entries(step.inputs).map(
    ([name, field]) =>
      [name, explained(`${inputKind(field)}, ${presence(field)}`, field.about)] as const,
  );
  const outputs = Object.entries(step.outputs).map(
    ([name, field]) => [name, explained(outputKind(field), field.about)] as const,
  );
  const cores = threads.min === threads.max ? `${threads.min}` : `${threads.min} to ${threads.max}`;
  return [
    `${step.type}, revision ${step.revision}, ${step.determinism === 'exact' ? 'bit for bit reproducible' : 'statistically reproducible'}`,
    ...wrapped(step.about, most),
    '',
    'inputs',
    ...indented(inputs),
    'outputs',
    ...(outputs.length === 0 ? DECLARED_OUTPUTS : indented(outputs)),
    ...glossary(
      [
        ['resources', `${cores} ${threads.max === 1 ? 'core' : 'cores'}, ${memory} MB`],
        ...(step.cites.length > 0
          ? [['cites', step.cites.map((doi) => `doi:${doi}`).join(', ')] as const]
          : []),
      ],
      most,
    ),
  ];
}

const DECLARED_OUTPUTS = [
  '  as the step declares them beside `with`:',
  '  outputs: { eta: { file: eta.json, type: quantity, dimension: viscosity } }',
];

function explained(kind: string, about: string | undefined): string {
  return about === undefined ? kind : `${kind}: ${about}`;
}

function inputKind(field: InputField): string {
  switch (field.kind) {
    case 'quantity':
      return `${field.dimension}${field.unit === '' ? '' : ` (${field.unit})`}`;
    case 'choice':
      return field.values.join(' | ');
    case 'artifact':
      return `${field.type} (output of a step, or a file)`;
    case 'list':
      return `list of ${inputKind(field.of)}`;
    case 'map':
      return `names with ${inputKind(field.of)}`;
    default:
      return field.kind;
  }
}

function presence(field: InputField): string {
  if ('default' in field && field.default !== undefined) {
    const unit = field.kind === 'quantity' && field.unit !== '' ? ` ${field.unit}` : '';
    return `default ${typeof field.default === 'object' ? JSON.stringify(field.default) : field.default}${unit}`;
  }
  return field.optional ? 'optional' : 'required';
}

function outputKind(field: OutputField): string {
  switch (field.kind) {
    case 'artifact':
      return `${field.type} (.${field.extension})`;
    case 'measured':
      return `measured, ${field.unit}`;
    case 'quantity':
      return `${field.dimension} (${field.unit})`;
    default:
      return field.kind;
  }
}
