import type { Pool } from './pool.ts';

/** A field of a record, which holds the address of an array, and the array's bytes. */
export type FieldSize = readonly [field: number, bytes: number];

const round64 = (bytes: number) => Math.ceil(bytes / 64) * 64;

/** Kernel memory of a size that may grow; its contents are lost when it does. */
export class Buffer {
  readonly #pool: Pool;
  #capacity = 0;
  /** Byte address; 0 before the first `reserve`. */
  address = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Makes room for `bytes`; true when the address has changed. Memory left behind is not reused. */
  reserve(bytes: number): boolean {
    if (bytes <= this.#capacity) return false;
    this.#capacity = Math.ceil(bytes * 1.25);
    this.address = this.#pool.allocate(this.#capacity);
    return true;
  }

  /** Makes room for arrays one after another and notes their addresses in a record. */
  reserveFields(record: Int32Array, sizes: readonly FieldSize[]): void {
    this.reserve(sizes.reduce((sum, [, bytes]) => sum + round64(bytes), 0));
    let at = this.address;
    for (const [field, bytes] of sizes) {
      record[field] = at;
      at += round64(bytes);
    }
  }
}
