/** `curie steps`: the step types, from their interfaces alone. */
import { steps } from '../../steps/index.ts';
import type { InputField, OutputField, StepInterface } from '../step.ts';
import { execDeclaration } from '../study/exec-interface.ts';
import { didYouMean } from '../study/suggest.ts';
import { Failure } from './failure.ts';
import { columns } from './text.ts';

type Declared = Omit<StepInterface, 'load'>;

export function stepsCommand(name: string | undefined, options: { readonly json?: boolean }): void {
  const all: readonly Declared[] = [
    ...steps.filter(({ type }) => type !== execDeclaration.type),
    execDeclaration,
  ];
  if (name === undefined) {
    if (options.json) console.log(JSON.stringify(all.map(plain), null, 2));
    else for (const line of columns(all.map(({ type, about }) => [type, about]))) console.log(line);
    return;
  }
  const step = all.find(({ type }) => type === name);
  if (step === undefined) {
    const known = all.map(({ type }) => type);
    throw new Failure(`there is no step type ${name}${didYouMean(name, known, 'step types')}`);
  }
  if (options.json) console.log(JSON.stringify(plain(step), null, 2));
  else for (const line of asText(step)) console.log(line);
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
}: Declared) {
  return { type, revision, about, inputs, outputs, resources, determinism, cites };
}

function asText(step: Declared): string[] {
  const { threads, memory } = step.resources;
  const inputs = Object.entries(step.inputs).map(([name, field]) => [
    name,
    inputKind(field),
    presence(field),
    field.about ?? '',
  ]);
  const outputs = Object.entries(step.outputs).map(([name, field]) => [
    name,
    outputKind(field),
    field.about ?? '',
  ]);
  return [
    `${step.type}, revision ${step.revision}, ${step.determinism === 'exact' ? 'bit for bit reproducible' : 'statistically reproducible'}`,
    step.about,
    '',
    'inputs',
    ...columns(inputs).map((line) => `  ${line}`),
    'outputs',
    ...(outputs.length === 0
      ? ['  as the study declares them']
      : columns(outputs).map((line) => `  ${line}`)),
    `resources  ${threads.min === threads.max ? threads.min : `${threads.min} to ${threads.max}`} ${threads.max === 1 ? 'core' : 'cores'}, ${memory} MB`,
    ...(step.cites.length > 0
      ? [`cites  ${step.cites.map((doi) => `doi:${doi}`).join(', ')}`]
      : []),
  ];
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
