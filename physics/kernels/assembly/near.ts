/**
 * Vectors from an atom to its candidates: those inside a cut-off, in the list's order. They are
 * computed from the positions as given, so r_ij = -r_ji to the last bit, and no bit depends on when
 * the list was made.
 */
import {
  CANDIDATE_BYTES, D_ATOM, D_SHIFT, N_CANDIDATES, N_FIRST, N_POSITIONS, N_SHIFTS,
} from './force-layout';
import { ptr, setWord, word } from './records';

/** Writes r_ij and r² of a candidate, of which neighbour and shift are read; returns r². */
// @ts-ignore: decorator
@inline
function vectorTo(entry: usize, positions: usize, shifts: usize, xy: v128, z: v128, target: usize): f64 {
  const other = positions + ((<usize>load<u32>(entry, D_ATOM)) << 5);
  const shift = shifts + <usize>load<u32>(entry, D_SHIFT);
  const d = f64x2.add(f64x2.sub(v128.load(other), xy), v128.load(shift));
  const dz = f64x2.add(f64x2.sub(v128.load(other, 16), z), v128.load(shift, 16));
  const square = f64x2.mul(d, d);
  const squareZ = f64x2.mul(dz, dz);
  const r2 = f64x2.add(
    f64x2.add(square, v128.shuffle<f64>(square, square, 1, 0)),
    v128.shuffle<f64>(squareZ, squareZ, 0, 0),
  );
  v128.store(target, d);
  v128.store(target, v128.shuffle<f64>(dz, r2, 0, 2), 16);
  return f64x2.extract_lane(r2, 0);
}

/**
 * Writes r_ij and r² of the candidates with r² < `limit` to `vectors` (f64 [candidates + 1][4]) and
 * their slots in the list to `slots` ([candidates]); counts them by type ([types]). Returns how many.
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
  const shifts = ptr(list, N_SHIFTS);
  const own = positions + ((<usize>atom) << 5);
  const xy = v128.load(own);
  const z = v128.load(own, 16);
  const first = word(ptr(list, N_FIRST), atom);
  const end = word(ptr(list, N_FIRST), atom + 1);
  // Calling memory.fill for so little costs more than a loop.
  for (let t = 0; t < types; t++) setWord(counts, t, 0);
  let entry = ptr(list, N_CANDIDATES) + <usize>first * CANDIDATE_BYTES;
  let n = 0;
  let type = 0.0;
  let before = 0;
  for (let slot = first; slot < end; slot++, entry += CANDIDATE_BYTES) {
    const next = load<f64>(positions + ((<usize>load<u32>(entry, D_ATOM)) << 5), 24);
    if (next != type) {
      setWord(counts, <i32>type, n - before);
      type = next;
      before = n;
    }
    const r2 = vectorTo(entry, positions, shifts, xy, z, vectors + ((<usize>n) << 5));
    setWord(slots, n, slot);
    n += <i32>(r2 < limit);
  }
  setWord(counts, <i32>type, n - before);
  return n;
}

/**
 * The same with r² alone, to `squares` (f64 [candidates + 1]), and for each its candidate's eight
 * bytes to `notes` (u64 [candidates]), from which `collectAgain` makes the vectors.
 */
export function collectSquares(
  list: usize,
  atom: i32,
  limit: f64,
  types: i32,
  squares: usize,
  notes: usize,
  counts: usize,
): i32 {
  const positions = ptr(list, N_POSITIONS);
  const shifts = ptr(list, N_SHIFTS);
  const own = positions + ((<usize>atom) << 5);
  const xy = v128.load(own);
  const z = load<f64>(own, 16);
  const first = word(ptr(list, N_FIRST), atom);
  const end = word(ptr(list, N_FIRST), atom + 1);
  for (let t = 0; t < types; t++) setWord(counts, t, 0);
  let entry = ptr(list, N_CANDIDATES) + <usize>first * CANDIDATE_BYTES;
  let n = 0;
  let type = 0.0;
  let before = 0;
  for (let slot = first; slot < end; slot++, entry += CANDIDATE_BYTES) {
    const candidate = load<u64>(entry);
    const other = positions + ((<usize>(<u32>candidate)) << 5);
    const next = load<f64>(other, 24);
    if (next != type) {
      setWord(counts, <i32>type, n - before);
      type = next;
      before = n;
    }
    const shift = shifts + <usize>(candidate >> 32);
    const d = f64x2.add(f64x2.sub(v128.load(other), xy), v128.load(shift));
    const dz = load<f64>(other, 16) - z + load<f64>(shift, 16);
    const square = f64x2.mul(d, d);
    const r2 = f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1) + dz * dz;
    store<f64>(squares + ((<usize>n) << 3), r2);
    store<u64>(notes + ((<usize>n) << 3), candidate);
    n += <i32>(r2 < limit);
  }
  setWord(counts, <i32>type, n - before);
  return n;
}

/** Writes r_ij and r² from the notes of a `collectSquares` that found `count`. */
export function collectAgain(list: usize, atom: i32, count: i32, vectors: usize, notes: usize): void {
  const positions = ptr(list, N_POSITIONS);
  const shifts = ptr(list, N_SHIFTS);
  const own = positions + ((<usize>atom) << 5);
  const xy = v128.load(own);
  const z = v128.load(own, 16);
  for (let k = 0; k < count; k++, notes += 8, vectors += 32) vectorTo(notes, positions, shifts, xy, z, vectors);
}
