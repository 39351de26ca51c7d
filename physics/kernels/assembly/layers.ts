/** Parts that dense layers share. */
import { gemm } from './gemm';
import { L_IN, L_IN_P, L_OUT_P, L_SKIP } from './force-layout';
import { lanes } from './math';
import { at, word } from './records';

/**
 * c = a·B for a matrix in panels: two vectors of columns at a time, [depth][panel] contiguous, so
 * that weights stream through the cache line by line.
 */
export function panels<T>(
  rows: i32,
  cols: i32,
  depth: i32,
  a: usize,
  aRow: i32,
  packed: usize,
  c: usize,
  cRow: i32,
): void {
  const panel = 2 * lanes<T>();
  const size = (<usize>depth) << 5;
  for (let j = 0; j < cols; j += panel) {
    gemm<T>(rows, panel, depth, a, (<usize>aRow) * sizeof<T>(), sizeof<T>(), packed, 32, at<T>(c, j), (<usize>cRow) * sizeof<T>(), false);
    packed += size;
  }
}

/** target += source, `count` values. */
// @ts-ignore: decorator
@inline
function add<T>(target: usize, source: usize, count: i32): void {
  if (count % lanes<T>() == 0) {
    for (let j = 0; j < count; j += lanes<T>()) {
      v128.store(at<T>(target, j), v128.add<T>(v128.load(at<T>(target, j)), v128.load(at<T>(source, j))));
    }
  } else {
    for (let j = 0; j < count; j++) {
      store<T>(at<T>(target, j), <T>(load<T>(at<T>(target, j)) + load<T>(at<T>(source, j))));
    }
  }
}

/** y += skip(x) for `rows` rows of a layer: adds x or (x, x). */
export function addSkip<T>(layer: usize, rows: i32, x: usize, y: usize): void {
  const skip = word(layer, L_SKIP);
  if (skip == 0) return;
  const inputs = word(layer, L_IN);
  for (let r = 0; r < rows; r++) {
    const source = at<T>(x, r * word(layer, L_IN_P));
    const target = at<T>(y, r * word(layer, L_OUT_P));
    add<T>(target, source, inputs);
    if (skip == 2) add<T>(at<T>(target, inputs), source, inputs);
  }
}

/** xBar += skipᵀ(yBar): the adjoint of `addSkip`. */
export function addSkipAdjoint<T>(layer: usize, rows: i32, yBar: usize, yRow: i32, xBar: usize, xRow: i32): void {
  const skip = word(layer, L_SKIP);
  if (skip == 0) return;
  const inputs = word(layer, L_IN);
  for (let r = 0; r < rows; r++) {
    const source = at<T>(yBar, r * yRow);
    const target = at<T>(xBar, r * xRow);
    add<T>(target, source, inputs);
    if (skip == 2) add<T>(target, at<T>(source, inputs), inputs);
  }
}
