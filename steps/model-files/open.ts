/** Model files of curie and of DeePMD-kit, as the command line opens them. */
import { StepError } from '../../engine/step.ts';
import { FrameFileError } from '../../physics/dft/extxyz.ts';
import type { Committee, Model } from '../../physics/potentials/deep/model.ts';
import {
  decodeModel,
  isModelFile,
  ModelFileError,
} from '../../physics/potentials/deep/model-file.ts';
import { isNativeFile, readNative } from '../../physics/potentials/deepmd/file.ts';
import { PotentialError } from '../../physics/potentials/force-field.ts';
import { TrainingError } from '../../physics/training/training-error.ts';

/** A file that the user has named. */
export interface NamedBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface OpenedModel extends Committee {
  readonly format: 'curie' | 'deepmd';
  /** Null where a model of DeePMD-kit does not say them. */
  readonly spin: Model['spin'] | null;
  readonly range: Model['range'] | null;
}

/** @throws StepError naming the file */
export async function openModel({ file, bytes }: NamedBytes): Promise<OpenedModel> {
  return inWords(file, async () => {
    if (isModelFile(bytes)) return { format: 'curie', ...decodeModel(bytes) };
    if (!isNativeFile(bytes)) {
      throw new ModelFileError(
        'this is no Deep Potential, neither one of curie (.curie) nor one of DeePMD-kit’s native format (.dp, .yaml); DeePMD-kit makes the latter of its other formats: dp convert-backend model.pb model.dp',
      );
    }
    const { architecture, member, note } = await readNative(bytes);
    return {
      format: 'deepmd',
      architecture,
      members: [member],
      shortRange: note?.shortRange ?? null,
      spin: note?.spin ?? null,
      range: note?.range ?? null,
    };
  });
}

/** Has the user's mistakes said with the file they are in. */
export async function inWords<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FrameFileError) throw new StepError(error.message);
    const known = [ModelFileError, PotentialError, TrainingError];
    if (error instanceof Error && known.some((type) => error instanceof type))
      throw new StepError(`${file}: ${error.message}`);
    throw error;
  }
}
