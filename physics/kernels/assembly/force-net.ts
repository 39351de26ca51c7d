/**
 * Embedding nets run on the rows themselves, value and derivative together: G and dG/ds follow
 * from one sweep, so the way back needs only two products with dE/dA.
 */
import {
  CHUNK, L_BIAS, L_IN_P, L_OUT_P, L_STEP, L_WEIGHTS, LAYER_WORDS, P_EMBED, P_EMBED_LAYERS,
  P_EMBED_WIDTH, P_WIDTH, R_ROW, ROW_VALUES, W_G, W_G_DOT, W_H, W_H_DOT, W_X, W_X_DOT,
} from './force-layout';
import { gemm, gemmTransposed } from './gemm';
import { addSkip, panels } from './layers';
import { lanes, tanh } from './math';
import { at, ptr, word } from './records';

/** G and dG/ds of `count` rows of one type, to the workspace's rows from `first` on; adds Gᵀ·R to `a`. */
export function embed<T>(
  potential: usize,
  workspace: usize,
  type: i32,
  rows: usize,
  first: i32,
  count: i32,
  a: usize,
): void {
  const layers = word(potential, P_EMBED_LAYERS);
  const width = word(potential, P_WIDTH);
  const half = CHUNK * word(potential, P_EMBED_WIDTH);
  const nets = ptr(potential, P_EMBED) + ((<usize>(type * layers * LAYER_WORDS)) << 2);
  const g = at<T>(ptr(workspace, W_G), first * width);
  const gDot = at<T>(ptr(workspace, W_G_DOT), first * width);
  for (let start = 0; start < count; start += CHUNK) {
    const taken = min(CHUNK, count - start);
    // Whole tiles of four rows: what the last ones hold is overwritten by the rows that follow.
    const filled = (taken + 3) & ~3;
    let x = ptr(workspace, W_X);
    let xDot = ptr(workspace, W_X_DOT);
    for (let k = 0; k < filled; k++) {
      store<T>(at<T>(x, k), k < taken ? load<T>(at<T>(rows, (start + k) * ROW_VALUES + R_ROW)) : <T>0);
      store<T>(at<T>(xDot, k), <T>1);
    }
    for (let l = 0; l < layers; l++) {
      const layer = nets + ((<usize>(l * LAYER_WORDS)) << 2);
      const depth = word(layer, L_IN_P);
      const out = word(layer, L_OUT_P);
      const other = l % 2 == 0 ? half : 0;
      const last = l + 1 == layers;
      const y = last ? at<T>(g, start * width) : at<T>(ptr(workspace, W_X), other);
      const yDot = last ? at<T>(gDot, start * width) : at<T>(ptr(workspace, W_X_DOT), other);
      panels<T>(filled, out, depth, x, depth, ptr(layer, L_WEIGHTS), y, out);
      panels<T>(filled, out, depth, xDot, depth, ptr(layer, L_WEIGHTS), yDot, out);
      activate<T>(layer, filled, out, y, yDot);
      addSkip<T>(layer, filled, x, y);
      addSkip<T>(layer, filled, xDot, yDot);
      x = y;
      xDot = yDot;
    }
  }
  const size = sizeof<T>();
  const wide = (<usize>width) * size;
  gemm<T>(4, width, count, at<T>(rows, R_ROW), size, <usize>ROW_VALUES * size, g, wide, a, wide, true);
}

/** On z = x·W and ż: y = step·tanh(z + b), ẏ its derivative, in place. */
function activate<T>(layer: usize, rows: i32, width: i32, y: usize, yDot: usize): void {
  const bias = ptr(layer, L_BIAS);
  const step = ptr(layer, L_STEP);
  const one = v128.splat<T>(<T>1);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < width; j += lanes<T>()) {
      let t = tanh<T>(v128.add<T>(v128.load(y), v128.load(at<T>(bias, j))));
      let d = v128.mul<T>(v128.sub<T>(one, v128.mul<T>(t, t)), v128.load(yDot));
      if (step != 0) {
        t = v128.mul<T>(t, v128.load(at<T>(step, j)));
        d = v128.mul<T>(d, v128.load(at<T>(step, j)));
      }
      v128.store(y, t);
      v128.store(yDot, d);
      y += 16;
      yDot += 16;
    }
  }
}

/** dE/dR of the rows to `W_H`, T [count][4], the first column with what goes through G. */
export function reverseEmbed<T>(
  potential: usize,
  workspace: usize,
  rows: usize,
  first: i32,
  count: i32,
  deDa: usize,
): void {
  const width = word(potential, P_WIDTH);
  const wide = (<usize>width) * sizeof<T>();
  const h = ptr(workspace, W_H);
  const hDot = ptr(workspace, W_H_DOT);
  const four = 4 * sizeof<T>();
  gemmTransposed<T>(count, 4, width, at<T>(ptr(workspace, W_G), first * width), wide, deDa, wide, h, four, false);
  gemmTransposed<T>(count, 4, width, at<T>(ptr(workspace, W_G_DOT), first * width), wide, deDa, wide, hDot, four, false);
  for (let k = 0; k < count; k++) {
    const row = at<T>(rows, k * ROW_VALUES + R_ROW);
    const own = at<T>(h, 4 * k);
    const dot = at<T>(hDot, 4 * k);
    let through: T = <T>0;
    for (let c = 0; c < 4; c++) through = <T>(through + load<T>(at<T>(row, c)) * load<T>(at<T>(dot, c)));
    store<T>(own, <T>(load<T>(own) + through));
  }
}
