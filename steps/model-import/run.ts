import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Inputs, type Outcome, StepError, type TaskContext } from '../../engine/step.ts';
import { FrameFileError } from '../../physics/dft/extxyz.ts';
import { readFrames } from '../../physics/dft/frames.ts';
import { encodeModel, ModelFileError } from '../../physics/potentials/deep/model-file.ts';
import { readNative } from '../../physics/potentials/deepmd/file.ts';
import { importedModel } from '../../physics/training/imported.ts';
import { TrainingError } from '../../physics/training/training-error.ts';
import type { modelImport } from './interface.ts';

type ImportInputs = Inputs<typeof modelImport>;

export async function run(inputs: ImportInputs, task: TaskContext): Promise<Outcome> {
  try {
    return await importModel(inputs, task);
  } catch (error) {
    const known = [ModelFileError, TrainingError, FrameFileError];
    if (error instanceof Error && known.some((type) => error instanceof type))
      throw new StepError(error.message);
    throw error;
  }
}

async function importModel({ files, frames }: ImportInputs, task: TaskContext): Promise<Outcome> {
  const parts = await Promise.all(files.map(({ path }) => readNative(readFileSync(path))));
  const known =
    frames?.flatMap(({ path }) => readFrames(readFileSync(path, 'utf8'), 'frames')) ?? null;
  const model = importedModel(parts, known);
  const file = 'model.curie';
  writeFileSync(join(task.folder, file), encodeModel(model));
  const { elements, cutoff, sel, embedding, axis, fitting } = model.architecture;
  return {
    kind: 'done',
    outputs: {
      model: { file },
      summary: {
        members: model.members.length,
        spin: model.spin,
        elements,
        cutoff_A: cutoff,
        sel,
        embedding,
        axis,
        fitting,
      },
    },
  };
}
