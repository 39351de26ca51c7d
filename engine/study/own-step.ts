/** Step types of the group's own: a folder with `step.yaml` and the code, as data. */
import type { StepDeclaration } from '../step.ts';
import type { DeclaredOutput } from './declared-outputs.ts';
import type { Program } from './expanded.ts';

/** The step type of a task: one of curie's, `exec`, or one of the group's own. */
export interface StepType extends StepDeclaration {
  readonly own?: OwnStep;
}

export interface OwnStep {
  /** Absolute. */
  readonly folder: string;
  /** All files in it, which decide the result together: their names there, by code unit. */
  readonly files: readonly string[];
  /** Null where `run.ts` is the code. */
  readonly command: OwnCommand | null;
}

/** A program as the code of a step. */
export interface OwnCommand {
  /** As written, with placeholders; of a program that is given by path only its name. */
  readonly argv: readonly string[];
  /** What it starts besides files of the step's folder. */
  readonly programs: readonly Program[];
  /** Name in the working folder of each input that is a file. */
  readonly places: { readonly [input: string]: string };
  readonly outputs: { readonly [output: string]: DeclaredOutput };
  readonly stdout?: string;
  readonly env: { readonly [name: string]: string | { readonly secret: string } };
  readonly pass: readonly string[];
}

/** In the folder of a step: its interface. */
export const STEP_FILE = 'step.yaml';
/** In the folder of a step: its code, where no command is. */
export const STEP_MODULE = 'run.ts';
/** In the working folder of a command: all that the step was given. */
export const INPUTS_FILE = 'inputs.json';

/** Whether `uses` names a folder and no step type. */
export function namesFolder(uses: string): boolean {
  return /^\.\.?(\/|$)/.test(uses);
}
