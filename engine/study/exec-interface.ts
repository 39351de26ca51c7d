/**
 * `exec`, the step type that runs any program. It alone declares its outputs in the study:
 *
 *     eta:
 *       uses: exec
 *       with:
 *         command: [lmp, -in, in.viscosity]
 *         files: { in.viscosity: lammps/in.viscosity, model.pb: $train.model }
 *         env: { OMP_NUM_THREADS: '1' }
 *       outputs:
 *         eta: { file: eta.json, type: quantity, dimension: viscosity }
 *         trajectory: { file: traj.xyz, type: trajectory }
 *
 * What it declares becomes the literal input `outputs` (it decides the result, so it belongs
 * to the key), and the interface of that one step.
 */
import type { Json, OutputField, StepDeclaration, StepInterface } from '../step.ts';
import { EXEC } from './names.ts';
import { DIMENSION_NAMES } from './units.ts';

export const execDeclaration = {
  type: EXEC,
  revision: 1,
  about: 'Runs any program in an empty folder that holds only the files named here.',
  inputs: {
    command: {
      kind: 'list',
      of: { kind: 'text' },
      min: 1,
      about: 'the program and its arguments; no shell reads them',
    },
    files: {
      kind: 'map',
      of: { kind: 'file' },
      optional: true,
      about: 'what the folder holds at the start: name there, then a path or an output of a step',
    },
    env: {
      kind: 'map',
      of: { kind: 'json' },
      optional: true,
      about: 'environment variables: text, or { secret: NAME } for one that no key or log shows',
    },
    pass: {
      kind: 'list',
      of: { kind: 'text' },
      optional: true,
      about: 'variables handed over from the environment that curie runs in',
    },
    tools: {
      kind: 'list',
      of: { kind: 'text' },
      optional: true,
      about: 'further programs that the command starts; keyed by content, as the command is',
    },
    outputs: { kind: 'json', about: 'as declared under `outputs:` of the step' },
  },
  outputs: {},
  resources: { threads: { min: 1, max: 1 }, memory: 500 },
  determinism: 'statistical',
  cites: [],
} as const satisfies StepDeclaration;

/** One declared output: the file that the program writes, and what curie makes of it. */
export interface DeclaredOutput {
  readonly file: string;
  readonly output: OutputField;
}

/** Kinds of value that a declared output may have; any other word is a type of artifact. */
export const VALUE_TYPES: readonly string[] = [
  'quantity',
  'measured',
  'number',
  'integer',
  'text',
  'boolean',
  'json',
];

/** JSON Schema of one declared output. */
export const declaredOutputSchema = {
  type: 'object',
  description: 'a mapping such as { file: eta.json, type: quantity, dimension: viscosity }',
  additionalProperties: false,
  required: ['file'],
  properties: {
    file: {
      type: 'string',
      minLength: 1,
      description: 'the name of a file that the program writes',
    },
    type: {
      type: 'string',
      pattern: '^[a-z][a-z0-9_-]*$',
      description: `one of ${VALUE_TYPES.join(', ')}, or what the file holds, such as frames`,
    },
    dimension: { enum: DIMENSION_NAMES, description: `one of ${DIMENSION_NAMES.join(', ')}` },
    unit: { type: 'string', description: 'a unit, such as mPa·s' },
  },
} as const;

/** The interface of one exec step. */
export function execInterface(
  declared: { readonly [name: string]: DeclaredOutput },
  load: StepInterface['load'],
): StepInterface {
  const outputs = Object.fromEntries(
    Object.entries(declared).map(([name, { output }]) => [name, output] as const),
  );
  return { ...execDeclaration, outputs, load };
}

/** The input `outputs`: for each name its file and what it is, as the interface has it. */
export function declaredAsJson(declared: { readonly [name: string]: DeclaredOutput }): Json {
  return Object.fromEntries(
    Object.entries(declared).map(
      ([name, { file, output }]) => [name, { file, ...output }] as const,
    ),
  );
}
