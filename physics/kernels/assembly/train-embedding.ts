/**
 * Embedding nets on the nodes of a uniform grid of their one input.
 *
 * The input of an embedding net is one number, and frames do not move: so G at a neighbour is a
 * fixed combination of G at `POINTS` nodes around it, and a net is run and differentiated at some
 * hundred nodes instead of at every neighbour of every atom of the batch.
 */
import { gemm, gemmTransposed } from './gemm';
import { at, ptr, setWord, word } from './records';
import { activate, addSkipAdjoint, clear, sumProducts, sumRows, take, throughTanh } from './train-common';
import {
  A_RANGE, ATOM_WORDS, C_A_BAR, C_ACTIVE, C_ATOM_COUNT, C_ATOMS, C_DE_DA, C_EMBED, C_EMBED_ITEMS,
  C_EMBED_LAYERS, C_EMBED_ITEM_COUNT, C_GRADIENT, C_NODE_FIRST, C_NODE_TOTAL, C_NODE_X, C_PARAMETERS, C_SPREAD,
  C_SPREAD_DOT, C_TYPES, C_WIDTH, L_BIAS, L_IN, L_IN_P, L_OUT_P, L_STEP, L_T, L_WEIGHTS, L_X, L_X_BAR,
  L_Z_BAR, LAYER_WORDS,
} from './training-layout';
import { adam } from './train-adam';

/** Nodes of one piece of work. */
const BLOCK: i32 = 16;

// @ts-ignore: decorator
@inline
export function embedLayer(context: usize, type: i32, layer: i32): usize {
  const index = type * word(context, C_EMBED_LAYERS) + layer;
  return ptr(context, C_EMBED) + ((<usize>(index * LAYER_WORDS)) << 2);
}

/** G of a type: T [nodes][width]. */
// @ts-ignore: decorator
@inline
export function nodeValues(context: usize, type: i32): usize {
  return ptr(embedLayer(context, type, word(context, C_EMBED_LAYERS) - 1), L_X);
}

/** Runs every net on the nodes that the batch needs. */
export function runEmbeddings<T>(context: usize, phase: i32): void {
  const types = word(context, C_TYPES);
  const active = ptr(context, C_ACTIVE);
  let mine = take(context, phase);
  let index = 0;
  for (let type = 0; type < types; type++) {
    const end = word(active, 2 * type + 1);
    for (let first = word(active, 2 * type); first < end; first += BLOCK) {
      if (index++ != mine) continue;
      forward<T>(context, type, first, min(BLOCK, end - first));
      mine = take(context, phase);
    }
  }
}

export function forward<T>(context: usize, type: i32, first: i32, rows: i32): void {
  const layers = word(context, C_EMBED_LAYERS);
  const parameters = ptr(context, C_PARAMETERS);
  const size = sizeof<T>();
  let x = at<T>(ptr(context, C_NODE_X), word(ptr(context, C_NODE_FIRST), type) + first);
  let width = 1;
  for (let l = 0; l < layers; l++) {
    const layer = embedLayer(context, type, l);
    const out = word(layer, L_OUT_P);
    const z = at<T>(ptr(layer, L_X), first * out);
    const outRow = (<usize>out) * size;
    gemm<T>(rows, out, width, x, (<usize>width) * size, size, parameters + ptr(layer, L_WEIGHTS), outRow, z, outRow, false);
    activate<T>(layer, parameters, first, rows, x);
    x = z;
    width = out;
  }
}

/** Ḡ on the nodes, gathered from all atoms in their order, and back through the nets. */
export function reverseEmbeddings<T>(context: usize, phase: i32): void {
  const types = word(context, C_TYPES);
  const active = ptr(context, C_ACTIVE);
  let mine = take(context, phase);
  let index = 0;
  for (let type = 0; type < types; type++) {
    const end = word(active, 2 * type + 1);
    for (let first = word(active, 2 * type); first < end; first += BLOCK) {
      if (index++ != mine) continue;
      const rows = min(BLOCK, end - first);
      gather<T>(context, type, first, rows);
      backward<T>(context, type, first, rows);
      mine = take(context, phase);
    }
  }
}

function gather<T>(context: usize, type: i32, first: i32, rows: i32): void {
  const width = word(context, C_WIDTH);
  const size = sizeof<T>();
  const widthBytes = (<usize>width) * size;
  const total = word(context, C_NODE_TOTAL);
  const layer = embedLayer(context, type, word(context, C_EMBED_LAYERS) - 1);
  const bar = at<T>(ptr(layer, L_X_BAR), first * width);
  clear<T>(bar, rows * width);
  const atoms = word(context, C_ATOM_COUNT);
  const offset = word(ptr(context, C_NODE_FIRST), type);
  for (let a = 0; a < atoms; a++) {
    const atom = ptr(context, C_ATOMS) + ((<usize>(a * ATOM_WORDS)) << 2);
    const from = max(first, word(atom, A_RANGE + 2 * type));
    const count = min(first + rows, word(atom, A_RANGE + 2 * type + 1)) - from;
    if (count <= 0) continue;
    const node = (a * total + offset + from) * 4;
    const target = at<T>(bar, (from - first) * width);
    gemm<T>(count, width, 4, at<T>(ptr(context, C_SPREAD), node), 4 * size, size, at<T>(ptr(context, C_A_BAR), a * 4 * width), widthBytes, target, widthBytes, true);
    gemm<T>(count, width, 4, at<T>(ptr(context, C_SPREAD_DOT), node), 4 * size, size, at<T>(ptr(context, C_DE_DA), a * 4 * width), widthBytes, target, widthBytes, true);
  }
}

function backward<T>(context: usize, type: i32, first: i32, rows: i32): void {
  const parameters = ptr(context, C_PARAMETERS);
  const size = sizeof<T>();
  for (let l = word(context, C_EMBED_LAYERS) - 1; l >= 0; l--) {
    const layer = embedLayer(context, type, l);
    const out = word(layer, L_OUT_P);
    const xBar = at<T>(ptr(layer, L_X_BAR), first * out);
    const zBar = at<T>(ptr(layer, L_Z_BAR), first * out);
    throughTanh<T>(layer, parameters, first, rows, xBar, zBar);
    if (l == 0) break;
    const below = embedLayer(context, type, l - 1);
    const width = word(layer, L_IN_P);
    const belowBar = at<T>(ptr(below, L_X_BAR), first * width);
    gemmTransposed<T>(rows, width, out, zBar, (<usize>out) * size, parameters + ptr(layer, L_WEIGHTS), (<usize>out) * size, belowBar, (<usize>width) * size, false);
    addSkipAdjoint<T>(layer, rows, xBar, belowBar);
  }
}

/** Gradients of the embedding nets' parameters, and Adam's step on them. */
export function updateEmbeddings<T>(context: usize, phase: i32, learn: bool): void {
  const items = ptr(context, C_EMBED_ITEMS);
  const count = word(context, C_EMBED_ITEM_COUNT);
  for (let k = take(context, phase); k < count; k = take(context, phase)) {
    const item = items + ((<usize>k) << 4);
    const type = word(item, 0);
    const first = word(item, 2);
    const rows = word(item, 3);
    const layer = embedLayer(context, type, word(item, 1));
    layerGradient<T>(context, type, word(item, 1), layer, first, rows);
    const out = word(layer, L_OUT_P);
    if (!learn) continue;
    adam<T>(context, ptr(layer, L_WEIGHTS) + (<usize>(first * out)) * sizeof<T>(), rows * out);
    if (first > 0) continue;
    adam<T>(context, ptr(layer, L_BIAS), out);
    if (word(layer, L_STEP) >= 0) adam<T>(context, ptr(layer, L_STEP), out);
  }
}

function layerGradient<T>(context: usize, type: i32, l: i32, layer: usize, first: i32, rows: i32): void {
  const size = sizeof<T>();
  const out = word(layer, L_OUT_P);
  const outRow = (<usize>out) * size;
  const active = ptr(context, C_ACTIVE);
  const start = word(active, 2 * type);
  const nodes = word(active, 2 * type + 1) - start;
  const zBar = at<T>(ptr(layer, L_Z_BAR), start * out);
  const gradient = ptr(context, C_GRADIENT);
  let x = at<T>(ptr(context, C_NODE_X), word(ptr(context, C_NODE_FIRST), type) + start);
  let width = 1;
  if (l > 0) {
    width = word(layer, L_IN_P);
    x = at<T>(ptr(embedLayer(context, type, l - 1), L_X), start * width);
  }
  gemm<T>(rows, out, nodes, at<T>(x, first), size, (<usize>width) * size, zBar, outRow, gradient + ptr(layer, L_WEIGHTS) + (<usize>first) * outRow, outRow, false);
  if (first > 0) return;
  sumRows<T>(nodes, out, zBar, gradient + ptr(layer, L_BIAS));
  if (word(layer, L_STEP) >= 0) {
    const bar = at<T>(ptr(layer, L_X_BAR), start * out);
    sumProducts<T>(nodes, out, bar, at<T>(ptr(layer, L_T), start * out), 0, 0, 0, gradient + ptr(layer, L_STEP));
  }
}
