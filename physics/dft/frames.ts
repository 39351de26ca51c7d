/** Labelled frames from extended XYZ text, and back. */
import { createHash } from 'node:crypto';
import { ATOMIC_NUMBERS } from '../constants.ts';
import type { Frame } from '../structure/frame.ts';
import {
  type Column,
  column,
  FrameFileError,
  infoNumbers,
  parseExtendedXyz,
  type RawFrame,
  writeExtendedXyz,
} from './extxyz.ts';

/** How the frames' magnetic state is known: one treatment for all, or as each frame says. */
export type SpinTreatment = 'none' | 'collinear' | 'mixed';

/**
 * Reads labelled frames. Prefers `free_energy` to `energy` (forces derive from it where the
 * smearing is finite); `virial` to `stress` (W = -V·stress, tension positive).
 *
 * @param spin treatment of all frames, or `mixed` to read each frame's `spin` key
 * @throws FrameFileError naming file and line: broken header, wrong atom count, NaN, missing
 *   lattice, energy, forces, unknown element, or a `spin` key that contradicts `spin`
 */
export function readFrames(text: string, file = 'frames', spin: SpinTreatment = 'mixed'): Frame[] {
  return parseExtendedXyz(text, file).map((raw) => toFrame(raw, file, spin));
}

function required<T>(value: T | null | undefined, raw: RawFrame, file: string, what: string): T {
  if (value === undefined || value === null)
    throw new FrameFileError(`${file}:${raw.line}: the frame has no ${what}`);
  return value;
}

/** A configuration, with whatever labels its file has. */
export interface Structure extends Pick<Frame, 'species' | 'positions' | 'cell' | 'id' | 'group'> {
  /** Null where the file has none; see `Frame`. */
  readonly energy: number | null;
  readonly forces: Float64Array | null;
  readonly virial: Float64Array | null;
}

/**
 * Reads configurations that need no labels.
 *
 * @throws FrameFileError as `readFrames` does, but for what the labels lack
 */
export function readStructures(text: string, file: string): Structure[] {
  return parseExtendedXyz(text, file).map((raw) => toStructure(raw, file));
}

function toStructure(raw: RawFrame, file: string): Structure {
  const where = `${file}:${raw.line}`;
  const cell = required(
    infoNumbers(raw, 'Lattice', 9, file),
    raw,
    file,
    'Lattice (nine numbers, Å)',
  );
  const volume = determinant(cell);
  if (Math.abs(volume) < 1e-6) throw new FrameFileError(`${where}: the Lattice has no volume`);
  const species = required(
    column(raw, 'species', 'S', 1, file) ?? column(raw, 'symbols', 'S', 1, file),
    raw,
    file,
    'species',
  ).words;
  const unknown = species.findIndex((symbol) => ATOMIC_NUMBERS[symbol] === undefined);
  if (unknown >= 0) {
    throw new FrameFileError(
      `${file}:${raw.line + 1 + unknown}: "${species[unknown]}" is no element that curie knows`,
    );
  }
  const positions = required(
    column(raw, 'pos', 'R', 3, file) ?? column(raw, 'positions', 'R', 3, file),
    raw,
    file,
    'positions',
  ).numbers;
  const energy = infoNumbers(raw, 'free_energy', 1, file) ?? infoNumbers(raw, 'energy', 1, file);
  const forces = column(raw, 'forces', 'R', 3, file) ?? column(raw, 'force', 'R', 3, file);
  return {
    species,
    positions,
    cell,
    energy: energy?.[0] ?? null,
    forces: forces?.numbers ?? null,
    virial: readVirial(raw, file, volume),
    id: raw.info.get('frame_id') ?? geometryDigest(species, cell, positions),
    group: raw.info.get('config_type') ?? 'unnamed',
  };
}

function toFrame(raw: RawFrame, file: string, treatment: SpinTreatment): Frame {
  const { energy, forces, virial, ...structure } = toStructure(raw, file);
  return {
    ...structure,
    labels: {
      energy: required(energy, raw, file, 'free_energy or energy (eV)'),
      forces: required(forces, raw, file, 'forces (forces:R:3 in Properties, eV/Å)'),
      virial,
    },
    spin: readSpin(raw, `${file}:${raw.line}`, treatment),
  };
}

function readVirial(raw: RawFrame, file: string, volume: number): Float64Array | null {
  const virial = infoNumbers(raw, 'virial', 9, file);
  if (virial !== undefined) return virial;
  const stress = infoNumbers(raw, 'stress', 9, file);
  return stress === undefined ? null : stress.map((value) => -Math.abs(volume) * value);
}

function readSpin(raw: RawFrame, where: string, treatment: SpinTreatment): Frame['spin'] {
  const own = raw.info.get('spin');
  if (own !== undefined && own !== 'none' && own !== 'collinear') {
    throw new FrameFileError(`${where}: spin is "${own}"; expected none or collinear`);
  }
  if (treatment === 'mixed') {
    if (own === undefined)
      throw new FrameFileError(
        `${where}: the frame does not say spin=none or spin=collinear; name the treatment of all frames (spin: none in a study, --spin none on the command line)`,
      );
    return own;
  }
  if (own !== undefined && own !== treatment) {
    throw new FrameFileError(
      `${where}: the frame was computed with spin=${own}, but the study says spin: ${treatment}`,
    );
  }
  return treatment;
}

/** Volume of the cell, Å³, negative for a left-handed one. */
export function determinant(m: Float64Array): number {
  return (
    m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
    m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
    m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!)
  );
}

/** Digest of species, cell and positions: what identifies a geometry at any level of theory. */
export function geometryDigest(
  species: readonly string[],
  cell: Float64Array,
  positions: Float64Array,
): string {
  const hash = createHash('sha256').update(species.join(' '));
  for (const values of [cell, positions]) {
    const bytes = new DataView(new ArrayBuffer(values.length * 8));
    for (let k = 0; k < values.length; k++) bytes.setFloat64(8 * k, values[k]! + 0, true);
    hash.update(new Uint8Array(bytes.buffer));
  }
  return hash.digest('hex').slice(0, 16);
}

const real = (numbers: Float64Array, width: number): Column => ({
  kind: 'R',
  width,
  numbers,
  words: [],
});
const list = (numbers: Float64Array) => Array.from(numbers, (value) => String(value + 0)).join(' ');

/** Labelled frames as extended XYZ; reading it back gives the same frames, bit for bit. */
export function writeFrames(frames: readonly Frame[]): string {
  return frames
    .map(({ species, positions, cell, labels, id, group, spin }) =>
      writeExtendedXyz({
        atoms: species.length,
        info: new Map([
          ['Lattice', list(cell)],
          ['free_energy', String(labels.energy)],
          ...(labels.virial === null ? [] : [['virial', list(labels.virial)] as const]),
          ['config_type', group],
          ['frame_id', id],
          ['spin', spin],
          ['pbc', 'T T T'],
        ]),
        columns: new Map<string, Column>([
          ['species', { kind: 'S', width: 1, numbers: new Float64Array(0), words: species }],
          ['pos', real(positions, 3)],
          ['forces', real(labels.forces, 3)],
        ]),
      }),
    )
    .join('');
}

/** Sum of the frames' `cpu_seconds` (one core), 0 for frames that do not say. */
export function labelCost(text: string, file = 'frames'): number {
  return parseExtendedXyz(text, file).reduce(
    (sum, raw) => sum + (infoNumbers(raw, 'cpu_seconds', 1, file)?.[0] ?? 0),
    0,
  );
}
