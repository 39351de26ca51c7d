import { Buffer, type FieldSize } from './buffer.ts';
import type { Pool } from './pool.ts';

/** Scratch memory of each thread: a record whose fields hold the addresses of its arrays. */
export class Workspaces {
  readonly #pool: Pool;
  readonly #fields: number;
  readonly #pointers: Buffer;
  readonly #threads: { readonly record: Int32Array; readonly arrays: Buffer }[] = [];

  /** @param fields how many fields the record has */
  constructor(pool: Pool, fields: number) {
    this.#pool = pool;
    this.#fields = fields;
    this.#pointers = new Buffer(pool);
  }

  /** Makes room for arrays of each thread; returns the address of the records' addresses. */
  reserve(threads: number, sizes: readonly FieldSize[]): number {
    const pool = this.#pool;
    while (this.#threads.length < threads) {
      const address = pool.allocate(4 * this.#fields);
      this.#threads.push({
        record: new Int32Array(pool.memory.buffer, address, this.#fields),
        arrays: new Buffer(pool),
      });
    }
    this.#pointers.reserve(4 * threads);
    const workspaces = this.#threads.slice(0, threads);
    for (const { record, arrays } of workspaces) arrays.reserveFields(record, sizes);
    new Int32Array(pool.memory.buffer, this.#pointers.address, threads).set(
      workspaces.map(({ record }) => record.byteOffset),
    );
    return this.#pointers.address;
  }
}
