/**
 * `exec`, the step type that runs any program. It alone declares its outputs in the study:
 *
 *     eta:
 *       uses: exec
 *       with:
 *         command: [lmp, -in, '{files.in.viscosity}', -var, T, '{values.T}']
 *         files: { in.viscosity: lammps/in.viscosity, model.pb: $train.model }
 *         values: { T: $( params.temperature / 1 K ) }
 *         env: { OMP_NUM_THREADS: '1' }
 *       outputs:
 *         eta: { file: eta.json, type: quantity, dimension: viscosity }
 *         trajectory: { file: traj.xyz, type: trajectory }
 *
 * What it declares becomes the literal input `outputs` (it decides the result, so it belongs
 * to the key), and the interface of that one step. It is a part of the language, not of the
 * registry; a worker loads its code by `loadExec`.
 */
import type { StepDeclaration, StepInterface } from '../step.ts';
import type { DeclaredOutput } from './declared-outputs.ts';
import { EXEC } from './names.ts';

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
    values: {
      kind: 'map',
      of: { kind: 'text' },
      optional: true,
      about: 'what {values.NAME} in the command stands for',
    },
    stdout: {
      kind: 'text',
      optional: true,
      about: 'a file of the folder that gets the standard output, instead of the log',
    },
    env: {
      kind: 'map',
      of: { kind: 'text', secret: true },
      optional: true,
      about: 'environment variables: text, or { secret: NAME } for one that no key or log shows',
    },
    pass: {
      kind: 'list',
      of: { kind: 'text' },
      optional: true,
      about: 'variables handed over from the environment that curie runs in; in no key',
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

/** Loads the code. Called in worker processes only. */
export const loadExec: StepInterface['load'] = () => import('../run/exec/run.ts');

/** The interface of one exec step. */
export function execInterface(declared: {
  readonly [name: string]: DeclaredOutput;
}): StepDeclaration {
  const outputs = Object.fromEntries(
    Object.entries(declared).map(([name, { output }]) => [name, output] as const),
  );
  return { ...execDeclaration, outputs };
}
