/** From curie's model files to those of DeePMD-kit, and back. */
import { join, parse } from 'node:path';
import { StepError } from '../../engine/step.ts';
import { readFrames } from '../../physics/dft/frames.ts';
import type { Architecture, Model } from '../../physics/potentials/deep/model.ts';
import { decodeModel, encodeModel, isModelFile } from '../../physics/potentials/deep/model-file.ts';
import { nativeModel } from '../../physics/potentials/deepmd/export.ts';
import { isNativeFile, readNative } from '../../physics/potentials/deepmd/file.ts';
import { encodeDp } from '../../physics/potentials/deepmd/hdf5.ts';
import type { Imported } from '../../physics/potentials/deepmd/import.ts';
import { lammpsPotential } from '../../physics/potentials/deepmd/lammps.ts';
import { encodeYaml } from '../../physics/potentials/deepmd/yaml.ts';
import { importedModel } from '../../physics/training/imported.ts';
import { inWords, type NamedBytes } from './open.ts';

/** A file to write. */
export interface MadeFile extends NamedBytes {
  /** What it holds, for the user. */
  readonly about: string;
}

/**
 * Files of DeePMD-kit for every member, and what LAMMPS needs beside them.
 *
 * @param out      where to; members of a committee are numbered: `fe.dp` -> `fe-1.dp`, `fe-2.dp`
 * @param version  of curie
 * @throws StepError for mistakes of the user
 */
export function exportModel(
  { file, bytes }: NamedBytes,
  to: 'dp' | 'yaml',
  out: string,
  version: string,
): Promise<MadeFile[]> {
  return inWords(file, async () => {
    if (isNativeFile(bytes)) {
      throw new StepError(
        `${file} is a model of DeePMD-kit already; dp convert-backend changes its format`,
      );
    }
    const model = decodeModel(bytes);
    const { dir, name, ext } = parse(out);
    if (ext !== `.${to}`) {
      throw new StepError(
        `${out}: DeePMD-kit knows formats by the ending of the file; name it ${join(dir, name)}.${to}`,
      );
    }
    const made: MadeFile[] = [];
    for (const k of model.members.keys()) {
      const stem = model.members.length > 1 ? `${name}-${k + 1}` : name;
      made.push(...(await memberFiles(model, k, { to, dir, stem, version })));
    }
    return made;
  });
}

async function memberFiles(
  model: Model,
  index: number,
  place: {
    readonly to: 'dp' | 'yaml';
    readonly dir: string;
    readonly stem: string;
    readonly version: string;
  },
): Promise<MadeFile[]> {
  const { to, dir, stem, version } = place;
  const { members, shortRange, architecture } = model;
  const tree = nativeModel(model, index, version);
  const net = {
    file: join(dir, `${stem}.${to}`),
    bytes: to === 'dp' ? await encodeDp(tree) : Buffer.from(encodeYaml(tree)),
    about: `${members.length > 1 ? `member ${index + 1} of ${members.length}` : 'the model for DeePMD-kit'}${caution(architecture)}`,
  };
  if (shortRange === null) return [net];
  const input = lammpsPotential(architecture.elements, shortRange, stem);
  const overlay = {
    file: join(dir, `${stem}.in`),
    bytes: Buffer.from(input),
    about: 'LAMMPS input that adds the short-range repulsion, which the model itself lacks',
  };
  return [net, overlay];
}

/** Where one of DeePMD-kit's backends computes something else than its own format says. */
function caution({ fitting }: Architecture): string {
  return fitting.some((width, l) => l > 0 && width === 2 * fitting[l - 1])
    ? '; not for the TensorFlow backend, which has no skip connection where the fitting net doubles its width'
    : '';
}

/**
 * A curie model of which each file is a member.
 *
 * @param frames what the members were trained on
 * @param spin   treatment of frames that do not say it
 * @throws StepError for mistakes of the user
 */
export async function importModel(
  files: readonly NamedBytes[],
  frames: readonly NamedBytes[],
  spin: Model['spin'] | undefined,
  out: string,
): Promise<MadeFile[]> {
  const parts: Imported[] = [];
  for (const { file, bytes } of files) {
    if (isModelFile(bytes)) throw new StepError(`${file} is a model of curie already`);
    parts.push(await inWords(file, () => readNative(bytes)));
  }
  return inWords(files.map(({ file }) => file).join(', '), async () => {
    const known = frames.flatMap(({ file, bytes }) =>
      readFrames(new TextDecoder().decode(bytes), file, spin ?? 'mixed'),
    );
    const model = importedModel(parts, known.length === 0 ? null : known);
    const treatment = model.spin === 'none' ? 'without spin' : 'with spin';
    const count = parts.length === 1 ? 'one member' : `${parts.length} members`;
    const { frames: n } = model.range;
    const frameCount = n === 1 ? 'one frame' : `${n} frames`;
    return [
      {
        file: out,
        bytes: encodeModel(model),
        about: `${count}; trained on ${frameCount} ${treatment}`,
      },
    ];
  });
}
