/**
 * Embedding nets as piecewise polynomials of their one input (`physics/potentials/deep/compress.ts`),
 * used through moments: with G(s) = Σ_p c_p·x^p in an interval,
 *
 *     A = Σ_j G(s_j) ⊗ R_j = Σ_intervals Σ_p c_p ⊗ M_p,      M_p = Σ_{j in interval} x_j^p·R_j,
 *     dE/dR_j = Σ_p x_j^p·N_p,   dE/dx_j = R_j·Σ_p p·x_j^(p-1)·N_p,      N_p = dE/dA·c_p.
 *
 * A neighbour costs operations on 4-vectors, not on all channels: G is never formed.
 */
import {
  P_TYPES, P_WIDTH, R_LOCAL, R_ROW, ROW_VALUES, T_COEFFICIENTS, T_FRAMES, TERMS, W_H, W_MOMENTS,
  W_USED,
} from './force-layout';
import { gemm, gemmTransposed } from './gemm';
import { muladd } from './math';
import { at, ptr, word } from './records';

/** Where an atom of the block notes the intervals that its neighbours of a type lie in. */
// @ts-ignore: decorator
@inline
function usedBy(potential: usize, workspace: usize, place: i32, type: i32): usize {
  return ptr(workspace, W_USED) + ((<usize>(place * word(potential, P_TYPES) + type)) << 8);
}

/** Adds Σ_j G(s_j) ⊗ R_j of `count` neighbours of one type to `a`. */
export function addMoments<T>(
  potential: usize,
  workspace: usize,
  place: i32,
  type: i32,
  table: usize,
  rows: usize,
  bins: usize,
  count: i32,
  a: usize,
): void {
  const used = usedBy(potential, workspace, place, type);
  const moments = ptr(workspace, W_MOMENTS);
  const size = <usize>(TERMS * 4) * sizeof<T>();
  let intervals = 0;
  let seen0: u64 = 0, seen1: u64 = 0, seen2: u64 = 0, seen3: u64 = 0;
  for (let k = 0; k < count; k++) {
    const interval = word(bins, k);
    let m = moments + (<usize>interval) * size;
    const bit = (<u64>1) << (<u64>(interval & 63));
    const part = interval >> 6;
    const seen = part == 0 ? seen0 : part == 1 ? seen1 : part == 2 ? seen2 : seen3;
    if ((seen & bit) == 0) {
      if (part == 0) seen0 |= bit;
      else if (part == 1) seen1 |= bit;
      else if (part == 2) seen2 |= bit;
      else seen3 |= bit;
      memory.fill(m, 0, size);
      intervals++;
      store<u8>(used + <usize>intervals, <u8>interval);
    }
    const row = at<T>(rows, k * ROW_VALUES);
    const x = v128.load_splat<T>(at<T>(row, R_LOCAL));
    if (sizeof<T>() == 4) {
      let power = v128.load(row, R_ROW * 4);
      v128.store(m, f32x4.add(v128.load(m), power));
      for (let p = 1; p < TERMS; p++) {
        m += 16;
        power = f32x4.mul(power, x);
        v128.store(m, f32x4.add(v128.load(m), power));
      }
    } else {
      let low = v128.load(row, R_ROW * 8);
      let high = v128.load(row, (R_ROW + 2) * 8);
      for (let p = 0; p < TERMS; p++) {
        v128.store(m, f64x2.add(v128.load(m), low));
        v128.store(m, f64x2.add(v128.load(m, 16), high), 16);
        low = f64x2.mul(low, x);
        high = f64x2.mul(high, x);
        m += 32;
      }
    }
  }
  store<u8>(used, <u8>intervals);
  const width = word(potential, P_WIDTH);
  const wide = (<usize>width) * sizeof<T>();
  for (let k = 1; k <= intervals; k++) {
    const interval = <i32>load<u8>(used + <usize>k);
    const coefficients = at<T>(ptr(table, T_COEFFICIENTS), interval * TERMS * width);
    gemm<T>(4, width, TERMS, moments + (<usize>interval) * size, sizeof<T>(), 4 * sizeof<T>(), coefficients, wide, a, wide, true);
  }
}

/** dE/dR of the rows to `W_H`, T [count][4], the first column with what goes through G. */
export function reverseMoments<T>(
  potential: usize,
  workspace: usize,
  place: i32,
  type: i32,
  table: usize,
  rows: usize,
  bins: usize,
  count: i32,
  deDa: usize,
): void {
  const used = usedBy(potential, workspace, place, type);
  const moments = ptr(workspace, W_MOMENTS);
  const size = <usize>(TERMS * 4) * sizeof<T>();
  const width = word(potential, P_WIDTH);
  const wide = (<usize>width) * sizeof<T>();
  const intervals = <i32>load<u8>(used);
  for (let k = 1; k <= intervals; k++) {
    const interval = <i32>load<u8>(used + <usize>k);
    const coefficients = at<T>(ptr(table, T_COEFFICIENTS), interval * TERMS * width);
    gemmTransposed<T>(TERMS, 4, width, coefficients, wide, deDa, wide, moments + (<usize>interval) * size, 4 * sizeof<T>(), false);
  }
  let h = ptr(workspace, W_H);
  const frames = ptr(table, T_FRAMES);
  for (let k = 0; k < count; k++) {
    const interval = word(bins, k);
    const m = moments + (<usize>interval) * size;
    const row = at<T>(rows, k * ROW_VALUES);
    const x = v128.load_splat<T>(at<T>(row, R_LOCAL));
    const perHalf = <T>load<f64>(frames + ((<usize>interval) << 4), 8);
    if (sizeof<T>() == 4) {
      let value = v128.load(m, (TERMS - 1) * 16);
      let slope = f32x4.splat(0);
      for (let p = TERMS - 2; p >= 0; p--) {
        slope = muladd<f32>(value, slope, x);
        value = muladd<f32>(v128.load(m + ((<usize>p) << 4)), value, x);
      }
      const product = f32x4.mul(slope, v128.load(row, R_ROW * 4));
      const through =
        f32x4.extract_lane(product, 0) + f32x4.extract_lane(product, 1) +
        (f32x4.extract_lane(product, 2) + f32x4.extract_lane(product, 3));
      const add = f32x4.replace_lane(f32x4.splat(0), 0, through * <f32>perHalf);
      v128.store(h, f32x4.add(value, add));
      h += 16;
    } else {
      let low = v128.load(m, (TERMS - 1) * 32);
      let high = v128.load(m, (TERMS - 1) * 32 + 16);
      let slopeLow = f64x2.splat(0);
      let slopeHigh = f64x2.splat(0);
      for (let p = TERMS - 2; p >= 0; p--) {
        slopeLow = muladd<f64>(low, slopeLow, x);
        slopeHigh = muladd<f64>(high, slopeHigh, x);
        const c = m + ((<usize>p) << 5);
        low = muladd<f64>(v128.load(c), low, x);
        high = muladd<f64>(v128.load(c, 16), high, x);
      }
      const product = f64x2.add(
        f64x2.mul(slopeLow, v128.load(row, R_ROW * 8)),
        f64x2.mul(slopeHigh, v128.load(row, (R_ROW + 2) * 8)),
      );
      const through = f64x2.extract_lane(product, 0) + f64x2.extract_lane(product, 1);
      v128.store(h, f64x2.add(low, f64x2.replace_lane(f64x2.splat(0), 0, through * <f64>perHalf)));
      v128.store(h, high, 16);
      h += 32;
    }
  }
}
