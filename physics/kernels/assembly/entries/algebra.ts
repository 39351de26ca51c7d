/** The shared building blocks on their own, for `test/kernels/algebra.test.ts`. */
import { barrier } from '../barrier';
import { gemm, gemmTransposed } from '../gemm';
import { tanh } from '../math';

export function gemm32(rows: i32, cols: i32, depth: i32, a: usize, b: usize, c: usize): void {
  gemm<f32>(rows, cols, depth, a, (<usize>depth) * 4, 4, b, (<usize>cols) * 4, c, (<usize>cols) * 4, false);
}
export function gemm64(rows: i32, cols: i32, depth: i32, a: usize, b: usize, c: usize): void {
  gemm<f64>(rows, cols, depth, a, (<usize>depth) * 8, 8, b, (<usize>cols) * 8, c, (<usize>cols) * 8, false);
}
/** `b` is [cols][depth]. */
export function transposed32(rows: i32, cols: i32, depth: i32, a: usize, b: usize, c: usize): void {
  gemmTransposed<f32>(rows, cols, depth, a, (<usize>depth) * 4, b, (<usize>depth) * 4, c, (<usize>cols) * 4, false);
}
export function transposed64(rows: i32, cols: i32, depth: i32, a: usize, b: usize, c: usize): void {
  gemmTransposed<f64>(rows, cols, depth, a, (<usize>depth) * 8, b, (<usize>depth) * 8, c, (<usize>cols) * 8, false);
}
/** In place, `count` a multiple of the lanes. */
export function tanh32(values: usize, count: i32): void {
  for (let k = 0; k < count; k += 4, values += 16) v128.store(values, tanh<f32>(v128.load(values)));
}
export function tanh64(values: usize, count: i32): void {
  for (let k = 0; k < count; k += 2, values += 16) v128.store(values, tanh<f64>(v128.load(values)));
}
/** Each thread adds 1 to `counts[round]`, then notes in `seen` whether all had before anyone went on. */
export function meet(words: usize, counts: usize, early: usize, rounds: i32, thread: i32, threads: i32): void {
  for (let k = 0; k < rounds; k++) {
    atomic.add<i32>(counts + ((<usize>k) << 2), 1);
    barrier(words, threads);
    if (atomic.load<i32>(counts + ((<usize>k) << 2)) != threads) atomic.add<i32>(early, 1);
  }
}
