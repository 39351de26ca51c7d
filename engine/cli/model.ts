/** What the commands of `curie model` share: the user's files and mistakes. */
import { readFileSync } from 'node:fs';
import type { NamedBytes } from '../../steps/index.ts';
import { StepError } from '../step.ts';
import { Failure } from './failure.ts';

/** @throws Failure where there is no such file */
export function fileNamed(file: string): NamedBytes {
  try {
    return { file, bytes: readFileSync(file) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new Failure(`there is no file ${file}`);
    if (code === 'EISDIR') throw new Failure(`${file} is a folder; name a file in it`);
    if (code === 'EACCES') throw new Failure(`${file} may not be read`);
    throw error;
  }
}

/** Has the user's mistakes end the command with their words. */
export async function orRefused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof StepError ? new Failure(error.message) : error;
  }
}
