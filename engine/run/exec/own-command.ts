/** The command of a group's own step: its inputs as files and arguments, then as `exec` does. */
import { join } from 'node:path';
import type { Machine } from '../../plan/tools.ts';
import {
  type Artifact,
  type InputField,
  type Json,
  type MeasuredInput,
  type Outcome,
  StepError,
  type TaskContext,
} from '../../step.ts';
import { wrongFileName } from '../../study/file-names.ts';
import { INPUTS_FILE, type OwnCommand, type OwnStep, STEP_FILE } from '../../study/own-step.ts';
import { fillInputs } from '../../study/own-step-command.ts';
import { fill } from '../../study/placeholders.ts';
import { execute } from './run.ts';

type Values = { readonly [input: string]: Json } & { readonly machine: Machine };
type Inputs = { readonly [input: string]: InputField };

export function runCommand(
  { folder, files }: OwnStep,
  command: OwnCommand,
  inputs: Inputs,
  { machine, ...values }: Values,
  task: TaskContext,
): Promise<Outcome> {
  const staged: { [name: string]: Pick<Artifact, 'path'> } = {};
  for (const file of files) if (file !== STEP_FILE) staged[file] = { path: join(folder, file) };
  const given: { [input: string]: Json } = {};
  for (const [name, field] of Object.entries(inputs))
    if (Object.hasOwn(values, name))
      given[name] = handedOver(field, values[name]!, command.places[name] ?? name, staged);
  const argument = (name: string): string => {
    const value = given[name];
    if (value === undefined || value === null || typeof value === 'object')
      throw new StepError(`{inputs.${name}} has no value to put into an argument`);
    return String(value);
  };
  return execute(
    {
      argv: command.argv.map((text) =>
        fillInputs(
          fill(text, ({ name }) => name),
          argument,
        ),
      ),
      files: staged,
      texts: { [INPUTS_FILE]: `${JSON.stringify(given, null, 2)}\n` },
      env: command.env,
      pass: command.pass,
      stdout: command.stdout,
      outputs: Object.fromEntries(
        Object.entries(command.outputs).map(([name, { file, output }]) => [
          name,
          { file, ...output, plain: true },
        ]),
      ),
      machine,
    },
    task,
  );
}

/** A value as the program sees it; files are put under `place`, and go by their names there. */
function handedOver(
  field: InputField,
  value: Json,
  place: string,
  staged: { [name: string]: Pick<Artifact, 'path'> },
): Json {
  if (field.kind === 'list' && isList(value))
    return value.map((each, k) => handedOver(field.of, each, `${place}/${k + 1}`, staged));
  if (field.kind === 'map' && isMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        handedOver(field.of, each, `${place}/${name}`, staged),
      ]),
    );
  if (isArtifact(value) && (field.kind === 'artifact' || field.kind === 'file')) {
    const wrong = wrongFileName(place);
    if (wrong !== undefined) throw new StepError(wrong);
    staged[place] = value;
    return place;
  }
  if (field.kind === 'measured' && isMeasured(value))
    return value.kind === 'value' ? { ...value.measured } : null;
  return value;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isArtifact(value: Json): value is Json & Artifact {
  return isMap(value) && typeof value.path === 'string' && typeof value.digest === 'string';
}

function isMeasured(value: Json): value is Json & MeasuredInput {
  return isMap(value) && (value.kind === 'value' || value.kind === 'missing');
}
