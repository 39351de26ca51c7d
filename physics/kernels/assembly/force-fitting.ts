/** The fitting net on the descriptors of a block of atoms of one type, forwards and back. */
import {
  L_IN_P, L_OUT_P, L_TRANSPOSED, L_WEIGHTS, LAYER_WORDS, P_BIAS, P_DESCRIPTOR, P_FIT,
  P_FIT_LAYERS, P_FIT_WIDTH, P_OUTPUT, SIDE, W_D, W_FIT_D, W_FIT_ENERGY, W_FIT_T, W_FIT_X,
} from './force-layout';
import { activate, addSkip, addSkipAdjoint, product, throughTanh, transpose } from './layers';
import { lanes } from './math';
import { at, ptr, word } from './records';

/** Energies (f64) of the block's descriptors, which become dE/dD. Unused lanes hold anything. */
export function fit<T>(potential: usize, workspace: usize, type: i32): void {
  const layers = word(potential, P_FIT_LAYERS);
  const wide = word(potential, P_FIT_WIDTH);
  const size = SIDE * wide;
  const net = ptr(potential, P_FIT) + ((<usize>(type * layers * LAYER_WORDS)) << 2);
  const buffers = ptr(workspace, W_FIT_X);
  const slopes = ptr(workspace, W_FIT_T);
  const d = ptr(workspace, W_FIT_D);
  transpose<T>(SIDE, word(potential, P_DESCRIPTOR), ptr(workspace, W_D), d);
  let x = d;
  for (let l = 0; l < layers; l++) {
    const layer = net + ((<usize>(l * LAYER_WORDS)) << 2);
    const y = at<T>(buffers, l % 2 == 0 ? 0 : size);
    product<T>(word(layer, L_OUT_P), word(layer, L_IN_P), x, ptr(layer, L_WEIGHTS), y);
    activate<T>(layer, y, at<T>(slopes, l * size));
    addSkip<T>(layer, x, y);
    x = y;
  }
  output<T>(potential, workspace, type, word(net + ((<usize>((layers - 1) * LAYER_WORDS)) << 2), L_OUT_P), x);
  for (let l = layers - 1; l >= 0; l--) {
    const layer = net + ((<usize>(l * LAYER_WORDS)) << 2);
    const t = at<T>(slopes, l * size);
    const before = l == 0 ? d : at<T>(buffers, l % 2 == 0 ? size : 0);
    throughTanh<T>(layer, t, x, t);
    product<T>(word(layer, L_IN_P), word(layer, L_OUT_P), t, ptr(layer, L_TRANSPOSED), before);
    addSkipAdjoint<T>(layer, x, before);
    x = before;
  }
  transpose<T>(word(potential, P_DESCRIPTOR), SIDE, d, ptr(workspace, W_D));
}

/** The last, linear layer in f64; then x holds dE/dx. */
function output<T>(potential: usize, workspace: usize, type: i32, width: i32, x: usize): void {
  const weights = at<T>(ptr(potential, P_OUTPUT), type * word(potential, P_FIT_WIDTH));
  const bias = load<f64>(ptr(potential, P_BIAS) + ((<usize>type) << 3));
  const energies = ptr(workspace, W_FIT_ENERGY);
  for (let k = 0; k < SIDE; k++) {
    let energy = bias;
    for (let j = 0; j < width; j++) {
      energy += <f64>load<T>(at<T>(x, j * SIDE + k)) * <f64>load<T>(at<T>(weights, j));
    }
    store<f64>(energies + ((<usize>k) << 3), energy);
  }
  for (let j = 0; j < width; j++) {
    const weight = v128.load_splat<T>(at<T>(weights, j));
    for (let k = 0; k < SIDE; k += lanes<T>()) v128.store(at<T>(x, j * SIDE + k), weight);
  }
}
