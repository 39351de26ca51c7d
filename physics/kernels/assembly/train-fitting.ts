/**
 * Fitting nets on the descriptors of all atoms of the batch, sorted by type.
 *
 * Forward and backward give E and dE/dD. The loss is differentiated as cE·E + Ė with Ė the
 * derivative of E along Ḋ: the adjoints of the derivatives (of ẋ and ż) are those of the first
 * backward pass, p = dE/dx and q = dE/dz, so one further backward pass is all.
 */
import { gemm, gemmTransposed } from './gemm';
import { lanes, muladd, sum } from './math';
import { adam } from './train-adam';
import { at, ptr, real, word } from './records';
import { activate, addSkip, addSkipAdjoint, sumProducts, sumRows, take, throughTanh } from './train-common';
import {
  C_D, C_D_BAR, C_D_DOT, C_DE_DD, C_DESCRIPTOR, C_ENERGIES, C_ENERGY_BAR, C_FIT, C_FIT_ITEM_COUNT,
  C_FIT_ITEMS, C_FIT_LAYERS, C_GRADIENT, C_OFFSETS, C_OUTPUT, C_PARAMETERS, C_ROW_COUNT, C_ROW_FIRST, C_TYPES,
  L_BIAS, L_IN_P, L_OUT_P, L_P, L_Q, L_STEP, L_T, L_WEIGHTS, L_X, L_X_BAR, L_X_DOT, L_Z_BAR, L_Z_DOT,
  LAYER_WORDS,
} from './training-layout';

// @ts-ignore: decorator
@inline
function fitLayer(context: usize, type: i32, layer: i32): usize {
  const index = type * word(context, C_FIT_LAYERS) + layer;
  return ptr(context, C_FIT) + ((<usize>(index * LAYER_WORDS)) << 2);
}

/** Rows of one piece of work: small, to be shared; all at once on one thread. */
// @ts-ignore: decorator
@inline
function blockRows(threads: i32): i32 {
  return threads == 1 ? 64 : 4;
}

/** Energies, their derivatives by every layer's inputs, and dE/dD. */
export function fit<T>(context: usize, phase: i32, threads: i32): void {
  const types = word(context, C_TYPES);
  const block = blockRows(threads);
  let mine = take(context, phase);
  let index = 0;
  for (let type = 0; type < types; type++) {
    const first = word(ptr(context, C_ROW_FIRST), type);
    const end = first + ((word(ptr(context, C_ROW_COUNT), type) + 3) & ~3);
    for (let row = first; row < end; row += block) {
      if (index++ != mine) continue;
      fitRows<T>(context, type, row, min(block, end - row));
      mine = take(context, phase);
    }
  }
}

function fitRows<T>(context: usize, type: i32, first: i32, rows: i32): void {
  const layers = word(context, C_FIT_LAYERS);
  const parameters = ptr(context, C_PARAMETERS);
  const size = sizeof<T>();
  let x = at<T>(ptr(context, C_D), first * word(context, C_DESCRIPTOR));
  let layer: usize = 0;
  for (let l = 0; l < layers; l++) {
    layer = fitLayer(context, type, l);
    const width = word(layer, L_IN_P);
    const out = word(layer, L_OUT_P);
    const outRow = (<usize>out) * size;
    const z = at<T>(ptr(layer, L_X), first * out);
    gemm<T>(rows, out, width, x, (<usize>width) * size, size, parameters + ptr(layer, L_WEIGHTS), outRow, z, outRow, false);
    activate<T>(layer, parameters, first, rows, x);
    x = z;
  }
  const output = ptr(context, C_OUTPUT) + ((<usize>type) << 3);
  const weights = parameters + ptr(output, 0);
  const bias = real(ptr(context, C_OFFSETS), type) + <f64>load<T>(parameters + ptr(output, 1));
  const last = word(layer, L_OUT_P);
  const p = at<T>(ptr(layer, L_P), first * last);
  for (let r = 0; r < rows; r++) {
    let total = v128.splat<T>(<T>0);
    for (let j = 0; j < last; j += lanes<T>()) {
      const w = v128.load(at<T>(weights, j));
      total = muladd<T>(total, v128.load(at<T>(x, r * last + j)), w);
      v128.store(at<T>(p, r * last + j), w);
    }
    store<f64>(ptr(context, C_ENERGIES) + ((<usize>(first + r)) << 3), bias + <f64>sum<T>(total));
  }
  for (let l = layers - 1; l >= 0; l--) {
    layer = fitLayer(context, type, l);
    const width = word(layer, L_IN_P);
    const out = word(layer, L_OUT_P);
    const pHere = at<T>(ptr(layer, L_P), first * out);
    const q = at<T>(ptr(layer, L_Q), first * out);
    throughTanh<T>(layer, parameters, first, rows, pHere, q);
    const below = l > 0
      ? at<T>(ptr(fitLayer(context, type, l - 1), L_P), first * width)
      : at<T>(ptr(context, C_DE_DD), first * width);
    gemmTransposed<T>(rows, width, out, q, (<usize>out) * size, parameters + ptr(layer, L_WEIGHTS), (<usize>out) * size, below, (<usize>width) * size, false);
    addSkipAdjoint<T>(layer, rows, pHere, below);
  }
}

/** Derivatives along Ḋ, and the adjoints of z and D. */
export function fitDirection<T>(context: usize, phase: i32, threads: i32): void {
  const types = word(context, C_TYPES);
  const block = blockRows(threads);
  let mine = take(context, phase);
  let index = 0;
  for (let type = 0; type < types; type++) {
    const first = word(ptr(context, C_ROW_FIRST), type);
    const end = first + ((word(ptr(context, C_ROW_COUNT), type) + 3) & ~3);
    for (let row = first; row < end; row += block) {
      if (index++ != mine) continue;
      directionRows<T>(context, type, row, min(block, end - row));
      mine = take(context, phase);
    }
  }
}

function directionRows<T>(context: usize, type: i32, first: i32, rows: i32): void {
  const layers = word(context, C_FIT_LAYERS);
  const parameters = ptr(context, C_PARAMETERS);
  const size = sizeof<T>();
  let xDot = at<T>(ptr(context, C_D_DOT), first * word(context, C_DESCRIPTOR));
  let layer: usize = 0;
  for (let l = 0; l < layers; l++) {
    layer = fitLayer(context, type, l);
    const width = word(layer, L_IN_P);
    const out = word(layer, L_OUT_P);
    const outRow = (<usize>out) * size;
    const zDot = at<T>(ptr(layer, L_Z_DOT), first * out);
    const outDot = at<T>(ptr(layer, L_X_DOT), first * out);
    gemm<T>(rows, out, width, xDot, (<usize>width) * size, size, parameters + ptr(layer, L_WEIGHTS), outRow, zDot, outRow, false);
    throughTanh<T>(layer, parameters, first, rows, zDot, outDot);
    addSkip<T>(layer, rows, xDot, outDot);
    xDot = outDot;
  }
  const output = ptr(context, C_OUTPUT) + ((<usize>type) << 3);
  const weights = parameters + ptr(output, 0);
  const last = word(layer, L_OUT_P);
  const top = at<T>(ptr(layer, L_X_BAR), first * last);
  for (let r = 0; r < rows; r++) {
    const bar = v128.load_splat<T>(at<T>(ptr(context, C_ENERGY_BAR), first + r));
    for (let j = 0; j < last; j += lanes<T>()) {
      v128.store(at<T>(top, r * last + j), v128.mul<T>(bar, v128.load(at<T>(weights, j))));
    }
  }
  const two = v128.splat<T>(<T>2);
  for (let l = layers - 1; l >= 0; l--) {
    layer = fitLayer(context, type, l);
    const width = word(layer, L_IN_P);
    const out = word(layer, L_OUT_P);
    const start = first * out;
    const xBar = at<T>(ptr(layer, L_X_BAR), start);
    const zBar = at<T>(ptr(layer, L_Z_BAR), start);
    const t = at<T>(ptr(layer, L_T), start);
    const p = at<T>(ptr(layer, L_P), start);
    const zDot = at<T>(ptr(layer, L_Z_DOT), start);
    // z̄ = (1 - t²)·(x̄ - 2·t·ż·p), times the layer's step.
    for (let k = 0; k < rows * out; k += lanes<T>()) {
      const curved = v128.mul<T>(
        v128.mul<T>(two, v128.load(at<T>(t, k))),
        v128.mul<T>(v128.load(at<T>(zDot, k)), v128.load(at<T>(p, k))),
      );
      v128.store(at<T>(zBar, k), v128.sub<T>(v128.load(at<T>(xBar, k)), curved));
    }
    throughTanh<T>(layer, parameters, first, rows, zBar, zBar);
    const below = l > 0
      ? at<T>(ptr(fitLayer(context, type, l - 1), L_X_BAR), first * width)
      : at<T>(ptr(context, C_D_BAR), first * width);
    gemmTransposed<T>(rows, width, out, zBar, (<usize>out) * size, parameters + ptr(layer, L_WEIGHTS), (<usize>out) * size, below, (<usize>width) * size, false);
    addSkipAdjoint<T>(layer, rows, xBar, below);
  }
}

/** Gradients of the fitting nets' parameters, and Adam's step on them. */
export function updateFittings<T>(context: usize, phase: i32, learn: bool): void {
  const items = ptr(context, C_FIT_ITEMS);
  const count = word(context, C_FIT_ITEM_COUNT);
  const layers = word(context, C_FIT_LAYERS);
  for (let k = take(context, phase); k < count; k = take(context, phase)) {
    const item = items + ((<usize>k) << 4);
    const type = word(item, 0);
    if (word(item, 1) == layers) outputGradient<T>(context, type, learn);
    else layerGradient<T>(context, type, word(item, 1), word(item, 2), word(item, 3), learn);
  }
}

function layerGradient<T>(context: usize, type: i32, l: i32, first: i32, rows: i32, learn: bool): void {
  const size = sizeof<T>();
  const layer = fitLayer(context, type, l);
  const width = word(layer, L_IN_P);
  const out = word(layer, L_OUT_P);
  const widthBytes = (<usize>width) * size;
  const outBytes = (<usize>out) * size;
  const start = word(ptr(context, C_ROW_FIRST), type);
  const atoms = word(ptr(context, C_ROW_COUNT), type);
  const below = l > 0 ? fitLayer(context, type, l - 1) : 0;
  const x = at<T>(l > 0 ? ptr(below, L_X) : ptr(context, C_D), start * width + first);
  const xDot = at<T>(l > 0 ? ptr(below, L_X_DOT) : ptr(context, C_D_DOT), start * width + first);
  const zBar = at<T>(ptr(layer, L_Z_BAR), start * out);
  const q = at<T>(ptr(layer, L_Q), start * out);
  const gradient = ptr(context, C_GRADIENT);
  const offset = ptr(layer, L_WEIGHTS) + (<usize>first) * outBytes;
  gemm<T>(rows, out, atoms, x, size, widthBytes, zBar, outBytes, gradient + offset, outBytes, false);
  gemm<T>(rows, out, atoms, xDot, size, widthBytes, q, outBytes, gradient + offset, outBytes, true);
  if (learn) adam<T>(context, offset, rows * out);
  if (first > 0) return;
  sumRows<T>(atoms, out, zBar, gradient + ptr(layer, L_BIAS));
  if (learn) adam<T>(context, ptr(layer, L_BIAS), out);
  if (word(layer, L_STEP) < 0) return;
  sumProducts<T>(
    atoms,
    out,
    at<T>(ptr(layer, L_X_BAR), start * out),
    at<T>(ptr(layer, L_T), start * out),
    at<T>(ptr(layer, L_P), start * out),
    at<T>(ptr(layer, L_Z_DOT), start * out),
    at<T>(ptr(layer, L_T), start * out),
    gradient + ptr(layer, L_STEP),
  );
  if (learn) adam<T>(context, ptr(layer, L_STEP), out);
}

/** The linear layer: w̄ = Σ_rows cE·x + ẋ, b̄ = Σ_rows cE. */
function outputGradient<T>(context: usize, type: i32, learn: bool): void {
  const layer = fitLayer(context, type, word(context, C_FIT_LAYERS) - 1);
  const width = word(layer, L_OUT_P);
  const output = ptr(context, C_OUTPUT) + ((<usize>type) << 3);
  const gradient = ptr(context, C_GRADIENT);
  const start = word(ptr(context, C_ROW_FIRST), type);
  const atoms = word(ptr(context, C_ROW_COUNT), type);
  const x = at<T>(ptr(layer, L_X), start * width);
  const xDot = at<T>(ptr(layer, L_X_DOT), start * width);
  const bars = at<T>(ptr(context, C_ENERGY_BAR), start);
  for (let j = 0; j < width; j += lanes<T>()) {
    let total = v128.splat<T>(<T>0);
    for (let r = 0; r < atoms; r++) {
      total = muladd<T>(total, v128.load_splat<T>(at<T>(bars, r)), v128.load(at<T>(x, r * width + j)));
      total = v128.add<T>(total, v128.load(at<T>(xDot, r * width + j)));
    }
    v128.store(at<T>(gradient + ptr(output, 0), j), total);
  }
  let bias = <T>0;
  for (let r = 0; r < atoms; r++) bias = <T>(bias + load<T>(at<T>(bars, r)));
  store<T>(gradient + ptr(output, 1), bias);
  if (!learn) return;
  adam<T>(context, ptr(output, 0), width);
  // The bias is alone in a vector of its own; the rest of it stays zero.
  adam<T>(context, ptr(output, 1), lanes<T>());
}
