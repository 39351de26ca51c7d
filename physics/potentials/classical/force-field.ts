/**
 * Classical potentials as force fields, in f64; the work is done by `kernels/assembly/embedded-atom.ts`
 * and `kernels/assembly/lennard-jones.ts`.
 */
import * as layout from '../../kernels/assembly/classical-layout.ts';
import { Buffer } from '../../kernels/buffer.ts';
import { Pool } from '../../kernels/pool.ts';
import { Workspaces } from '../../kernels/workspaces.ts';
import { CandidateList } from '../../neighbours/candidates.ts';
import { type ForceField, type Forces, PotentialError } from '../force-field.ts';
import { type KernelResults, SortedAtoms } from '../sorted-atoms.ts';
import { type LennardJones, longestCutoff } from './lennard-jones.ts';
import { type ClassicalMemory, writeEmbeddedAtom, writeLennardJones } from './memory.ts';
import type { EmbeddedAtom } from './setfl.ts';

/** What can be computed in closed form or from tables, without training. */
export type ClassicalPotential = EmbeddedAtom | LennardJones;

/** Å; closer atoms lie on top of each other. */
const REACH = 0.01;

/** @param threads of the first `compute` */
export function openClassical(potential: ClassicalPotential, threads = 1): ForceField {
  return new ClassicalForceField(potential, threads);
}

class ClassicalForceField implements ForceField {
  readonly elements: readonly string[];
  readonly cutoff: number;
  readonly #entry: 'embeddedAtom' | 'lennardJones';
  readonly #pool: Pool;
  readonly #memory: ClassicalMemory;
  readonly #list: CandidateList;
  readonly #atoms: SortedAtoms;
  readonly #atomBuffer: Buffer;
  readonly #nearBuffer: Buffer;
  readonly #workspaces: Workspaces;
  readonly #counters: Int32Array;
  #threads = 1;
  #found: KernelResults = {
    energies: new Float64Array(0),
    forces: new Float64Array(0),
    virials: new Float64Array(0),
    nearest: new Float64Array(0),
  };

  constructor(potential: ClassicalPotential, threads: number) {
    const embedded = potential.kind === 'embedded-atom';
    this.elements = potential.elements;
    this.cutoff = embedded ? potential.cutoff : longestCutoff(potential);
    this.#entry = embedded ? 'embeddedAtom' : 'lennardJones';
    this.#pool = new Pool('classical', ['search', this.#entry]);
    this.#memory = embedded
      ? writeEmbeddedAtom(this.#pool, potential)
      : writeLennardJones(this.#pool, potential);
    this.#atoms = new SortedAtoms(this.elements);
    this.#list = new CandidateList(this.#pool, this.cutoff, { linked: false });
    const { words } = this.#memory;
    words[layout.C_LIST] = this.#list.record;
    this.#counters = new Int32Array(this.#pool.memory.buffer, words[layout.C_COUNTERS], 2);
    this.#atomBuffer = new Buffer(this.#pool);
    this.#nearBuffer = new Buffer(this.#pool);
    this.#workspaces = new Workspaces(this.#pool, layout.WORKSPACE_WORDS);
    this.setThreads(threads);
  }

  setAtoms(types: Uint8Array): void {
    this.#atoms.set(types);
    this.#list.setAtoms(this.#atoms.types, this.#atoms.order);
    const n = types.length;
    const blocks = Math.ceil(n / layout.BLOCK);
    const { words } = this.#memory;
    this.#atomBuffer.reserveFields(words, [
      [layout.C_NEAR_COUNTS, 4 * n * this.elements.length],
      [layout.C_SLOPES, 8 * n],
      [layout.C_ENERGIES, 8 * n],
      [layout.C_FORCES, 32 * n],
      [layout.C_VIRIALS, 72 * blocks],
      [layout.C_NEAREST, 8 * n],
    ]);
    const { buffer } = this.#pool.memory;
    this.#found = {
      energies: new Float64Array(buffer, words[layout.C_ENERGIES], n),
      forces: new Float64Array(buffer, words[layout.C_FORCES], 4 * n),
      virials: new Float64Array(buffer, words[layout.C_VIRIALS], 9 * blocks),
      nearest: new Float64Array(buffer, words[layout.C_NEAREST], n),
    };
  }

  compute(positions: Float64Array, cell: Float64Array): Forces {
    this.#atoms.load(positions, this.#list.positions);
    if (this.#list.update(cell)) this.#reserve();
    this.#counters.fill(0);
    this.#pool.run(this.#entry, this.#memory.record);
    const forces = this.#atoms.collect(this.#found);
    if (forces.nearest < REACH) throw new PotentialError(this.#onTop());
    return forces;
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
    // A vector is written before it is known to be inside; two neighbours are done at a time.
    const rows = this.#list.most + 2;
    const { words } = this.#memory;
    this.#nearBuffer.reserveFields(words, [[layout.C_NEAR, 8 * (this.#list.total + 2)]]);
    words[layout.C_WORKSPACES] = this.#workspaces.reserve(this.#threads, [
      [layout.V_VECTORS, 32 * rows],
      [layout.V_TERMS, 16 * rows],
      [layout.V_SQUARES, 8 * rows],
    ]);
  }

  #onTop(): string {
    const { order } = this.#atoms;
    const close = order.filter((_, place) => this.#found.nearest[place]! < REACH * REACH);
    return `${this.#atoms.nameOf(Math.min(...close))} has a neighbour at less than ${REACH} Å: the simulation has broken down, or the start is damaged`;
  }
}
