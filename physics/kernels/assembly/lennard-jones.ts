/** Lennard-Jones of each pair of types, cut at a distance of its own. */
import { findNeighbours, gatherPairs, nearCounts, nearVectors } from './classical';
import {
  BLOCK, C_COUNTERS, C_LIST, C_PAIRS, C_TYPES, C_VIRIALS, C_WORKSPACES, LJ_ATTRACTION, LJ_LIMIT,
  LJ_REPULSION, LJ_SHIFT, V_TERMS, V_VECTORS,
} from './classical-layout';
import { N_ATOMS, N_TYPES_OF } from './force-layout';
import { ptr, real, word } from './records';

export function lennardJones(field: usize, thread: i32): void {
  const workspace = ptr(ptr(field, C_WORKSPACES), thread);
  const atoms = word(ptr(field, C_LIST), N_ATOMS);
  for (;;) {
    const block = atomic.add<i32>(ptr(field, C_COUNTERS), 1);
    const first = BLOCK * block;
    if (first >= atoms) return;
    memory.fill(ptr(field, C_VIRIALS) + <usize>block * 72, 0, 72);
    for (let i = first; i < min(first + BLOCK, atoms); i++) push(field, workspace, i, block);
  }
}

function push(field: usize, workspace: usize, atom: i32, block: i32): void {
  findNeighbours(field, workspace, atom);
  const near = nearVectors(field, workspace, atom);
  const types = word(field, C_TYPES);
  const centre = word(ptr(ptr(field, C_LIST), N_TYPES_OF), atom);
  let first = 0;
  for (let type = 0; type < types; type++) {
    const count = word(nearCounts(field, atom), type);
    pairTerms(workspace, word(ptr(field, C_PAIRS), centre * types + type), first, count);
    first += count;
  }
  gatherPairs(field, workspace, atom, block, near, 0);
}

/** Terms of `count` neighbours of one type from the `first` on; zero beyond the pair's cut-off. */
function pairTerms(workspace: usize, pair: usize, first: i32, count: i32): void {
  const limit = f64x2.splat(real(pair, LJ_LIMIT));
  const repulsion = f64x2.splat(real(pair, LJ_REPULSION));
  const attraction = f64x2.splat(real(pair, LJ_ATTRACTION));
  const shift = f64x2.splat(real(pair, LJ_SHIFT));
  const one = f64x2.splat(1);
  let vectors = ptr(workspace, V_VECTORS) + ((<usize>first) << 5);
  let terms = ptr(workspace, V_TERMS) + ((<usize>first) << 4);
  for (let k = 0; k < count; k += 2, vectors += 64, terms += 32) {
    const square = v128.shuffle<f64>(v128.load(vectors, 16), v128.load(vectors, 48), 1, 3);
    const inside = f64x2.lt(square, limit);
    const inverse2 = f64x2.div(one, square);
    const inverse6 = f64x2.mul(f64x2.mul(inverse2, inverse2), inverse2);
    const repels = f64x2.mul(repulsion, inverse6);
    const energy = f64x2.add(f64x2.mul(inverse6, f64x2.sub(repels, attraction)), shift);
    const slope = f64x2.mul(
      f64x2.mul(inverse6, f64x2.sub(f64x2.mul(f64x2.splat(6), attraction), f64x2.mul(f64x2.splat(12), repels))),
      inverse2,
    );
    const e = v128.and(energy, inside);
    const s = v128.and(slope, inside);
    v128.store(terms, v128.shuffle<f64>(e, s, 0, 2));
    v128.store(terms, v128.shuffle<f64>(e, s, 1, 3), 16);
  }
}
