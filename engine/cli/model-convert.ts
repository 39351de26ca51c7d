/** `curie model convert`: to DeePMD-kit's files and from them. */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { modelFiles } from '../../steps/index.ts';
import { EXIT, Failure } from './failure.ts';
import { fileNamed, orRefused } from './model.ts';
import { columns } from './text.ts';
import { version } from './version.ts';

interface ConvertOptions {
  readonly to: 'dp' | 'yaml' | 'curie';
  readonly out: string;
  readonly frames?: readonly string[];
  readonly spin?: 'none' | 'collinear';
}

export async function modelConvertCommand(
  paths: readonly string[],
  { to, out, frames = [], spin }: ConvertOptions,
): Promise<void> {
  const files = paths.map(fileNamed);
  const { exportModel, importModel } = await modelFiles();
  if (to !== 'curie' && files.length > 1)
    throw new Failure('several files become members of one curie model: with --to curie alone');
  if (to !== 'curie' && (frames.length > 0 || spin !== undefined))
    throw new Failure(
      '--frames and --spin say what a model for curie was trained on: with --to curie alone',
    );
  const made = await orRefused(
    to === 'curie'
      ? importModel(files, frames.map(fileNamed), spin, out)
      : exportModel(files[0], to, out, version()),
  );
  for (const { file, bytes } of made) write(file, bytes);
  for (const line of columns(made.map(({ file, about }) => [file, about]))) console.log(line);
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const gone = 'code' in error && error.code === 'ENOENT';
    const why = gone ? `there is no folder ${dirname(file)}` : error.message;
    throw new Failure(`${file} cannot be written: ${why}`, EXIT.failed);
  }
}
