/** The training kernel with members and frames in its memory; see `kernels/assembly/train.ts`. */
import * as layout from '../kernels/assembly/training-layout.ts';
import { Buffer } from '../kernels/buffer.ts';
import { Pool } from '../kernels/pool.ts';
import { type Precision, Writer } from '../kernels/writer.ts';
import type { Model } from '../potentials/deep/model.ts';
import type { Example } from './examples.ts';
import { emptyInputs, writeFrame } from './frame-memory.ts';
import { nodesOver, SPACING } from './grid.ts';
import { type BatchRoom, type MemberMemory, writeMember } from './member-memory.ts';
import { type ParameterPlan, planParameters } from './parameters.ts';
import type { DescriptorStatistics } from './statistics.ts';
import { TrainingError } from './training-error.ts';

/** Sums over the frames of a call. */
export interface Residuals {
  readonly frames: number;
  /** Σ (ΔE/N)², eV² */
  readonly energy: number;
  /** Σ over frames of the mean of ΔF² over components, eV²/Å² */
  readonly force: number;
  /** Σ over frames with a virial of the mean of (ΔW/N)² over components, eV² */
  readonly virial: number;
  readonly virials: number;
  /** Σ of w [p_e (ΔE)²/N + p_f mean(ΔF²) + p_v mean(ΔW²)/N], w a frame's weight */
  readonly loss: number;
  /** Σ of predicted energies without short range, eV */
  readonly total: number;
}

const ENTRIES = ['residuals', 'gradient', 'learn', 'members'] as const;

export class TrainingKernel {
  readonly plan: ParameterPlan;
  readonly members: readonly MemberMemory[];
  readonly #pool: Pool;
  readonly #bits: 32 | 64;
  readonly #batch: number;
  /** Address of each frame, [members][frames]. */
  readonly #frames: readonly Int32Array[];
  readonly #orders: readonly Buffer[];
  readonly #contexts: Int32Array;

  /**
   * @param examples all frames that calls will name
   * @param batch    frames of an update
   * @param spacing  of the nodes of embedding nets
   * @throws TrainingError when a model cannot be trained: widths or numbers that the kernel lacks
   */
  constructor(
    model: Model,
    examples: readonly Example[],
    batch: number,
    precision: Precision,
    spacing = SPACING[precision],
  ) {
    const { architecture, members } = model;
    checkShape(model);
    checkSize(examples, precision);
    this.#bits = precision === 'f32' ? 32 : 64;
    this.#batch = batch;
    const entries = ENTRIES.map((entry) => `${entry}${this.#bits}`);
    this.#pool = new Pool('training', entries);
    const writer = new Writer(this.#pool, precision);
    this.plan = planParameters(architecture, members[0]);
    const room = roomFor(examples, batch);
    // Members that see their inputs alike share the frames.
    const written = new Map<string, FrameSet>();
    const sets = members.map((member) => {
      const key = [member.mean, member.deviation, member.angularDeviation].join(';');
      const found = written.get(key) ?? writeSet(writer, examples, model, member);
      written.set(key, found);
      return found;
    });
    this.members = members.map((member, k) => {
      const nodes = sets[k].ranges.map(({ low, high }) => nodesOver(low, high, spacing));
      return writeMember(writer, architecture, member, this.plan, nodes, spacing, room);
    });
    this.#frames = sets.map(({ addresses }) => addresses);
    this.#orders = members.map(() => new Buffer(this.#pool));
    const at = this.#pool.allocate(4 * members.length);
    this.#contexts = new Int32Array(this.#pool.memory.buffer, at, members.length);
  }

  setThreads(threads: number): void {
    this.#pool.setThreads(threads);
  }

  close(): void {
    this.#pool.close();
  }

  /** Updates each of the members with the frames of its order, `batch` an update. */
  learn(members: readonly number[], orders: readonly ArrayLike<number>[]): void {
    const updates = orders[0].length / this.#batch;
    members.forEach((member, k) => {
      this.#order(member, orders[k], this.#batch);
    });
    if (members.length === 1) {
      this.#pool.run(`learn${this.#bits}`, this.members[members[0]].context, updates);
      return;
    }
    this.#contexts.set(members.map((member) => this.members[member].context));
    this.#pool.run(`members${this.#bits}`, this.#contexts.byteOffset, members.length);
  }

  /** Sums over the frames since the last `clear`, updates included. */
  sums(member: number): Residuals {
    const { reals } = this.members[member];
    const sum = (field: number) => reals[layout.X_SUMS + field];
    return {
      frames: sum(layout.RESULT_FRAMES),
      energy: sum(layout.RESULT_ENERGY),
      force: sum(layout.RESULT_FORCE),
      virial: sum(layout.RESULT_VIRIAL),
      virials: sum(layout.RESULT_VIRIALS),
      loss: sum(layout.RESULT_LOSS),
      total: sum(layout.RESULT_TOTAL),
    };
  }

  clear(member: number): void {
    this.members[member].reals.fill(0, layout.X_SUMS, layout.X_SUMS + layout.RESULT);
  }

  /** What a member gets wrong on frames, one after another; leaves its sums as they were. */
  residuals(member: number, frames: ArrayLike<number>): Residuals {
    return this.#aside(member, () => {
      this.#order(member, frames, 1);
      this.#pool.run(`residuals${this.#bits}`, this.members[member].context, frames.length);
      return this.sums(member);
    });
  }

  /** Loss of one batch, a mean over its frames; its gradient is left in the member's memory. */
  gradient(member: number, frames: ArrayLike<number>): number {
    return this.#aside(member, () => {
      this.#order(member, frames, frames.length);
      this.#pool.run(`gradient${this.#bits}`, this.members[member].context, 1);
      return this.sums(member).loss / frames.length;
    });
  }

  /** Forces (eV/Å, [atoms][3]) of the batch of the last call. */
  forces(member: number, atoms: number): Float64Array {
    const { words } = this.members[member];
    const { buffer } = this.#pool.memory;
    return new Float64Array(buffer, words[layout.C_FORCES], 3 * atoms).slice();
  }

  #aside<R>(member: number, work: () => R): R {
    const { reals } = this.members[member];
    const kept = reals.slice(layout.X_SUMS, layout.X_SUMS + layout.RESULT);
    this.clear(member);
    const result = work();
    reals.set(kept, layout.X_SUMS);
    return result;
  }

  #order(member: number, frames: ArrayLike<number>, batch: number): void {
    const { words } = this.members[member];
    const order = this.#orders[member];
    order.reserve(4 * frames.length);
    const places = new Int32Array(this.#pool.memory.buffer, order.address, frames.length);
    for (let k = 0; k < frames.length; k++) places[k] = this.#frames[member][frames[k]];
    words[layout.C_ORDER] = order.address;
    words[layout.C_BATCH] = batch;
    words[layout.C_DONE] = 0;
    words[layout.C_WANTED] = frames.length / batch;
  }
}

interface FrameSet {
  readonly addresses: Int32Array;
  readonly ranges: readonly { readonly low: number; readonly high: number }[];
}

function writeSet(
  writer: Writer,
  examples: readonly Example[],
  { architecture }: Model,
  statistics: DescriptorStatistics,
): FrameSet {
  const empty = emptyInputs(statistics);
  const [low, high] = [Math.min(...empty), Math.max(...empty)];
  const ranges = architecture.elements.map(() => ({ low, high }));
  const addresses = Int32Array.from(examples, (example) =>
    writeFrame(writer, example, architecture, statistics, ranges),
  );
  return { addresses, ranges };
}

/** Room for the largest batch that can be drawn. */
function roomFor(examples: readonly Example[], batch: number): BatchRoom {
  const largest = (sizes: number[]) =>
    sizes
      .sort((a, b) => b - a)
      .slice(0, batch)
      .reduce((sum, size) => sum + size, 0);
  return {
    frames: batch,
    atoms: largest(examples.map(({ around }) => around.types.length)),
    pairs: largest(examples.map(({ around }) => around.neighbour.length)),
  };
}

/** Frames stay in the kernel's memory, which holds 2 GB. */
const MOST_PAIR_BYTES = 1.6e9;

function checkSize(examples: readonly Example[], precision: Precision): void {
  const pairs = examples.reduce((sum, { around }) => sum + around.neighbour.length, 0);
  const bytes = pairs * layout.PAIR_VALUES * (precision === 'f32' ? 4 : 8);
  if (bytes <= MOST_PAIR_BYTES) return;
  throw new TrainingError(
    `the ${examples.length} frames have ${pairs} pairs of neighbours, which take ${(bytes / 1e9).toFixed(1)} GB in ${precision}; at most ${MOST_PAIR_BYTES / 1e9} GB fit: use fewer frames or a shorter cut-off`,
  );
}

function checkShape({ architecture }: Model): void {
  const { elements, embedding, axis, fitting } = architecture;
  if (elements.length > layout.MOST_TYPES) {
    throw new TrainingError(
      `${elements.length} elements are more than the ${layout.MOST_TYPES} that training can tell apart`,
    );
  }
  const width = embedding[embedding.length - 1];
  const descriptor = width * axis;
  if (axis > width) {
    throw new TrainingError(
      `axis is ${axis}, but the last embedding layer has only ${width} outputs; axis may be at most that`,
    );
  }
  if (fitting[0] === descriptor || fitting[0] === 2 * descriptor) {
    throw new TrainingError(
      `the first fitting layer is as wide as the descriptor (${width}·${axis}) or twice as wide, which is not supported; choose another width`,
    );
  }
}
