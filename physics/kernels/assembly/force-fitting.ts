/** The fitting net on the descriptors of a block of atoms of one type, forwards and back. */
import {
  BLOCK, L_BIAS, L_IN_P, L_OUT_P, L_STEP, L_TRANSPOSED, L_WEIGHTS, LAYER_WORDS, P_BIAS,
  P_DESCRIPTOR, P_FIT, P_FIT_LAYERS, P_FIT_WIDTH, P_OUTPUT, W_D, W_DE_DD, W_FIT_BAR,
  W_FIT_ENERGY, W_FIT_T, W_FIT_X,
} from './force-layout';
import { addSkip, addSkipAdjoint, panels } from './layers';
import { lanes, tanh } from './math';
import { at, ptr, word } from './records';

/** Energies of `atoms` descriptors (f64) and dE/dD. */
export function fit<T>(potential: usize, workspace: usize, type: i32, atoms: i32): void {
  const layers = word(potential, P_FIT_LAYERS);
  const wide = word(potential, P_FIT_WIDTH);
  const size = BLOCK * wide;
  const net = ptr(potential, P_FIT) + ((<usize>(type * layers * LAYER_WORDS)) << 2);
  // Whole tiles of four rows; nobody reads the last ones.
  const rows = (atoms + 3) & ~3;
  let x = ptr(workspace, W_D);
  for (let l = 0; l < layers; l++) {
    const layer = net + ((<usize>(l * LAYER_WORDS)) << 2);
    const out = word(layer, L_OUT_P);
    const y = at<T>(ptr(workspace, W_FIT_X), l * size);
    const depth = word(layer, L_IN_P);
    panels<T>(rows, out, depth, x, depth, ptr(layer, L_WEIGHTS), y, out);
    activate<T>(layer, rows * out, out, y, at<T>(ptr(workspace, W_FIT_T), l * size));
    addSkip<T>(layer, rows, x, y);
    x = y;
  }
  const width = word(net + ((<usize>((layers - 1) * LAYER_WORDS)) << 2), L_OUT_P);
  const output = at<T>(ptr(potential, P_OUTPUT), type * wide);
  const bias = load<f64>(ptr(potential, P_BIAS) + ((<usize>type) << 3));
  let bar = ptr(workspace, W_FIT_BAR);
  for (let r = 0; r < rows; r++) {
    let energy = 0.0;
    for (let j = 0; j < width; j++) {
      const weight = load<T>(at<T>(output, j));
      energy += <f64>load<T>(at<T>(x, r * width + j)) * <f64>weight;
      store<T>(at<T>(bar, r * width + j), weight);
    }
    if (r < atoms) store<f64>(ptr(workspace, W_FIT_ENERGY) + ((<usize>r) << 3), energy + bias);
  }
  for (let l = layers - 1; l >= 0; l--) {
    const layer = net + ((<usize>(l * LAYER_WORDS)) << 2);
    const out = word(layer, L_OUT_P);
    const depth = word(layer, L_IN_P);
    const before = l == 0 ? ptr(workspace, W_DE_DD) : at<T>(ptr(workspace, W_FIT_BAR), (layers - l) % 2 == 0 ? 0 : size);
    const slopes = at<T>(ptr(workspace, W_FIT_T), l * size);
    throughTanh<T>(layer, rows * out, out, slopes, bar);
    panels<T>(rows, depth, out, slopes, out, ptr(layer, L_TRANSPOSED), before, depth);
    addSkipAdjoint<T>(layer, rows, bar, out, before, depth);
    bar = before;
  }
}

/** On z = x·W: t = tanh(z + b), y = step·t. */
function activate<T>(layer: usize, count: i32, width: i32, y: usize, t: usize): void {
  const step = ptr(layer, L_STEP);
  for (let k = 0; k < count; k += width) {
    for (let j = 0; j < width; j += lanes<T>()) {
      const value = tanh<T>(v128.add<T>(v128.load(y), v128.load(at<T>(ptr(layer, L_BIAS), j))));
      v128.store(t, value);
      v128.store(y, step == 0 ? value : v128.mul<T>(value, v128.load(at<T>(step, j))));
      y += 16;
      t += 16;
    }
  }
}

/** t becomes dE/dz = step·(1 - t²)·dE/dy. */
function throughTanh<T>(layer: usize, count: i32, width: i32, t: usize, bar: usize): void {
  const step = ptr(layer, L_STEP);
  const one = v128.splat<T>(<T>1);
  for (let k = 0; k < count; k += width) {
    for (let j = 0; j < width; j += lanes<T>()) {
      const value = v128.load(t);
      let slope = v128.mul<T>(v128.sub<T>(one, v128.mul<T>(value, value)), v128.load(bar));
      if (step != 0) slope = v128.mul<T>(slope, v128.load(at<T>(step, j)));
      v128.store(t, slope);
      t += 16;
      bar += 16;
    }
  }
}
