/** Members of a Deep Potential model as force fields; the work is done by `kernels/assembly/force.ts`. */
import * as layout from '../../kernels/assembly/force-layout.ts';
import { Buffer } from '../../kernels/buffer.ts';
import { Pool } from '../../kernels/pool.ts';
import { Workspaces } from '../../kernels/workspaces.ts';
import type { Precision } from '../../kernels/writer.ts';
import { CandidateList } from '../../neighbours/candidates.ts';
import { type ForceField, type Forces, PotentialError } from '../force-field.ts';
import { type KernelResults, SortedAtoms } from '../sorted-atoms.ts';
import { type PotentialMemory, writePotential } from './force-memory.ts';
import type { Architecture, Committee } from './model.ts';

export interface DeepPotentialOptions {
  /**
   * Tables instead of embedding nets: several times faster, energies within 1e-9 eV/atom of the
   * net's before rounding, and no answer below 0.8 Å. True without it.
   */
  readonly compress?: boolean;
  /** Of the nets; geometry, energies, forces and virial are added up in f64. `f32` without it. */
  readonly precision?: Precision;
  /** 1 without it. */
  readonly threads?: number;
}

/**
 * Opens one member of a model.
 *
 * @throws PotentialError when `member` does not exist or its nets cannot be tabulated
 */
export function openDeepPotential(
  model: Committee,
  member: number,
  options: DeepPotentialOptions = {},
): ForceField {
  return new DeepForceField(model, member, options);
}

const round64 = (bytes: number) => Math.ceil(bytes / 64) * 64;

class DeepForceField implements ForceField {
  readonly elements: readonly string[];
  readonly cutoff: number;
  readonly #architecture: Architecture;
  readonly #pool: Pool;
  readonly #entry: 'forces32' | 'forces64';
  readonly #bytes: 4 | 8;
  readonly #memory: PotentialMemory;
  readonly #list: CandidateList;
  readonly #atomBuffer: Buffer;
  readonly #pairBuffer: Buffer;
  readonly #workspaces: Workspaces;
  readonly #counters: Int32Array;
  readonly #atoms: SortedAtoms;
  #threads = 1;
  #found: KernelResults = {
    energies: new Float64Array(0),
    forces: new Float64Array(0),
    virials: new Float64Array(0),
    nearest: new Float64Array(0),
  };
  #status: Int32Array = new Int32Array(0);

  constructor(model: Committee, index: number, options: DeepPotentialOptions) {
    const { compress = true, precision = 'f32', threads = 1 } = options;
    const member = model.members[index];
    if (member === undefined) {
      throw new PotentialError(
        `the model has no member ${index}: it has ${model.members.length}, counted from 0`,
      );
    }
    this.#architecture = model.architecture;
    this.elements = model.architecture.elements;
    this.#atoms = new SortedAtoms(this.elements);
    this.cutoff = model.architecture.cutoff;
    this.#entry = precision === 'f32' ? 'forces32' : 'forces64';
    this.#bytes = precision === 'f32' ? 4 : 8;
    this.#pool = new Pool('force', ['search', this.#entry]);
    this.#memory = writePotential(this.#pool, model, member, precision, compress);
    const { words } = this.#memory;
    this.#counters = new Int32Array(this.#pool.memory.buffer, words[layout.P_COUNTERS], 2);
    this.#list = new CandidateList(this.#pool, this.cutoff, { linked: true });
    words[layout.P_LIST] = this.#list.record;
    this.#atomBuffer = new Buffer(this.#pool);
    this.#pairBuffer = new Buffer(this.#pool);
    this.#workspaces = new Workspaces(this.#pool, layout.WORKSPACE_WORDS);
    this.setThreads(threads);
  }

  setAtoms(types: Uint8Array): void {
    this.#atoms.set(types);
    const n = types.length;
    const sorted = this.#atoms.types;
    this.#list.setAtoms(sorted, this.#atoms.order);
    const blocks: number[] = [];
    for (let first = 0; first < n; ) {
      let count = 1;
      while (count < layout.SIDE && sorted[first + count] === sorted[first]) count++;
      blocks.push(first, count);
      first += count;
    }
    const { words } = this.#memory;
    this.#atomBuffer.reserveFields(words, [
      [layout.P_BLOCKS, 4 * blocks.length],
      [layout.P_NEAR_COUNT, 4 * n],
      [layout.P_ENERGIES, 8 * n],
      [layout.P_FORCES, 32 * n],
      [layout.P_VIRIALS, 36 * blocks.length],
      [layout.P_NEAREST, 8 * n],
      [layout.P_STATUS, 4 * n],
    ]);
    words[layout.P_BLOCK_COUNT] = blocks.length / 2;
    const { buffer } = this.#pool.memory;
    new Int32Array(buffer, words[layout.P_BLOCKS], blocks.length).set(blocks);
    this.#found = {
      energies: new Float64Array(buffer, words[layout.P_ENERGIES], n),
      forces: new Float64Array(buffer, words[layout.P_FORCES], 4 * n),
      virials: new Float64Array(buffer, words[layout.P_VIRIALS], 4.5 * blocks.length),
      nearest: new Float64Array(buffer, words[layout.P_NEAREST], n),
    };
    this.#status = new Int32Array(buffer, words[layout.P_STATUS], n);
  }

  compute(positions: Float64Array, cell: Float64Array): Forces {
    this.#atoms.load(positions, this.#list.positions);
    if (this.#list.update(cell)) this.#reserve();
    const { words } = this.#memory;
    this.#counters.fill(0);
    words[layout.P_FAILED] = 0;
    this.#pool.run(this.#entry, this.#memory.record);
    if (words[layout.P_FAILED] !== 0) throw new PotentialError(this.#failure());
    return this.#atoms.collect(this.#found);
  }

  setThreads(threads: number): void {
    this.#threads = Math.max(1, Math.floor(threads));
    this.#reserve();
    this.#pool.setThreads(this.#threads);
  }

  close(): void {
    this.#pool.close();
  }

  /** Memory for the present list and number of threads. */
  #reserve(): void {
    const { words, width, descriptor, embedWidth, fitWidth, fitLayers, intervals } = this.#memory;
    const size = this.#bytes;
    const { total, most } = this.#list;
    const gradient = round64(4 * size * total);
    this.#pairBuffer.reserve(gradient + 4 * total);
    words[layout.P_GRADIENT] = this.#pairBuffer.address;
    words[layout.P_NEAR] = this.#pairBuffer.address + gradient;
    // A vector is written before it is known to be inside; nets run on SIDE rows at a time.
    const rows = layout.SIDE * (most + 1);
    const nets = intervals === 0 ? 1 : 0;
    const side = layout.SIDE;
    words[layout.P_WORKSPACES] = this.#workspaces.reserve(this.#threads, [
      [layout.W_VECTORS, 32 * rows],
      [layout.W_ROWS, size * layout.ROW_VALUES * rows],
      [layout.W_BINS, 4 * rows],
      [layout.W_COUNTS, 4 * side * this.elements.length],
      [layout.W_G, nets * size * width * rows],
      [layout.W_G_DOT, nets * size * width * rows],
      [layout.W_X, 2 * size * side * embedWidth],
      [layout.W_X_DOT, 2 * size * side * embedWidth],
      [layout.W_T, size * side * embedWidth],
      [layout.W_H, 4 * size * (most + 1)],
      [layout.W_H_DOT, 4 * size * (most + 1)],
      [layout.W_A, 4 * size * side * width],
      [layout.W_DE_DA, 4 * size * side * width],
      [layout.W_D, size * side * descriptor],
      [layout.W_FIT_D, size * side * descriptor],
      [layout.W_FIT_T, size * fitLayers * side * fitWidth],
      [layout.W_FIT_X, 2 * size * side * fitWidth],
      [layout.W_FIT_ENERGY, 8 * side],
      [layout.W_MOMENTS, 4 * size * layout.TERMS * intervals],
      [layout.W_USED, 256 * side * this.elements.length],
    ]);
  }

  #failure(): string {
    const { order } = this.#atoms;
    let place = -1;
    for (let k = 0; k < order.length; k++) {
      if (this.#status[k] !== 0 && (place < 0 || order[k]! < order[place]!)) place = k;
    }
    const status = this.#status[place]!;
    const name = this.#atoms.nameOf(order[place]!);
    if (status === layout.TOO_CLOSE) {
      const distance = Math.sqrt(this.#found.nearest[place]!).toFixed(3);
      return `${name} has a neighbour at ${distance} Å; the potential answers only from ${this.#memory.reach} Å on: the simulation has broken down, or the start is too dense`;
    }
    const type = (status & 255) - 2;
    return `${name} has ${status >> 8} ${this.elements[type]} neighbours within ${this.cutoff} Å, more than the ${this.#architecture.sel[type]} that the potential allows (sel): the configuration is denser than it was made for`;
  }
}
