/** Values in kernel memory. */
import type { Pool } from './pool.ts';

/** Of the numbers that a kernel works with. */
export type Precision = 'f32' | 'f64';

/** Smallest multiple of `to` that is not below `count`. */
export const padded = (count: number, to: number) => Math.ceil(count / to) * to;

/** Writes values into kernel memory and hands out their addresses. */
export class Writer {
  readonly pool: Pool;
  readonly bytes: 4 | 8;

  constructor(pool: Pool, precision: Precision) {
    this.pool = pool;
    this.bytes = precision === 'f32' ? 4 : 8;
  }

  words(values: ArrayLike<number>): number {
    const at = this.pool.allocate(4 * values.length);
    new Int32Array(this.pool.memory.buffer, at, values.length).set(values);
    return at;
  }

  reals(values: ArrayLike<number>): number {
    const at = this.pool.allocate(8 * values.length);
    new Float64Array(this.pool.memory.buffer, at, values.length).set(values);
    return at;
  }

  /** In the kernel's precision. */
  values(values: ArrayLike<number>): number {
    if (this.bytes === 8) return this.reals(values);
    const at = this.pool.allocate(4 * values.length);
    new Float32Array(this.pool.memory.buffer, at, values.length).set(values);
    return at;
  }

  /** Zeroes in the kernel's precision. */
  room(count: number): number {
    return this.pool.allocate(this.bytes * count);
  }

  /** What lies at an address, in the kernel's precision. */
  view(at: number, count: number): Float32Array | Float64Array {
    const { buffer } = this.pool.memory;
    return this.bytes === 8
      ? new Float64Array(buffer, at, count)
      : new Float32Array(buffer, at, count);
  }
}
