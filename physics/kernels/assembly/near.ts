/**
 * Vectors from an atom to its candidates: those inside a cut-off, in the list's order. They are
 * computed from the positions as given, so r_ij = -r_ji to the last bit, and no bit depends on when
 * the list was made.
 */
import { CANDIDATE_BYTES, N_CANDIDATES, N_CELL, N_FIRST, N_POSITIONS } from './force-layout';
import { ptr, word } from './records';

/**
 * Writes r_ij and r² of the candidates with r² < `limit` to `vectors` (f64 [candidates + 1][4]) and
 * their slots in the list to `slots` ([candidates + 1]); counts them by type ([types]). Returns how
 * many.
 */
export function collect(
  list: usize,
  atom: i32,
  limit: f64,
  types: i32,
  vectors: usize,
  slots: usize,
  counts: usize,
): i32 {
  const positions = ptr(list, N_POSITIONS);
  const cell = ptr(list, N_CELL);
  const ax = v128.load(cell), bx = v128.load(cell, 32), cx = v128.load(cell, 64);
  const az = load<f64>(cell, 16), bz = load<f64>(cell, 48), cz = load<f64>(cell, 80);
  const own = positions + ((<usize>atom) << 5);
  const xy = v128.load(own);
  const z = load<f64>(own, 16);
  const first = word(ptr(list, N_FIRST), atom);
  const end = word(ptr(list, N_FIRST), atom + 1);
  memory.fill(counts, 0, (<usize>types) << 2);
  let entry = ptr(list, N_CANDIDATES) + <usize>first * CANDIDATE_BYTES;
  let n = 0;
  for (let slot = first; slot < end; slot++, entry += CANDIDATE_BYTES) {
    const other = positions + ((<usize>load<u32>(entry)) << 5);
    const image = i32x4.extend_low_i16x8_s(v128.load_zero<u64>(entry, 8));
    const low = f64x2.convert_low_i32x4_s(image);
    const n0 = v128.shuffle<f64>(low, low, 0, 0);
    const n1 = v128.shuffle<f64>(low, low, 1, 1);
    const n2 = <f64>i32x4.extract_lane(image, 2);
    const shift = f64x2.add(
      f64x2.add(f64x2.mul(n0, ax), f64x2.mul(n1, bx)),
      f64x2.mul(f64x2.splat(n2), cx),
    );
    const shiftZ = f64x2.extract_lane(low, 0) * az + f64x2.extract_lane(low, 1) * bz + n2 * cz;
    const d = f64x2.add(f64x2.sub(v128.load(other), xy), shift);
    const dz = load<f64>(other, 16) - z + shiftZ;
    const square = f64x2.mul(d, d);
    const r2 = f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1) + dz * dz;
    const target = vectors + ((<usize>n) << 5);
    v128.store(target, d);
    store<f64>(target, dz, 16);
    store<f64>(target, r2, 24);
    store<i32>(slots + ((<usize>n) << 2), slot);
    const inside = <i32>(r2 < limit);
    const count = counts + ((<usize>load<i16>(entry, 14)) << 2);
    store<i32>(count, load<i32>(count) + inside);
    n += inside;
  }
  return n;
}
