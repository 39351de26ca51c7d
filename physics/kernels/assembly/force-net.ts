/**
 * Embedding nets run on the rows themselves, value and derivative together: G and dG/ds follow
 * from one sweep, so the way back needs only two products with dE/dA.
 */
import {
  L_IN_P, L_OUT_P, L_WEIGHTS, LAYER_WORDS, P_EMBED, P_EMBED_LAYERS, P_EMBED_WIDTH, P_WIDTH,
  R_ROW, ROW_VALUES, SIDE, W_G, W_G_DOT, W_H, W_H_DOT, W_T, W_X, W_X_DOT,
} from './force-layout';
import { gemm, gemmTransposed } from './gemm';
import { activate, addSkip, product, throughTanh, transpose } from './layers';
import { at, ptr, word } from './records';

/** G and dG/ds of `count` rows by one net, to the workspace's rows from `first` on; adds Gᵀ·R to `a`. */
export function embed<T>(
  potential: usize,
  workspace: usize,
  net: i32,
  rows: usize,
  first: i32,
  count: i32,
  a: usize,
): void {
  const layers = word(potential, P_EMBED_LAYERS);
  const width = word(potential, P_WIDTH);
  const half = SIDE * word(potential, P_EMBED_WIDTH);
  const records = ptr(potential, P_EMBED) + ((<usize>(net * layers * LAYER_WORDS)) << 2);
  const g = at<T>(ptr(workspace, W_G), first * width);
  const gDot = at<T>(ptr(workspace, W_G_DOT), first * width);
  const t = ptr(workspace, W_T);
  for (let start = 0; start < count; start += SIDE) {
    let x = ptr(workspace, W_X);
    let xDot = ptr(workspace, W_X_DOT);
    for (let k = 0; k < SIDE; k++) {
      store<T>(at<T>(x, k), start + k < count ? load<T>(at<T>(rows, (start + k) * ROW_VALUES + R_ROW)) : <T>0);
      store<T>(at<T>(xDot, k), <T>1);
    }
    for (let l = 0; l < layers; l++) {
      const layer = records + ((<usize>(l * LAYER_WORDS)) << 2);
      const other = l % 2 == 0 ? half : 0;
      const y = at<T>(ptr(workspace, W_X), other);
      const yDot = at<T>(ptr(workspace, W_X_DOT), other);
      product<T>(word(layer, L_OUT_P), word(layer, L_IN_P), x, ptr(layer, L_WEIGHTS), y);
      product<T>(word(layer, L_OUT_P), word(layer, L_IN_P), xDot, ptr(layer, L_WEIGHTS), yDot);
      activate<T>(layer, y, t);
      throughTanh<T>(layer, t, yDot, yDot);
      addSkip<T>(layer, x, y);
      addSkip<T>(layer, xDot, yDot);
      x = y;
      xDot = yDot;
    }
    // Lanes beyond `count` go to rows that the next neighbours overwrite.
    transpose<T>(width, SIDE, x, at<T>(g, start * width));
    transpose<T>(width, SIDE, xDot, at<T>(gDot, start * width));
  }
  const size = sizeof<T>();
  const wide = (<usize>width) * size;
  gemm<T>(4, width, count, at<T>(rows, R_ROW), size, <usize>ROW_VALUES * size, g, wide, a, wide, true);
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
