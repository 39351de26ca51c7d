/**
 * From environments to descriptors and back, atom by atom.
 *
 * With G_k the embedding net at node k and w_k(x) the Lagrange polynomials around x,
 * A = Σ_pairs R ⊗ G(x)/Σsel = spreadᵀ·G, spread[k] = Σ_pairs w_k(x)·R/Σsel. Everything that the
 * loss needs of a pair follows from `spread`, its derivative along a direction, and G·(dE/dA)ᵀ.
 */
import { gemm, gemmTransposed } from './gemm';
import { lanes, muladd, sum } from './math';
import { nodeValues } from './train-embedding';
import { at, ptr, real, setWord, word } from './records';
import { clear, take } from './train-common';
import {
  A_ENVIRONMENT, A_FIRST, A_FRAME, A_PAIR, A_RANGE, A_ROW, A_TYPE, ATOM_WORDS, C_A, C_A_AXIS,
  C_A_BAR, C_A_DOT, C_A_DOT_AXIS, C_ATOM_COUNT, C_ATOMS, C_AXIS, C_D, C_D_BAR, C_D_DOT, C_DE_DA,
  C_DE_DD, C_DESCRIPTOR, C_DIRECTION, C_NODE_FIRST, C_NODE_GRADIENT, C_NODE_TOTAL, C_ORIGIN, C_PAD,
  C_PAIR_GRADIENT, C_PAIR_NODES, C_PAIR_WEIGHTS, C_POINT_TABLE, C_SEL, C_SPREAD, C_SPREAD_DOT,
  C_TRUE_AXIS, C_TYPES, C_VIRIAL_BAR, C_WIDTH, N_COUNTS, N_PAIRS, P_ACROSS, P_ALONG, P_DISTANCE, P_INDEX, P_R,
  P_SLOPE, P_UNIT, PAIR_VALUES, POINTS, X_INVERSE_SLOTS, X_SPACING,
} from './training-layout';

// @ts-ignore: decorator
@inline
export function batchAtom(context: usize, a: i32): usize {
  return ptr(context, C_ATOMS) + ((<usize>(a * ATOM_WORDS)) << 2);
}

/**
 * Lagrange polynomials at x and, scaled by 1/spacing, their slopes into `weights`.
 *
 * @returns the first of the `POINTS` nodes
 */
// @ts-ignore: decorator
@inline
function interpolate<T>(context: usize, type: i32, x: T, weights: usize): i32 {
  const inverse = 1 / real(context, X_SPACING);
  const place = (<f64>x - real(ptr(context, C_ORIGIN), type)) * inverse;
  const cell = floor(place);
  const u = v128.splat<T>(<T>(place - cell - 0.5));
  const scale = v128.splat<T>(<T>inverse);
  const table = ptr(context, C_POINT_TABLE);
  for (let p = 0; p < POINTS; p += lanes<T>()) {
    let value = v128.load(at<T>(table, (POINTS - 1) * POINTS + p));
    let slope = v128.splat<T>(<T>0);
    for (let power = POINTS - 2; power >= 0; power--) {
      slope = muladd<T>(value, slope, u);
      value = muladd<T>(v128.load(at<T>(table, power * POINTS + p)), value, u);
    }
    v128.store(at<T>(weights, p), value);
    v128.store(at<T>(weights, POINTS + p), v128.mul<T>(slope, scale));
  }
  return <i32>cell - (POINTS / 2 - 1);
}

/** spread += weight ⊗ row over the nodes from `target` on. */
// @ts-ignore: decorator
@inline
function scatter<T>(weights: usize, row: usize, scale: T, target: usize): void {
  for (let c = 0; c < 4; c += lanes<T>()) {
    const values = v128.mul<T>(v128.load(at<T>(row, c)), v128.splat<T>(scale));
    for (let p = 0; p < POINTS; p++) {
      const place = at<T>(target, 4 * p + c);
      v128.store(place, muladd<T>(v128.load(place), v128.load_splat<T>(at<T>(weights, p)), values));
    }
  }
}

/** A of every atom and its descriptor D = A·A_axisᵀ. */
export function describe<T>(context: usize, phase: i32): void {
  const atoms = word(context, C_ATOM_COUNT);
  for (let a = take(context, phase); a < atoms; a = take(context, phase)) describeAtom<T>(context, a);
}

function describeAtom<T>(context: usize, a: i32): void {
  const atom = batchAtom(context, a);
  const environment = ptr(atom, A_ENVIRONMENT);
  const types = word(context, C_TYPES);
  const spread = at<T>(ptr(context, C_SPREAD), a * word(context, C_NODE_TOTAL) * 4);
  const invSlots = <T>real(context, X_INVERSE_SLOTS);
  const room = at<T>(ptr(context, C_SPREAD_DOT), a * word(context, C_NODE_TOTAL) * 4);
  let pair = word(atom, A_PAIR);
  let record = ptr(environment, N_PAIRS);
  for (let type = 0; type < types; type++) {
    const first = word(atom, A_RANGE + 2 * type);
    const end = word(atom, A_RANGE + 2 * type + 1);
    const nodes = at<T>(spread, word(ptr(context, C_NODE_FIRST), type) * 4);
    clear<T>(at<T>(nodes, 4 * first), 4 * (end - first));
    const count = word(environment, N_COUNTS + type);
    for (let k = 0; k < count; k++) {
      const weights = at<T>(ptr(context, C_PAIR_WEIGHTS), pair * 2 * POINTS);
      const node = interpolate<T>(context, type, load<T>(record), weights);
      setWord(ptr(context, C_PAIR_NODES), pair, node);
      scatter<T>(weights, record, invSlots, at<T>(nodes, 4 * node));
      pair++;
      record = at<T>(record, PAIR_VALUES);
    }
    addEmpty<T>(context, word(atom, A_TYPE), type, word(ptr(context, C_SEL), type) - count, nodes, room);
  }
  const width = word(context, C_WIDTH);
  const matrix = at<T>(ptr(context, C_A), a * 4 * width);
  contract<T>(context, atom, spread, matrix);
  const columns = at<T>(ptr(context, C_A_AXIS), a * 4 * word(context, C_AXIS));
  takeAxis<T>(context, matrix, columns);
  outer<T>(context, matrix, columns, at<T>(ptr(context, C_D), word(atom, A_ROW) * word(context, C_DESCRIPTOR)), false);
}

/** Empty slots all hold the same row; `weights` is room of this atom's that is free now. */
function addEmpty<T>(context: usize, centre: i32, type: i32, slots: i32, nodes: usize, weights: usize): void {
  if (slots == 0) return;
  const pad = load<T>(at<T>(ptr(context, C_PAD), centre));
  const node = interpolate<T>(context, type, pad, weights);
  const amount = <T>(<T>slots * pad * <T>real(context, X_INVERSE_SLOTS));
  for (let p = 0; p < POINTS; p++) {
    const place = at<T>(nodes, 4 * (node + p));
    store<T>(place, <T>(load<T>(place) + load<T>(at<T>(weights, p)) * amount));
  }
}

/** out[4][width] = Σ_types spreadᵀ·G. */
function contract<T>(context: usize, atom: usize, spread: usize, out: usize): void {
  const types = word(context, C_TYPES);
  const width = word(context, C_WIDTH);
  const rowBytes = (<usize>width) * sizeof<T>();
  for (let type = 0; type < types; type++) {
    const first = word(atom, A_RANGE + 2 * type);
    const count = word(atom, A_RANGE + 2 * type + 1) - first;
    const nodes = at<T>(spread, (word(ptr(context, C_NODE_FIRST), type) + first) * 4);
    gemm<T>(4, width, count, nodes, sizeof<T>(), 4 * sizeof<T>(), at<T>(nodeValues(context, type), first * width), rowBytes, out, rowBytes, type > 0);
  }
}

/** The first `axis` columns of a [4][width] matrix; padding stays zero. */
function takeAxis<T>(context: usize, matrix: usize, columns: usize): void {
  const width = word(context, C_WIDTH);
  const padded = word(context, C_AXIS);
  const axis = word(context, C_TRUE_AXIS);
  for (let c = 0; c < 4; c++) {
    for (let j = 0; j < axis; j++) {
      store<T>(at<T>(columns, c * padded + j), load<T>(at<T>(matrix, c * width + j)));
    }
  }
}

/** out[width][axis] (+)= matrixᵀ·columns. */
function outer<T>(context: usize, matrix: usize, columns: usize, out: usize, accumulate: bool): void {
  const width = word(context, C_WIDTH);
  const size = sizeof<T>();
  const axisBytes = (<usize>word(context, C_AXIS)) * size;
  gemm<T>(width, word(context, C_AXIS), 4, matrix, size, (<usize>width) * size, columns, axisBytes, out, axisBytes, accumulate);
}

/** out[4][width] (+)= what multiplies dA in P·d(A·A_axisᵀ), at A = matrix. */
function outerAdjoint<T>(context: usize, p: usize, matrix: usize, columns: usize, out: usize, accumulate: bool): void {
  const width = word(context, C_WIDTH);
  const axis = word(context, C_AXIS);
  const size = sizeof<T>();
  const widthBytes = (<usize>width) * size;
  const axisBytes = (<usize>axis) * size;
  gemmTransposed<T>(4, width, axis, columns, axisBytes, p, axisBytes, out, widthBytes, accumulate);
  gemm<T>(4, axis, width, matrix, widthBytes, size, p, axisBytes, out, widthBytes, true);
}

/** dE/dA of every atom, and from it dE_i/dr_ij of its pairs. */
export function differentiate<T>(context: usize, phase: i32): void {
  const atoms = word(context, C_ATOM_COUNT);
  for (let a = take(context, phase); a < atoms; a = take(context, phase)) differentiateAtom<T>(context, a);
}

function differentiateAtom<T>(context: usize, a: i32): void {
  const atom = batchAtom(context, a);
  const environment = ptr(atom, A_ENVIRONMENT);
  const types = word(context, C_TYPES);
  const width = word(context, C_WIDTH);
  const size = sizeof<T>();
  const widthBytes = (<usize>width) * size;
  const bar = at<T>(ptr(context, C_DE_DA), a * 4 * width);
  outerAdjoint<T>(
    context,
    at<T>(ptr(context, C_DE_DD), word(atom, A_ROW) * word(context, C_DESCRIPTOR)),
    at<T>(ptr(context, C_A), a * 4 * width),
    at<T>(ptr(context, C_A_AXIS), a * 4 * word(context, C_AXIS)),
    bar,
    false,
  );
  const all = at<T>(ptr(context, C_NODE_GRADIENT), a * word(context, C_NODE_TOTAL) * 4);
  let pair = word(atom, A_PAIR);
  let record = ptr(environment, N_PAIRS);
  for (let type = 0; type < types; type++) {
    const count = word(environment, N_COUNTS + type);
    if (count == 0) continue;
    const first = word(atom, A_RANGE + 2 * type);
    const rows = word(atom, A_RANGE + 2 * type + 1) - first;
    const nodes = at<T>(all, word(ptr(context, C_NODE_FIRST), type) * 4);
    gemmTransposed<T>(rows, 4, width, at<T>(nodeValues(context, type), first * width), widthBytes, bar, widthBytes, at<T>(nodes, 4 * first), 4 * size, false);
    for (let k = 0; k < count; k++) {
      pairGradient<T>(context, pair, record, nodes);
      pair++;
      record = at<T>(record, PAIR_VALUES);
    }
  }
}

/** dE_i/dr_ij from Σ_k w_k·nodes[k] and Σ_k w'_k·nodes[k]. */
// @ts-ignore: decorator
@inline
function pairGradient<T>(context: usize, pair: i32, record: usize, nodes: usize): void {
  const weights = at<T>(ptr(context, C_PAIR_WEIGHTS), pair * 2 * POINTS);
  const target = at<T>(nodes, 4 * word(ptr(context, C_PAIR_NODES), pair));
  const out = at<T>(ptr(context, C_PAIR_GRADIENT), pair * 4);
  const invSlots = <T>real(context, X_INVERSE_SLOTS);
  let through = v128.splat<T>(<T>0);
  for (let c = 0; c < 4; c += lanes<T>()) {
    let value = v128.splat<T>(<T>0);
    let slope = v128.splat<T>(<T>0);
    for (let p = 0; p < POINTS; p++) {
      const node = v128.load(at<T>(target, 4 * p + c));
      value = muladd<T>(value, v128.load_splat<T>(at<T>(weights, p)), node);
      slope = muladd<T>(slope, v128.load_splat<T>(at<T>(weights, POINTS + p)), node);
    }
    v128.store(at<T>(out, c), v128.mul<T>(value, v128.splat<T>(invSlots)));
    through = muladd<T>(through, slope, v128.load(at<T>(record, P_R + c)));
  }
  const gx = <T>(load<T>(out) + sum<T>(through) * invSlots);
  const g0 = load<T>(at<T>(out, 1));
  const g1 = load<T>(at<T>(out, 2));
  const g2 = load<T>(at<T>(out, 3));
  const n0 = load<T>(at<T>(record, P_UNIT));
  const n1 = load<T>(at<T>(record, P_UNIT + 1));
  const n2 = load<T>(at<T>(record, P_UNIT + 2));
  const across = load<T>(at<T>(record, P_ACROSS));
  const along = <T>(gx * load<T>(at<T>(record, P_SLOPE)) +
    load<T>(at<T>(record, P_ALONG)) * (g0 * n0 + g1 * n1 + g2 * n2));
  store<T>(out, <T>(along * n0 + across * g0));
  store<T>(at<T>(out, 1), <T>(along * n1 + across * g1));
  store<T>(at<T>(out, 2), <T>(along * n2 + across * g2));
}

/** Derivatives of A and D along the direction that the residuals define. */
export function follow<T>(context: usize, phase: i32): void {
  const atoms = word(context, C_ATOM_COUNT);
  for (let a = take(context, phase); a < atoms; a = take(context, phase)) followAtom<T>(context, a);
}

function followAtom<T>(context: usize, a: i32): void {
  const atom = batchAtom(context, a);
  const environment = ptr(atom, A_ENVIRONMENT);
  const types = word(context, C_TYPES);
  const spread = at<T>(ptr(context, C_SPREAD_DOT), a * word(context, C_NODE_TOTAL) * 4);
  const directions = ptr(context, C_DIRECTION);
  const own = at<T>(directions, 4 * a);
  const others = at<T>(directions, 4 * word(atom, A_FIRST));
  const virialBar = at<T>(ptr(context, C_VIRIAL_BAR), 9 * word(atom, A_FRAME));
  const row = at<T>(ptr(context, C_PAIR_GRADIENT), 4 * word(atom, A_PAIR));
  let pair = word(atom, A_PAIR);
  let record = ptr(environment, N_PAIRS);
  for (let type = 0; type < types; type++) {
    const first = word(atom, A_RANGE + 2 * type);
    const end = word(atom, A_RANGE + 2 * type + 1);
    const nodes = at<T>(spread, word(ptr(context, C_NODE_FIRST), type) * 4);
    clear<T>(at<T>(nodes, 4 * first), 4 * (end - first));
    const count = word(environment, N_COUNTS + type);
    for (let k = 0; k < count; k++) {
      const other = at<T>(others, 4 * load<i32>(at<T>(record, P_INDEX)));
      // The pair's gradient has been used up: its place takes the row's derivative.
      followPair<T>(context, pair, record, own, other, virialBar, row, nodes);
      pair++;
      record = at<T>(record, PAIR_VALUES);
    }
  }
  const width = word(context, C_WIDTH);
  const axis = word(context, C_AXIS);
  const matrixDot = at<T>(ptr(context, C_A_DOT), a * 4 * width);
  contract<T>(context, atom, spread, matrixDot);
  const columnsDot = at<T>(ptr(context, C_A_DOT_AXIS), a * 4 * axis);
  takeAxis<T>(context, matrixDot, columnsDot);
  const out = at<T>(ptr(context, C_D_DOT), word(atom, A_ROW) * word(context, C_DESCRIPTOR));
  outer<T>(context, matrixDot, at<T>(ptr(context, C_A_AXIS), a * 4 * axis), out, false);
  outer<T>(context, at<T>(ptr(context, C_A), a * 4 * width), columnsDot, out, true);
}

// @ts-ignore: decorator
@inline
function followPair<T>(
  context: usize,
  pair: i32,
  record: usize,
  own: usize,
  other: usize,
  virialBar: usize,
  row: usize,
  nodes: usize,
): void {
  const n0 = load<T>(at<T>(record, P_UNIT));
  const n1 = load<T>(at<T>(record, P_UNIT + 1));
  const n2 = load<T>(at<T>(record, P_UNIT + 2));
  const r = load<T>(at<T>(record, P_DISTANCE));
  let v0 = <T>(load<T>(other) - load<T>(own));
  let v1 = <T>(load<T>(at<T>(other, 1)) - load<T>(at<T>(own, 1)));
  let v2 = <T>(load<T>(at<T>(other, 2)) - load<T>(at<T>(own, 2)));
  v0 = <T>(v0 - r * (load<T>(virialBar) * n0 + load<T>(at<T>(virialBar, 3)) * n1 + load<T>(at<T>(virialBar, 6)) * n2));
  v1 = <T>(v1 - r * (load<T>(at<T>(virialBar, 1)) * n0 + load<T>(at<T>(virialBar, 4)) * n1 + load<T>(at<T>(virialBar, 7)) * n2));
  v2 = <T>(v2 - r * (load<T>(at<T>(virialBar, 2)) * n0 + load<T>(at<T>(virialBar, 5)) * n1 + load<T>(at<T>(virialBar, 8)) * n2));
  const speed = <T>(n0 * v0 + n1 * v1 + n2 * v2);
  const across = load<T>(at<T>(record, P_ACROSS));
  const along = <T>(load<T>(at<T>(record, P_ALONG)) * speed);
  const xDot = <T>(load<T>(at<T>(record, P_SLOPE)) * speed);
  store<T>(row, xDot);
  store<T>(at<T>(row, 1), <T>(across * v0 + along * n0));
  store<T>(at<T>(row, 2), <T>(across * v1 + along * n1));
  store<T>(at<T>(row, 3), <T>(across * v2 + along * n2));
  const weights = at<T>(ptr(context, C_PAIR_WEIGHTS), pair * 2 * POINTS);
  const target = at<T>(nodes, 4 * word(ptr(context, C_PAIR_NODES), pair));
  const scale = v128.splat<T>(<T>real(context, X_INVERSE_SLOTS));
  for (let c = 0; c < 4; c += lanes<T>()) {
    const rowDot = v128.mul<T>(v128.load(at<T>(row, c)), scale);
    const moved = v128.mul<T>(v128.load(at<T>(record, P_R + c)), v128.mul<T>(scale, v128.splat<T>(xDot)));
    for (let p = 0; p < POINTS; p++) {
      const place = at<T>(target, 4 * p + c);
      const value = muladd<T>(v128.load(place), v128.load_splat<T>(at<T>(weights, p)), rowDot);
      v128.store(place, muladd<T>(value, v128.load_splat<T>(at<T>(weights, POINTS + p)), moved));
    }
  }
}

/** Adjoint of A from those of D and of its derivative. */
export function reverseDescriptors<T>(context: usize, phase: i32): void {
  const atoms = word(context, C_ATOM_COUNT);
  const width = word(context, C_WIDTH);
  const axis = word(context, C_AXIS);
  for (let a = take(context, phase); a < atoms; a = take(context, phase)) {
    const row = word(batchAtom(context, a), A_ROW) * word(context, C_DESCRIPTOR);
    const bar = at<T>(ptr(context, C_A_BAR), a * 4 * width);
    outerAdjoint<T>(context, at<T>(ptr(context, C_D_BAR), row), at<T>(ptr(context, C_A), a * 4 * width), at<T>(ptr(context, C_A_AXIS), a * 4 * axis), bar, false);
    outerAdjoint<T>(context, at<T>(ptr(context, C_DE_DD), row), at<T>(ptr(context, C_A_DOT), a * 4 * width), at<T>(ptr(context, C_A_DOT_AXIS), a * 4 * axis), bar, true);
  }
}
