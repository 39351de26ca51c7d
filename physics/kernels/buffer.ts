import type { Pool } from './pool.ts';

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
}
