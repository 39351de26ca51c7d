/** What the pairs of an atom add up to, whatever their potential. */
import {
  C_ENERGIES, C_FORCES, C_LIST, C_NEAR, C_NEAR_COUNTS, C_NEAREST, C_TYPES, C_VIRIALS, CX_CUTOFF,
  V_SQUARES, V_TERMS, V_VECTORS,
} from './classical-layout';
import { N_FIRST } from './force-layout';
import { sum } from './math';
import { collectAgain, collectSquares } from './near';
import { ptr, real, word } from './records';

/** Counts by type of an atom's neighbours, once they are found. */
// @ts-ignore: decorator
@inline
export function nearCounts(field: usize, atom: i32): usize {
  return ptr(field, C_NEAR_COUNTS) + ((<usize>(atom * word(field, C_TYPES))) << 2);
}

/** What is kept of an atom's neighbours, so that they need not be found again. */
// @ts-ignore: decorator
@inline
export function nearNotes(field: usize, atom: i32): usize {
  return ptr(field, C_NEAR) + ((<usize>word(ptr(ptr(field, C_LIST), N_FIRST), atom)) << 3);
}

/** Finds an atom's neighbours, with r² in the workspace, and the nearest; returns how many. */
export function findNeighbours(field: usize, workspace: usize, atom: i32): i32 {
  const cutoff = real(field, CX_CUTOFF);
  const types = word(field, C_TYPES);
  const squares = ptr(workspace, V_SQUARES);
  const near = collectSquares(
    ptr(field, C_LIST), atom, cutoff * cutoff, types, squares, nearNotes(field, atom), nearCounts(field, atom),
  );
  // Nothing is nearer than the end that fills the last pair up.
  store<f64>(squares + ((<usize>near) << 3), Infinity);
  let nearest = f64x2.splat(Infinity);
  for (let k = 0; k < near; k += 2) nearest = f64x2.pmin(nearest, v128.load(squares + ((<usize>k) << 3)));
  const least = min(f64x2.extract_lane(nearest, 0), f64x2.extract_lane(nearest, 1));
  store<f64>(ptr(field, C_NEAREST) + ((<usize>atom) << 3), least);
  return near;
}

/** Writes the vectors to an atom's neighbours, once they are found, to the workspace; returns how many. */
export function nearVectors(field: usize, workspace: usize, atom: i32): i32 {
  const counts = nearCounts(field, atom);
  let near = 0;
  for (let type = 0; type < word(field, C_TYPES); type++) near += word(counts, type);
  collectAgain(ptr(field, C_LIST), atom, near, ptr(workspace, V_VECTORS), nearNotes(field, atom));
  return near;
}

/**
 * Adds up an atom's pairs from their terms: its force, `energy` and its half of theirs, and to the
 * virial of the block. Two neighbours at a time; without a second one its term is zero.
 */
export function gatherPairs(field: usize, workspace: usize, atom: i32, block: i32, near: i32, energy: f64): void {
  let vector = ptr(workspace, V_VECTORS);
  let term = ptr(workspace, V_TERMS);
  v128.store(term + ((<usize>near) << 4), f64x2.splat(0));
  let e = f64x2.splat(0);
  let fx = e, fy = e, fz = e, xx = e, xy = e, xz = e, yy = e, yz = e, zz = e;
  for (let k = 0; k < near; k += 2, vector += 64, term += 32) {
    const xy0 = v128.load(vector), xy1 = v128.load(vector, 32);
    const x = v128.shuffle<f64>(xy0, xy1, 0, 2);
    const y = v128.shuffle<f64>(xy0, xy1, 1, 3);
    const z = v128.shuffle<f64>(v128.load(vector, 16), v128.load(vector, 48), 0, 2);
    const t0 = v128.load(term), t1 = v128.load(term, 16);
    const slope = v128.shuffle<f64>(t0, t1, 1, 3);
    e = f64x2.add(e, v128.shuffle<f64>(t0, t1, 0, 2));
    const gx = f64x2.mul(slope, x), gy = f64x2.mul(slope, y), gz = f64x2.mul(slope, z);
    fx = f64x2.add(fx, gx);
    fy = f64x2.add(fy, gy);
    fz = f64x2.add(fz, gz);
    xx = f64x2.add(xx, f64x2.mul(gx, x));
    xy = f64x2.add(xy, f64x2.mul(gx, y));
    xz = f64x2.add(xz, f64x2.mul(gx, z));
    yy = f64x2.add(yy, f64x2.mul(gy, y));
    yz = f64x2.add(yz, f64x2.mul(gy, z));
    zz = f64x2.add(zz, f64x2.mul(gz, z));
  }
  store<f64>(ptr(field, C_ENERGIES) + ((<usize>atom) << 3), energy + 0.5 * sum<f64>(e));
  const force = ptr(field, C_FORCES) + ((<usize>atom) << 5);
  store<f64>(force, sum<f64>(fx));
  store<f64>(force, sum<f64>(fy), 8);
  store<f64>(force, sum<f64>(fz), 16);
  const virial = ptr(field, C_VIRIALS) + <usize>block * 72;
  addHalf(virial, xx);
  addHalf(virial + 8, xy);
  addHalf(virial + 16, xz);
  addHalf(virial + 24, xy);
  addHalf(virial + 32, yy);
  addHalf(virial + 40, yz);
  addHalf(virial + 48, xz);
  addHalf(virial + 56, yz);
  addHalf(virial + 64, zz);
}

// @ts-ignore: decorator
@inline
function addHalf(virial: usize, strain: v128): void {
  store<f64>(virial, load<f64>(virial) - 0.5 * sum<f64>(strain));
}
