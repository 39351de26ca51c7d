/**
 * Trajectories in a compact binary form, written and read frame by frame.
 *
 *     curie-trajectory 1\n      magic and version, ASCII
 *     {"elements":…}\n          one line of JSON: elements, types (index into elements, one an atom),
 *                               precision (f32 or f64), velocities (true or false), scalars (names);
 *                               spaces before the line's end make it end at a multiple of 8
 *     frames                    all of the same size, a multiple of 8, little-endian:
 *         f64 [scalars]         in the header's order; `step` comes first
 *         f64 [3][3]            cell vectors as rows, Å
 *         f32|f64 [atoms][3]    positions, Å, never wrapped
 *         f32|f64 [atoms][3]    velocities, Å/fs, where the header says so
 *         zeros                 up to a multiple of 8
 *
 * A file that was cut while it was written ends in a part of a frame, which is left out.
 */
import type { State } from './state.ts';

const MAGIC = 'curie-trajectory ';
const VERSION = 1;

export interface TrajectoryFormat {
  readonly elements: readonly string[];
  /** Index into `elements`, one an atom. */
  readonly types: ArrayLike<number>;
  /** Of positions and velocities: f32 keeps a coordinate of 100 Å to 4e-6 Å. */
  readonly precision: 'f32' | 'f64';
  readonly velocities: boolean;
  /** What is noted of a frame, such as `time_fs`. */
  readonly scalars: readonly string[];
}

/** One frame as it is kept. */
export interface TrajectoryFrame {
  readonly scalars: Float64Array;
  readonly cell: Float64Array;
  /** [atoms][3], Å */
  readonly positions: Float64Array;
  /** [atoms][3], Å/fs; null where they were not kept */
  readonly velocities: Float64Array | null;
}

/** The bytes are no trajectory. */
export class TrajectoryFileError extends Error {
  override readonly name = 'TrajectoryFileError';
}

/** Where a frame's parts lie, in bytes. */
function frameLayout({ types, precision, velocities, scalars }: TrajectoryFormat) {
  const size = precision === 'f32' ? 4 : 8;
  const vectors = 3 * types.length;
  const positions = 8 * (scalars.length + 9);
  const end = positions + size * vectors * (velocities ? 2 : 1);
  return { size, vectors, cell: 8 * scalars.length, positions, bytes: Math.ceil(end / 8) * 8 };
}

/** What a file begins with. */
export function trajectoryHeader(format: TrajectoryFormat): Uint8Array {
  const { elements, precision, velocities, scalars } = format;
  const types = Array.from(format.types);
  const header = JSON.stringify({ elements, types, precision, velocities, scalars });
  const text = `${MAGIC}${VERSION}\n${header}`;
  const length = new TextEncoder().encode(text).length + 1;
  return new TextEncoder().encode(`${text}${' '.repeat((8 - (length % 8)) % 8)}\n`);
}

/**
 * Turns frames into bytes; the returned array is used again by the next call.
 *
 * @returns a function of the state and its scalars in the format's order
 */
export function frameEncoder(
  format: TrajectoryFormat,
): (state: State, scalars: ArrayLike<number>) => Uint8Array {
  const { size, vectors, cell, positions, bytes } = frameLayout(format);
  const view = new DataView(new ArrayBuffer(bytes));
  const put = (at: number, values: ArrayLike<number>): void => {
    for (let k = 0; k < vectors; k++) {
      if (size === 4) view.setFloat32(at + 4 * k, values[k]!, true);
      else view.setFloat64(at + 8 * k, values[k]!, true);
    }
  };
  return (state, scalars) => {
    for (let k = 0; k < format.scalars.length; k++) view.setFloat64(8 * k, scalars[k]!, true);
    for (let k = 0; k < 9; k++) view.setFloat64(cell + 8 * k, state.cell[k]!, true);
    put(positions, state.positions);
    if (format.velocities) put(positions + size * vectors, state.velocities);
    return new Uint8Array(view.buffer);
  };
}

/** Bytes of a file, read where they are needed. */
export interface Source {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

export interface Trajectory {
  readonly format: TrajectoryFormat;
  /** Whole frames. */
  readonly frames: number;
  frame(index: number): TrajectoryFrame;
}

/** Longest header that is looked for: 16 million atoms. */
const LONGEST_HEADER = 1 << 26;

/** @throws TrajectoryFileError when the bytes are no trajectory or of another version */
export function openTrajectory(source: Source): Trajectory {
  const { format, length } = readHeader(source);
  const { size, vectors, cell, positions, bytes } = frameLayout(format);
  const frames = Math.floor((source.size - length) / bytes);
  const frame = (index: number): TrajectoryFrame => {
    if (!(index >= 0 && index < frames))
      throw new RangeError(`there is no frame ${index}: the trajectory has ${frames}`);
    const part = source.read(length + index * bytes, bytes);
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    const doubles = (at: number, count: number) =>
      Float64Array.from({ length: count }, (_, k) => view.getFloat64(at + 8 * k, true));
    const vectorsAt = (at: number) =>
      size === 8
        ? doubles(at, vectors)
        : Float64Array.from({ length: vectors }, (_, k) => view.getFloat32(at + 4 * k, true));
    return {
      scalars: doubles(0, format.scalars.length),
      cell: doubles(cell, 9),
      positions: vectorsAt(positions),
      velocities: format.velocities ? vectorsAt(positions + size * vectors) : null,
    };
  };
  return { format, frames, frame };
}

function readHeader(source: Source): { format: TrajectoryFormat; length: number } {
  const decoder = new TextDecoder();
  let length = Math.min(source.size, 4096);
  for (;;) {
    const bytes = source.read(0, length);
    const first = bytes.indexOf(10);
    const second = first < 0 ? -1 : bytes.indexOf(10, first + 1);
    const magic = decoder.decode(bytes.subarray(0, MAGIC.length));
    if (magic !== MAGIC)
      throw new TrajectoryFileError('this is no trajectory: one begins with "curie-trajectory"');
    if (second >= 0) {
      const version = decoder.decode(bytes.subarray(MAGIC.length, first));
      if (version !== String(VERSION))
        throw new TrajectoryFileError(
          `the trajectory has version ${version}; this curie reads version ${VERSION}`,
        );
      return {
        format: formatOf(decoder.decode(bytes.subarray(first + 1, second))),
        length: second + 1,
      };
    }
    if (length === source.size || length >= LONGEST_HEADER)
      throw new TrajectoryFileError('the trajectory is cut off in its header');
    length = Math.min(source.size, 8 * length);
  }
}

function formatOf(text: string): TrajectoryFormat {
  try {
    const format: TrajectoryFormat = JSON.parse(text);
    const known = format.precision === 'f32' || format.precision === 'f64';
    if (known && [format.elements, format.types, format.scalars].every(Array.isArray))
      return format;
  } catch {
    // Said below: what is wrong with it does not matter to a user.
  }
  throw new TrajectoryFileError('the header of the trajectory cannot be read: the file is damaged');
}
