/**
 * The trajectory of a simulation, written frame by frame to the task's folder. A later attempt
 * starts in an empty folder: so what is written so far goes into each checkpoint.
 */
import { appendFileSync, closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskContext } from '../../engine/step.ts';
import type { Sample } from '../../physics/dynamics/driver.ts';
import type { Recorder } from '../../physics/dynamics/program.ts';
import type { State } from '../../physics/dynamics/state.ts';
import { writeState } from '../../physics/dynamics/state-xyz.ts';
import { frameEncoder, trajectoryHeader } from '../../physics/dynamics/trajectory.ts';

export interface TrajectoryOptions {
  readonly format: 'extxyz' | 'f32' | 'f64';
  readonly velocities: boolean;
  /** Steps between two frames. */
  readonly every: number;
  /** fs */
  readonly timestep: number;
}

/** How frames become bytes: what the file begins with, and each frame. */
interface Encoding {
  readonly extension: string;
  readonly header: Uint8Array;
  frame(sample: Sample): Uint8Array | string;
}

function asText({ velocities, timestep }: TrajectoryOptions): Encoding {
  return {
    extension: 'extxyz',
    header: new Uint8Array(0),
    frame: ({ state, step, temperature, potential }) =>
      writeState(
        state,
        { time_fs: step * timestep, temperature_K: temperature, potential_eV: potential },
        { velocities },
      ),
  };
}

function asBinary(
  { elements, types }: State,
  precision: 'f32' | 'f64',
  { velocities, timestep }: TrajectoryOptions,
): Encoding {
  const scalars = ['step', 'time_fs', 'temperature_K', 'potential_eV'];
  const format = { elements, types, precision, velocities, scalars };
  const encode = frameEncoder(format);
  return {
    extension: 'traj',
    header: trajectoryHeader(format),
    frame: ({ state, step, temperature, potential }) =>
      encode(state, [step, step * timestep, temperature, potential]),
  };
}

export class TrajectoryFile {
  readonly name: string;
  readonly #path: string;
  readonly #file: number;
  readonly #encoding: Encoding;
  readonly #every: number;

  /** @param start as the simulation begins */
  constructor(folder: string, start: State, options: TrajectoryOptions) {
    const { format } = options;
    this.#encoding = format === 'extxyz' ? asText(options) : asBinary(start, format, options);
    this.#every = options.every;
    this.name = `trajectory.${this.#encoding.extension}`;
    this.#path = join(folder, this.name);
    this.#file = openSync(this.#path, 'a');
    appendFileSync(this.#file, this.#encoding.header);
  }

  /** Takes the frames. */
  get recorder(): Recorder {
    return {
      name: 'trajectory',
      every: this.#every,
      columns: 0,
      row: (sample) => {
        appendFileSync(this.#file, this.#encoding.frame(sample));
        return null;
      },
    };
  }

  /** The task with checkpoints that hold the file beside what is saved. */
  checkpointed(task: TaskContext): TaskContext {
    const { checkpoint } = task;
    return {
      ...task,
      checkpoint: {
        due: () => checkpoint.due(),
        save: (bytes) => {
          const length = Buffer.alloc(8);
          length.writeDoubleLE(bytes.length);
          checkpoint.save(Buffer.concat([length, bytes, readFileSync(this.#path)]));
        },
        load: () => {
          const saved = checkpoint.load();
          if (saved === undefined) return undefined;
          const length = new DataView(saved.buffer, saved.byteOffset).getFloat64(0, true);
          ftruncateSync(this.#file);
          appendFileSync(this.#file, saved.subarray(8 + length));
          return saved.subarray(8, 8 + length);
        },
      },
    };
  }

  close(): void {
    closeSync(this.#file);
  }
}
