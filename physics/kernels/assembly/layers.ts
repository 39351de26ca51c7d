/**
 * Dense layers on eight inputs side by side: values lie as [unit][8], one input a lane. So a
 * weight is one number for all lanes, skips and biases need no alignment, and the product keeps
 * its accumulators, eight vectors, in registers.
 */
import { L_BIAS, L_IN, L_OUT_P, L_SKIP, L_STEP, SIDE } from './force-layout';
import { lanes, muladd, tanhOfEight } from './math';
import { at, ptr, word } from './records';

/**
 * y = xᵀ·W: `cols` (a multiple of 4) units from `depth` (at least 1). `packed` holds W as [cols/4][depth][4].
 * Sums over `depth` in increasing order.
 */
export function product<T>(cols: i32, depth: i32, x: usize, packed: usize, y: usize): void {
  for (let j = 0; j < cols; j += 4) {
    for (let part = 0; part < SIDE / (2 * lanes<T>()); part++) {
      const offset = (<usize>part) << 5;
      tile<T>(depth, x + offset, packed, at<T>(y, j * SIDE) + offset);
    }
    packed += (<usize>(4 * depth)) * sizeof<T>();
  }
}

// Eight accumulators, two vectors of inputs and four weights just fit the 15 registers that the
// compiler has; larger tiles and unrolled loops spill. 46 GFLOP/s of a possible 59 on one core.
// @ts-ignore: decorator
@inline
function tile<T>(depth: i32, x: usize, w: usize, y: usize): void {
  let s00 = v128.splat<T>(0), s01 = s00, s10 = s00, s11 = s00;
  let s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  const end = w + (<usize>(4 * depth)) * sizeof<T>();
  do {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    let a = v128.load_splat<T>(w);
    s00 = muladd<T>(s00, a, x0);
    s01 = muladd<T>(s01, a, x1);
    a = v128.load_splat<T>(w, sizeof<T>());
    s10 = muladd<T>(s10, a, x0);
    s11 = muladd<T>(s11, a, x1);
    a = v128.load_splat<T>(w, 2 * sizeof<T>());
    s20 = muladd<T>(s20, a, x0);
    s21 = muladd<T>(s21, a, x1);
    a = v128.load_splat<T>(w, 3 * sizeof<T>());
    s30 = muladd<T>(s30, a, x0);
    s31 = muladd<T>(s31, a, x1);
    x += SIDE * sizeof<T>();
    w += 4 * sizeof<T>();
  } while (w != end);
  v128.store(y, s00);
  v128.store(y, s01, 16);
  v128.store(y, s10, SIDE * sizeof<T>());
  v128.store(y, s11, SIDE * sizeof<T>() + 16);
  v128.store(y, s20, 2 * SIDE * sizeof<T>());
  v128.store(y, s21, 2 * SIDE * sizeof<T>() + 16);
  v128.store(y, s30, 3 * SIDE * sizeof<T>());
  v128.store(y, s31, 3 * SIDE * sizeof<T>() + 16);
}

/** On z = xᵀ·W in `y`: t = tanh(z + b), y = step·t. */
export function activate<T>(layer: usize, y: usize, t: usize): void {
  const width = word(layer, L_OUT_P);
  const biases = ptr(layer, L_BIAS);
  for (let j = 0; j < width; j++) {
    tanhOfEight<T>(at<T>(y, j * SIDE), v128.load_splat<T>(at<T>(biases, j)), at<T>(t, j * SIDE));
  }
  const step = ptr(layer, L_STEP);
  if (step == 0) {
    memory.copy(y, t, (<usize>(width * SIDE)) * sizeof<T>());
    return;
  }
  for (let j = 0; j < width; j++) {
    const factor = v128.load_splat<T>(at<T>(step, j));
    for (let k = 0; k < SIDE; k += lanes<T>()) {
      v128.store(y, v128.mul<T>(v128.load(t), factor));
      y += 16;
      t += 16;
    }
  }
}

/** result = step·(1 - t²)·values: the derivative of `activate`. May overwrite either. */
export function throughTanh<T>(layer: usize, t: usize, values: usize, result: usize): void {
  const width = word(layer, L_OUT_P);
  const step = ptr(layer, L_STEP);
  const one = v128.splat<T>(<T>1);
  for (let j = 0; j < width; j++) {
    for (let k = 0; k < SIDE; k += lanes<T>()) {
      const value = v128.load(t);
      let slope = v128.mul<T>(v128.sub<T>(one, v128.mul<T>(value, value)), v128.load(values));
      if (step != 0) slope = v128.mul<T>(slope, v128.load_splat<T>(at<T>(step, j)));
      v128.store(result, slope);
      t += 16;
      values += 16;
      result += 16;
    }
  }
}

/** y += skip(x): adds x or (x, x). */
export function addSkip<T>(layer: usize, x: usize, y: usize): void {
  const inputs = word(layer, L_IN);
  for (let copy = 0; copy < word(layer, L_SKIP); copy++) add<T>(at<T>(y, copy * inputs * SIDE), x, inputs);
}

/** xBar += skipᵀ(yBar): the adjoint of `addSkip`. */
export function addSkipAdjoint<T>(layer: usize, yBar: usize, xBar: usize): void {
  const inputs = word(layer, L_IN);
  for (let copy = 0; copy < word(layer, L_SKIP); copy++) add<T>(xBar, at<T>(yBar, copy * inputs * SIDE), inputs);
}

function add<T>(target: usize, source: usize, units: i32): void {
  for (let j = 0; j < units * SIDE; j += lanes<T>()) {
    v128.store(target, v128.add<T>(v128.load(target), v128.load(source)));
    target += 16;
    source += 16;
  }
}

/** to[c][r] = from[r][c]: `rows` and `cols` are multiples of 4. */
export function transpose<T>(rows: i32, cols: i32, from: usize, to: usize): void {
  const fromRow = (<usize>cols) * sizeof<T>();
  const toRow = (<usize>rows) * sizeof<T>();
  for (let r = 0; r < rows; r += lanes<T>()) {
    for (let c = 0; c < cols; c += lanes<T>()) {
      const f = at<T>(from + (<usize>r) * fromRow, c);
      const t = at<T>(to + (<usize>c) * toRow, r);
      const a0 = v128.load(f);
      const a1 = v128.load(f + fromRow);
      if (sizeof<T>() == 4) {
        const a2 = v128.load(f + 2 * fromRow);
        const a3 = v128.load(f + 3 * fromRow);
        const b0 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5);
        const b1 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7);
        const b2 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5);
        const b3 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
        v128.store(t, v128.shuffle<f32>(b0, b2, 0, 1, 4, 5));
        v128.store(t + toRow, v128.shuffle<f32>(b0, b2, 2, 3, 6, 7));
        v128.store(t + 2 * toRow, v128.shuffle<f32>(b1, b3, 0, 1, 4, 5));
        v128.store(t + 3 * toRow, v128.shuffle<f32>(b1, b3, 2, 3, 6, 7));
      } else {
        v128.store(t, v128.shuffle<f64>(a0, a1, 0, 2));
        v128.store(t + toRow, v128.shuffle<f64>(a0, a1, 1, 3));
      }
    }
  }
}
