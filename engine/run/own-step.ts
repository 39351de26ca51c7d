/** The code of a group's own step, loaded and run in a worker. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { digestOf } from '../../cache/index.ts';
import type { Action } from '../plan/action.ts';
import { type RunStep, StepError } from '../step.ts';
import { type OwnStep, STEP_MODULE, type StepType } from '../study/own-step.ts';
import { noRun } from '../study/own-steps.ts';

/** What a worker gets of a step type that is not curie's. */
export interface OwnCode extends Pick<StepType, 'inputs'> {
  readonly step: OwnStep;
  /** Stands for the contents of its files. */
  readonly version: string;
}

/** The code that an action is made for; undefined for a step type of curie. */
export function ownCodeOf({ own, inputs }: StepType, action: Action): OwnCode | undefined {
  return own && { step: own, inputs, version: digestOf({ ...action.source }) };
}

/** What this process has loaded: modules stay as they were then. */
const loaded = new Map<string, string>();

/** Throws a `StepError` where the folder has not what it is there for. */
export async function loadOwn({ step, inputs, version }: OwnCode): Promise<RunStep> {
  const { folder, command } = step;
  if (command !== null) {
    const { runCommand } = await import('./exec/own-command.ts');
    return (values, task) => runCommand(step, command, inputs, values, task);
  }
  const path = join(folder, STEP_MODULE);
  const before = loaded.get(folder) ?? version;
  loaded.set(folder, before);
  if (before !== version)
    throw new StepError(`${folder} has changed since its code was loaded: run again`);
  const module: unknown = await importModule(path);
  if (!hasRun(module)) throw new StepError(noRun(path));
  return module.run;
}

async function importModule(path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new StepError(
        `this Node.js (${process.versions.node}) cannot run ${path}; steps in TypeScript need 22.18 or newer`,
      );
    throw error;
  }
}

function hasRun(module: unknown): module is { readonly run: RunStep } {
  return (
    typeof module === 'object' &&
    module !== null &&
    'run' in module &&
    typeof module.run === 'function'
  );
}
