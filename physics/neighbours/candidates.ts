/**
 * Lists of candidates: for each atom all that may come within the cut-off while atoms move less
 * than a skin. The work is done by `kernels/assembly/neighbours.ts`.
 */
import * as layout from '../kernels/assembly/force-layout.ts';
import { Buffer } from '../kernels/buffer.ts';
import type { Pool } from '../kernels/pool.ts';
import { PotentialError } from '../potentials/force-field.ts';
import { cellHeights, determinant, inverseCell } from '../structure/cells.ts';

/** Å. Wider means longer lists, narrower means making them more often. */
const SKIN = 1;

export class CandidateList {
  readonly #pool: Pool;
  readonly #cutoff: number;
  readonly #range: number;
  readonly #words: Int32Array;
  readonly #reals: Float64Array;
  readonly #buffers: {
    readonly [name in 'atoms' | 'found' | 'arranged' | 'images' | 'bins']: Buffer;
  };
  readonly #cellRows: Float64Array;
  /** Cell when the list was made; empty without a list. */
  #oldCell: Float64Array = new Float64Array(0);
  #oldInverse: Float64Array = new Float64Array(0);
  #counts: Int32Array = new Int32Array(0);
  #capacity = 0;
  #names: Int32Array = new Int32Array(0);
  #atoms = 0;
  #old: Float64Array = new Float64Array(0);
  /** Address of the list's record. */
  readonly record: number;
  /** x, y, z and type of the atoms, [atoms][4], in the list's order; fill x, y, z before `update`. */
  positions: Float64Array = new Float64Array(0);
  /** How many candidates all atoms have, and most of a single one. */
  total = 0;
  most = 0;

  /**
   * @param pool   of a kernel with the entries of `kernels/assembly/neighbours.ts`
   * @param linked whether each candidate tells which one points back
   */
  constructor(pool: Pool, cutoff: number, { linked }: { readonly linked: boolean }) {
    this.#pool = pool;
    this.#cutoff = cutoff;
    this.#range = cutoff + SKIN;
    this.record = pool.allocate(layout.LIST_BYTES);
    const { buffer } = pool.memory;
    this.#words = new Int32Array(buffer, this.record, layout.LIST_BYTES / 4);
    this.#reals = new Float64Array(buffer, this.record, layout.LIST_BYTES / 8);
    this.#buffers = {
      atoms: new Buffer(pool),
      found: new Buffer(pool),
      arranged: new Buffer(pool),
      images: new Buffer(pool),
      bins: new Buffer(pool),
    };
    this.#words[layout.N_CELL] = pool.allocate(96);
    this.#cellRows = new Float64Array(pool.memory.buffer, this.#words[layout.N_CELL], 12);
    this.#words[layout.N_COUNTER] = pool.allocate(4);
    this.#reals[layout.NX_RANGE] = this.#range;
    this.#words[layout.N_LINKED] = linked ? 1 : 0;
    this.#reserveImages(64);
  }

  /**
   * Chooses the atoms, given in ascending order of their types; drops the list.
   *
   * @param names what messages call each atom
   */
  setAtoms(types: Uint8Array, names: Int32Array): void {
    this.#names = names;
    const n = types.length;
    const { atoms } = this.#buffers;
    atoms.reserveFields(this.#words, [
      [layout.N_TYPES_OF, 4 * n],
      [layout.N_POSITIONS, 32 * n],
      [layout.N_OLD, 32 * n],
      [layout.N_WRAPPED, 32 * n],
      [layout.N_BINNED, 4 * n],
      [layout.N_IMAGES, 16 * n],
      [layout.N_FIRST, 4 * (n + 1)],
      [layout.N_COUNTS, 4 * n],
    ]);
    const { buffer } = this.#pool.memory;
    this.#words[layout.N_ATOMS] = n;
    new Int32Array(buffer, this.#words[layout.N_TYPES_OF], n).set(types);
    this.positions = new Float64Array(buffer, this.#words[layout.N_POSITIONS], 4 * n);
    for (let k = 0; k < n; k++) this.positions[4 * k + 3] = types[k]!;
    this.#old = new Float64Array(buffer, this.#words[layout.N_OLD], 4 * n);
    this.#counts = new Int32Array(buffer, this.#words[layout.N_COUNTS], n);
    this.#atoms = n;
    this.#oldCell = new Float64Array(0);
  }

  /** How many candidates each atom has; valid after `update`. */
  get first(): Int32Array {
    const { buffer } = this.#pool.memory;
    return new Int32Array(buffer, this.#words[layout.N_FIRST], this.#atoms + 1);
  }

  /**
   * Makes the list valid for the present `positions`; true when it had to be made again.
   *
   * @throws PotentialError when a coordinate or the cell is not finite, or the cell has no volume
   */
  update(cell: Float64Array): boolean {
    for (let k = 0; k < 9; k++) {
      this.#cellRows[4 * Math.floor(k / 3) + (k % 3)] = cell[k]!;
    }
    const valid = this.#stillValid(cell);
    if (!valid) this.#make(cell);
    this.#pool.call('placeImages', this.record);
    return !valid;
  }

  #stillValid(cell: Float64Array): boolean {
    const fresh = this.#oldCell.length === 0;
    const same = !fresh && cell.every((value, k) => value === this.#oldCell[k]);
    const strain = fresh || same ? IDENTITY : multiply(this.#oldInverse, cell);
    this.#reals.set(strain, layout.NX_STRAIN);
    if (fresh) this.#old.set(this.positions);
    const drift = this.#pool.call('drift', this.record);
    if (Number.isNaN(drift)) throw new PotentialError(this.#notFinite());
    if (fresh) return false;
    // Nothing outside the range came nearer than (1 - |strain - 1|)·range - drift.
    let square = 0;
    for (let k = 0; k < 9; k++) {
      const off = strain[k]! - IDENTITY[k]!;
      square += off * off;
    }
    return (1 - Math.sqrt(square)) * this.#range - drift > this.#cutoff;
  }

  #notFinite(): string {
    const coordinate = this.positions.findIndex((value) => !Number.isFinite(value));
    return coordinate < 0
      ? 'the cell or the positions are not finite or beyond all measure'
      : `atom ${this.#names[Math.floor(coordinate / 4)]} has a coordinate that is not finite (${this.positions[coordinate]}): the simulation has broken down, or the start is damaged`;
  }

  #make(cell: Float64Array): void {
    const volume = Math.abs(determinant(cell));
    if (!(volume > 1e-6) || !Number.isFinite(volume)) {
      throw new PotentialError(`the cell has a volume of ${volume} Å³: its vectors span no space`);
    }
    const inverse = inverseCell(cell);
    const heights = cellHeights(cell);
    const words = this.#words;
    words[layout.N_NARROW] = Math.min(...heights) > 2.001 * this.#range ? 0 : 1;
    // Bins of half the range; fewer where atoms are sparse.
    const bins = heights.map((height) => Math.max(1, Math.floor(height / (0.5 * this.#range))));
    const product = () => bins[0]! * bins[1]! * bins[2]!;
    while (product() > 4 * this.#atoms + 64) {
      const widest = bins.indexOf(Math.max(...bins));
      bins[widest] = Math.ceil(bins[widest]! / 2);
    }
    for (let k = 0; k < 3; k++) {
      words[layout.N_BINS + k] = bins[k]!;
      words[layout.N_REACH + k] = Math.ceil((this.#range * bins[k]!) / heights[k]!);
    }
    this.#buffers.bins.reserve(4 * (product() + 1));
    words[layout.N_BIN_FIRST] = this.#buffers.bins.address;
    this.#reals.set(inverse, layout.NX_INVERSE);
    if (this.#pool.call('bin', this.record) !== 0) {
      throw new PotentialError(
        'an atom is more than 15,000 cells away from the cell: wrap the positions first',
      );
    }
    this.#search(volume);
    this.#buffers.arranged.reserve(layout.ROUGH_BYTES * this.total);
    words[layout.N_ARRANGED] = this.#buffers.arranged.address;
    this.#pool.call('arrange', this.record);
    // What the search met is not needed any more.
    words[layout.N_CANDIDATES] = words[layout.N_FOUND]!;
    words[layout.N_BACK] = words[layout.N_FOUND]! + layout.CANDIDATE_BYTES * this.total;
    while (this.#pool.call('numberImages', this.record) !== 0) {
      this.#reserveImages(4 * words[layout.N_IMAGE_ROOM]!);
    }
    this.#old.set(this.positions);
    this.#oldCell = Float64Array.from(cell);
    this.#oldInverse = inverse;
  }

  /** @param room a power of 2 */
  #reserveImages(room: number): void {
    this.#words[layout.N_IMAGE_ROOM] = room;
    this.#buffers.images.reserveFields(this.#words, [
      [layout.N_IMAGE_KEYS, 8 * room],
      [layout.N_IMAGE_HASH, 8 * room],
      [layout.N_SHIFTS, 32 * room],
    ]);
  }

  #search(volume: number): void {
    if (this.#capacity === 0) {
      const density = this.#atoms / volume;
      const expected = 4.2 * density * this.#range * this.#range * this.#range;
      this.#capacity = Math.ceil((1.3 * Math.min(expected, 1000) + 16) / 16) * 16;
    }
    for (;;) {
      this.#buffers.found.reserve(layout.ROUGH_BYTES * this.#capacity * this.#atoms);
      this.#words[layout.N_FOUND] = this.#buffers.found.address;
      this.#words[layout.N_CAPACITY] = this.#capacity;
      new Int32Array(this.#pool.memory.buffer, this.#words[layout.N_COUNTER], 1)[0] = 0;
      this.#pool.run('search', this.record);
      this.total = 0;
      this.most = 0;
      for (const count of this.#counts) {
        this.total += count;
        if (count > this.most) this.most = count;
      }
      // One place is scratch, and one is taken by the atom itself.
      if (this.most <= this.#capacity - 2) return;
      this.#capacity = Math.ceil((this.most + 18) / 16) * 16;
    }
  }
}

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/** a·b of 3x3 matrices. */
function multiply(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((_, k) => {
    const row = k - (k % 3);
    return a[row]! * b[k % 3]! + a[row + 1]! * b[3 + (k % 3)]! + a[row + 2]! * b[6 + (k % 3)]!;
  });
}
