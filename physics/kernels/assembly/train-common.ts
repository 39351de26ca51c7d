/** Division of work, and what layers of both kinds of net share. */
import { lanes, muladd, tanh } from './math';
import { at, ptr, word } from './records';
import {
  C_COUNTERS, L_BIAS, L_IN, L_IN_P, L_OUT_P, L_SKIP, L_STEP, L_T, L_X,
} from './training-layout';

/** Number of the next piece of work of a phase; pieces are independent, so who takes it is free. */
// @ts-ignore: decorator
@inline
export function take(context: usize, phase: i32): i32 {
  return atomic.add<i32>(ptr(context, C_COUNTERS) + ((<usize>phase) << 2), 1);
}

/** Zeroes `count` values of T. */
// @ts-ignore: decorator
@inline
export function clear<T>(values: usize, count: i32): void {
  memory.fill(values, 0, (<usize>count) * sizeof<T>());
}

/** y += skip(x) for `rows` rows of a layer: adds x or (x, x). */
export function addSkip<T>(layer: usize, rows: i32, x: usize, y: usize): void {
  const skip = word(layer, L_SKIP);
  if (skip == 0) return;
  const inputs = word(layer, L_IN);
  const xRow = word(layer, L_IN_P);
  const yRow = word(layer, L_OUT_P);
  const step = lanes<T>();
  const whole = inputs % step == 0;
  for (let r = 0; r < rows; r++) {
    for (let copy = 0; copy < skip; copy++) {
      const target = at<T>(y, copy * inputs);
      if (whole) {
        for (let j = 0; j < inputs; j += step) {
          const place = at<T>(target, j);
          v128.store(place, v128.add<T>(v128.load(place), v128.load(at<T>(x, j))));
        }
      } else {
        for (let j = 0; j < inputs; j++) {
          const place = at<T>(target, j);
          store<T>(place, <T>(load<T>(place) + load<T>(at<T>(x, j))));
        }
      }
    }
    x = at<T>(x, xRow);
    y = at<T>(y, yRow);
  }
}

/** x̄ += skipᵀ(ȳ): the adjoint of `addSkip`. */
export function addSkipAdjoint<T>(layer: usize, rows: i32, yBar: usize, xBar: usize): void {
  const skip = word(layer, L_SKIP);
  if (skip == 0) return;
  const inputs = word(layer, L_IN);
  const xRow = word(layer, L_IN_P);
  const yRow = word(layer, L_OUT_P);
  const step = lanes<T>();
  const whole = inputs % step == 0;
  for (let r = 0; r < rows; r++) {
    for (let copy = 0; copy < skip; copy++) {
      const source = at<T>(yBar, copy * inputs);
      if (whole) {
        for (let j = 0; j < inputs; j += step) {
          const place = at<T>(xBar, j);
          v128.store(place, v128.add<T>(v128.load(place), v128.load(at<T>(source, j))));
        }
      } else {
        for (let j = 0; j < inputs; j++) {
          const place = at<T>(xBar, j);
          store<T>(place, <T>(load<T>(place) + load<T>(at<T>(source, j))));
        }
      }
    }
    xBar = at<T>(xBar, xRow);
    yBar = at<T>(yBar, yRow);
  }
}

/** On z = x·W in the layer's X: t = tanh(z + b), X = step·t + skip(x). */
export function activate<T>(layer: usize, parameters: usize, first: i32, rows: i32, x: usize): void {
  const width = word(layer, L_OUT_P);
  const bias = parameters + ptr(layer, L_BIAS);
  const stepOffset = word(layer, L_STEP);
  const start = first * width;
  const z = at<T>(ptr(layer, L_X), start);
  const t = at<T>(ptr(layer, L_T), start);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < width; j += lanes<T>()) {
      const place = r * width + j;
      const value = tanh<T>(v128.add<T>(v128.load(at<T>(z, place)), v128.load(at<T>(bias, j))));
      v128.store(at<T>(t, place), value);
      v128.store(
        at<T>(z, place),
        stepOffset < 0
          ? value
          : v128.mul<T>(value, v128.load(at<T>(parameters + <usize>stepOffset, j))),
      );
    }
  }
  addSkip<T>(layer, rows, x, z);
}

/** out = step·(1 - t²)·in for `rows` rows of a layer; `out` may be `in`. */
export function throughTanh<T>(
  layer: usize,
  parameters: usize,
  first: i32,
  rows: i32,
  input: usize,
  output: usize,
): void {
  const width = word(layer, L_OUT_P);
  const stepOffset = word(layer, L_STEP);
  const t = at<T>(ptr(layer, L_T), first * width);
  const one = v128.splat<T>(<T>1);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < width; j += lanes<T>()) {
      const place = r * width + j;
      const value = v128.load(at<T>(t, place));
      let slope = v128.sub<T>(one, v128.mul<T>(value, value));
      if (stepOffset >= 0) {
        slope = v128.mul<T>(slope, v128.load(at<T>(parameters + <usize>stepOffset, j)));
      }
      v128.store(at<T>(output, place), v128.mul<T>(slope, v128.load(at<T>(input, place))));
    }
  }
}

/** target[j] = Σ_rows values[row][j], rows in order. */
export function sumRows<T>(rows: i32, width: i32, values: usize, target: usize): void {
  for (let j = 0; j < width; j += lanes<T>()) {
    let total = v128.splat<T>(<T>0);
    for (let r = 0; r < rows; r++) {
      total = v128.add<T>(total, v128.load(at<T>(values, r * width + j)));
    }
    v128.store(at<T>(target, j), total);
  }
}

/** target[j] = Σ_rows a[row][j]·b[row][j] + c[row][j]·d[row][j]·(1 - t[row][j]²). */
export function sumProducts<T>(
  rows: i32,
  width: i32,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  t: usize,
  target: usize,
): void {
  const one = v128.splat<T>(<T>1);
  for (let j = 0; j < width; j += lanes<T>()) {
    let total = v128.splat<T>(<T>0);
    for (let r = 0; r < rows; r++) {
      const place = r * width + j;
      total = muladd<T>(total, v128.load(at<T>(a, place)), v128.load(at<T>(b, place)));
      if (c != 0) {
        const value = v128.load(at<T>(t, place));
        const product = v128.mul<T>(v128.load(at<T>(c, place)), v128.load(at<T>(d, place)));
        total = muladd<T>(total, product, v128.sub<T>(one, v128.mul<T>(value, value)));
      }
    }
    v128.store(at<T>(target, j), total);
  }
}
