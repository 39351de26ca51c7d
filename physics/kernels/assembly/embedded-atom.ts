/**
 * Embedded-atom potentials from cubic tables, in two phases: densities with the embedding's
 * energies and slopes, then forces. Blocks and every order of summation are the same for any number
 * of threads. Each pair is computed from both of its ends, so no atom waits for another.
 */
import { barrier } from './barrier';
import { findNeighbours, gatherPairs, nearCounts, nearNotes, nearVectors } from './classical';
import {
  BLOCK, C_BARRIER, C_COUNTERS, C_EMBEDDING, C_ENERGIES, C_LIST, C_PAIRS, C_RADIAL_LAST, C_RHO_LAST,
  C_SLOPES, C_TYPES, C_VIRIALS, C_WORKSPACES, CX_PER_RADIAL, CX_PER_RHO, CX_RHO_MOST, EMBEDDING_TERMS,
  RADIAL_TERMS, V_SQUARES, V_TERMS, V_VECTORS,
} from './classical-layout';
import { N_ATOMS, N_TYPES_OF } from './force-layout';
import { muladd, sum } from './math';
import { ptr, real, word } from './records';

export function embeddedAtom(field: usize, thread: i32, threads: i32): void {
  const workspace = ptr(ptr(field, C_WORKSPACES), thread);
  const counters = ptr(field, C_COUNTERS);
  const atoms = word(ptr(field, C_LIST), N_ATOMS);
  for (;;) {
    const first = BLOCK * atomic.add<i32>(counters, 1);
    if (first >= atoms) break;
    for (let i = first; i < min(first + BLOCK, atoms); i++) embed(field, workspace, i);
  }
  barrier(ptr(field, C_BARRIER), threads);
  for (;;) {
    const block = atomic.add<i32>(counters, 1, 4);
    const first = BLOCK * block;
    if (first >= atoms) break;
    memory.fill(ptr(field, C_VIRIALS) + <usize>block * 72, 0, 72);
    for (let i = first; i < min(first + BLOCK, atoms); i++) push(field, workspace, i, block);
  }
}

/** Intervals of a table that hold two distances given in intervals. */
// @ts-ignore: decorator
@inline
function intervals(places: v128, last: v128): v128 {
  return i32x4.min_s(i32x4.trunc_sat_f64x2_s_zero(places), last);
}

/** Places within their intervals; beyond the last one its end, as LAMMPS does. */
// @ts-ignore: decorator
@inline
function within(places: v128, interval: v128): v128 {
  return f64x2.pmin(f64x2.sub(places, f64x2.convert_low_i32x4_s(interval)), f64x2.splat(1));
}

/** Row of a radial table: density beside r·V. */
// @ts-ignore: decorator
@inline
function row(table: usize, interval: i32): usize {
  return table + <usize>interval * (RADIAL_TERMS * 8);
}

/** Values of a row at p. */
// @ts-ignore: decorator
@inline
function values(row: usize, p: v128): v128 {
  const high = muladd<f64>(v128.load(row, 16), v128.load(row), p);
  return muladd<f64>(v128.load(row, 48), muladd<f64>(v128.load(row, 32), high, p), p);
}

/** Slopes of a row at p, per interval. */
// @ts-ignore: decorator
@inline
function slopes(row: usize, p: v128): v128 {
  const cube = f64x2.mul(f64x2.splat(3), v128.load(row));
  const square = f64x2.mul(f64x2.splat(2), v128.load(row, 16));
  return muladd<f64>(v128.load(row, 32), muladd<f64>(square, cube, p), p);
}

/** Energy and slope of the embedding at the density that the neighbours make. */
function embed(field: usize, workspace: usize, atom: i32): void {
  findNeighbours(field, workspace, atom);
  const types = word(field, C_TYPES);
  const centre = word(ptr(ptr(field, C_LIST), N_TYPES_OF), atom);
  const counts = nearCounts(field, atom);
  let rho = 0.0;
  let squares = ptr(workspace, V_SQUARES);
  for (let type = 0; type < types; type++) {
    const count = word(counts, type);
    rho += densityOf(field, ptr(ptr(field, C_PAIRS), centre * types + type), squares, count);
    squares += (<usize>count) << 3;
  }
  const per = real(field, CX_PER_RHO);
  const place = rho * per;
  const interval = max(0, min(word(field, C_RHO_LAST), <i32>place));
  const p = min(place - <f64>interval, 1.0);
  const cubic = ptr(ptr(field, C_EMBEDDING), centre) + <usize>interval * (EMBEDDING_TERMS * 8);
  const c3 = load<f64>(cubic), c2 = load<f64>(cubic, 8), c1 = load<f64>(cubic, 16);
  const slope = ((3 * c3 * p + 2 * c2) * p + c1) * per;
  // Denser than the table the energy goes on in a straight line.
  const beyond = slope * max(0.0, rho - real(field, CX_RHO_MOST));
  const energy = ((c3 * p + c2) * p + c1) * p + load<f64>(cubic, 24) + beyond;
  store<f64>(ptr(field, C_ENERGIES) + ((<usize>atom) << 3), energy);
  store<f64>(ptr(field, C_SLOPES) + ((<usize>atom) << 3), slope);
}

/** Density that `count` neighbours of one type put on an atom's site. */
function densityOf(field: usize, table: usize, squares: usize, count: i32): f64 {
  const per = f64x2.splat(real(field, CX_PER_RADIAL));
  const last = i32x4.splat(word(field, C_RADIAL_LAST));
  let even = f64x2.splat(0);
  let odd = even;
  for (let k = 0; k < count; k += 2, squares += 16) {
    const places = f64x2.mul(f64x2.sqrt(v128.load(squares)), per);
    const interval = intervals(places, last);
    const p = within(places, interval);
    const a = row(table, i32x4.extract_lane(interval, 0));
    even = f64x2.add(even, values(a, v128.shuffle<f64>(p, p, 0, 0)));
    if (k + 1 == count) break;
    const b = row(table, i32x4.extract_lane(interval, 1));
    odd = f64x2.add(odd, values(b, v128.shuffle<f64>(p, p, 1, 1)));
  }
  return f64x2.extract_lane(even, 0) + f64x2.extract_lane(odd, 0);
}

/** Force on an atom and the energy and virial of its pairs. */
function push(field: usize, workspace: usize, atom: i32, block: i32): void {
  const types = word(field, C_TYPES);
  const centre = word(ptr(ptr(field, C_LIST), N_TYPES_OF), atom);
  const counts = nearCounts(field, atom);
  const tables = ptr(field, C_PAIRS);
  const near = nearVectors(field, workspace, atom);
  let first = 0;
  for (let type = 0; type < types; type++) {
    const count = word(counts, type);
    const onCentre = ptr(tables, centre * types + type);
    const onNeighbour = ptr(tables, type * types + centre);
    pairTerms(field, workspace, atom, onCentre, onNeighbour, first, count);
    first += count;
  }
  const energy = load<f64>(ptr(field, C_ENERGIES) + ((<usize>atom) << 3));
  gatherPairs(field, workspace, atom, block, near, energy);
}

/** Two values from different places. */
// @ts-ignore: decorator
@inline
function both(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}

/** Terms of `count` neighbours of one type from the `first` on. */
function pairTerms(
  field: usize,
  workspace: usize,
  atom: i32,
  onCentre: usize,
  onNeighbour: usize,
  first: i32,
  count: i32,
): void {
  const embeddings = ptr(field, C_SLOPES);
  const own = f64x2.splat(load<f64>(embeddings + ((<usize>atom) << 3)));
  const per = f64x2.splat(real(field, CX_PER_RADIAL));
  const last = i32x4.splat(word(field, C_RADIAL_LAST));
  const one = f64x2.splat(1), two = f64x2.splat(2), three = f64x2.splat(3);
  let vectors = ptr(workspace, V_VECTORS) + ((<usize>first) << 5);
  let terms = ptr(workspace, V_TERMS) + ((<usize>first) << 4);
  let notes = nearNotes(field, atom) + ((<usize>first) << 3);
  for (let k = 0; k < count; k += 2, vectors += 64, terms += 32, notes += 16) {
    const r = f64x2.sqrt(v128.shuffle<f64>(v128.load(vectors, 16), v128.load(vectors, 48), 1, 3));
    const places = f64x2.mul(r, per);
    const interval = intervals(places, last);
    const p = within(places, interval);
    const pa = v128.shuffle<f64>(p, p, 0, 0), pb = v128.shuffle<f64>(p, p, 1, 1);
    const m = i32x4.extract_lane(interval, 0), n = i32x4.extract_lane(interval, 1);
    const a = row(onCentre, m), b = row(onCentre, n);
    const slopeA = slopes(a, pa), slopeB = slopes(b, pb);
    const taken = v128.shuffle<f64>(slopeA, slopeB, 0, 2);
    let given = taken;
    // Two atoms of one element give each other the same density.
    if (onNeighbour != onCentre) {
      const c = row(onNeighbour, m), d = row(onNeighbour, n);
      const high = muladd<f64>(f64x2.mul(two, both(c + 16, d + 16)), f64x2.mul(three, both(c, d)), p);
      given = muladd<f64>(both(c + 32, d + 32), high, p);
    }
    const theirs = both(
      embeddings + ((<usize>load<u32>(notes)) << 3),
      embeddings + ((<usize>load<u32>(notes, 8)) << 3),
    );
    const embedding = muladd<f64>(f64x2.mul(own, taken), theirs, given);
    // V = (r·V)/r, V' = ((r·V)' - V)/r
    const inverse = f64x2.div(one, r);
    const energy = f64x2.mul(v128.shuffle<f64>(values(a, pa), values(b, pb), 1, 3), inverse);
    const product = f64x2.mul(v128.shuffle<f64>(slopeA, slopeB, 1, 3), per);
    const slope = muladd<f64>(f64x2.mul(f64x2.sub(product, energy), inverse), embedding, per);
    const overR = f64x2.mul(slope, inverse);
    v128.store(terms, v128.shuffle<f64>(energy, overR, 0, 2));
    v128.store(terms, v128.shuffle<f64>(energy, overR, 1, 3), 16);
  }
}
