/**
 * Candidate lists: for every atom all atoms, images and its own images among them, that may come
 * within the cut-off before the list is made again.
 *
 * An image is counted from the positions as given, wrapped or not, so r_ij = x_j - x_i + image·cell
 * is the same number whichever call made the list; and r_ji = -r_ij to the last bit. Candidates
 * of an atom are ordered by (neighbour, image), and atoms by type: so those inside the cut-off are
 * met in an order that owes nothing to the list's age. Linear in the number of atoms.
 */
import {
  CANDIDATE_BYTES, D_ATOM, D_SHIFT, N_ARRANGED, N_ATOMS, N_BACK, N_BIN_FIRST, N_BINNED, N_BINS,
  N_CANDIDATES, N_CAPACITY, N_CELL, N_COUNTER, N_COUNTS, N_FIRST, N_FOUND, N_IMAGE_COUNT, N_IMAGE_HASH,
  N_IMAGE_KEYS, N_IMAGE_ROOM, N_IMAGES, N_LINKED, N_NARROW, N_OLD, N_POSITIONS, N_REACH, N_SHIFTS,
  N_WRAPPED, NX_INVERSE, NX_RANGE, NX_STRAIN, ROUGH_BYTES,
} from './force-layout';
import { ptr, real, setWord, word } from './records';

/** Images are stored in 16 bits each. */
const FARTHEST: f64 = 15000;
/** Bytes of a rough candidate. */
const BACK: usize = 4;
const IMAGE: usize = 8;
const IMAGE_BITS: i64 = 0xffffffffffff;
/** Spreads keys over the hash: 2⁶⁴ divided by the golden ratio. */
const GOLDEN: i64 = 0x9e3779b97f4a7c15;
/** Atoms searched at a time by one thread. */
const SHARE: i32 = 32;

/**
 * How much nearer two atoms may have come since the list was made, beyond the strain of the cell:
 * the sum of the two largest displacements, Å. NaN when a position is not finite.
 */
export function drift(list: usize): f64 {
  const atoms = word(list, N_ATOMS);
  let now = ptr(list, N_POSITIONS);
  let old = ptr(list, N_OLD);
  const xx = real(list, NX_STRAIN), xy = real(list, NX_STRAIN + 1), xz = real(list, NX_STRAIN + 2);
  const yx = real(list, NX_STRAIN + 3), yy = real(list, NX_STRAIN + 4), yz = real(list, NX_STRAIN + 5);
  const zx = real(list, NX_STRAIN + 6), zy = real(list, NX_STRAIN + 7), zz = real(list, NX_STRAIN + 8);
  let most = 0.0;
  let second = 0.0;
  let finite = 0.0;
  for (let i = 0; i < atoms; i++, now += 32, old += 32) {
    const x = load<f64>(old), y = load<f64>(old, 8), z = load<f64>(old, 16);
    const dx = load<f64>(now) - (x * xx + y * yx + z * zx);
    const dy = load<f64>(now, 8) - (x * xy + y * yy + z * zy);
    const dz = load<f64>(now, 16) - (x * xz + y * yz + z * zz);
    const square = dx * dx + dy * dy + dz * dz;
    finite += square * 0.0;
    if (square > second) {
      second = square > most ? most : square;
      most = square > most ? square : most;
    }
  }
  return sqrt(most) + sqrt(second) + finite;
}

/** Wraps atoms into the cell and sorts them into bins. Returns 1 when one is too many cells away. */
export function bin(list: usize): i32 {
  const atoms = word(list, N_ATOMS);
  const positions = ptr(list, N_POSITIONS);
  const cell = ptr(list, N_CELL);
  const images = ptr(list, N_IMAGES);
  const binFirst = ptr(list, N_BIN_FIRST);
  const mx = word(list, N_BINS), my = word(list, N_BINS + 1), mz = word(list, N_BINS + 2);
  const bins = mx * my * mz;
  memory.fill(binFirst, 0, (<usize>(bins + 1)) << 2);
  for (let i = 0; i < atoms; i++) {
    const own = positions + ((<usize>i) << 5);
    const image = images + ((<usize>i) << 4);
    let index = 0;
    for (let k = 2; k >= 0; k--) {
      const fraction =
        load<f64>(own) * real(list, NX_INVERSE + k) +
        load<f64>(own, 8) * real(list, NX_INVERSE + 3 + k) +
        load<f64>(own, 16) * real(list, NX_INVERSE + 6 + k);
      const whole = floor(fraction);
      if (!(abs(whole) < FARTHEST)) return 1;
      const count = word(list, N_BINS + k);
      index = index * count + min(count - 1, <i32>((fraction - whole) * <f64>count));
      setWord(image, k, <i32>whole);
    }
    setWord(image, 3, index);
    setWord(binFirst, index + 1, word(binFirst, index + 1) + 1);
  }
  for (let b = 0; b < bins; b++) setWord(binFirst, b + 1, word(binFirst, b + 1) + word(binFirst, b));
  const wrapped = ptr(list, N_WRAPPED);
  const binned = ptr(list, N_BINNED);
  // Filling from the last atom down turns each bin's end into its beginning.
  for (let i = atoms - 1; i >= 0; i--) {
    const own = positions + ((<usize>i) << 5);
    const image = images + ((<usize>i) << 4);
    const index = word(image, 3);
    const place = word(binFirst, index + 1) - 1;
    setWord(binFirst, index + 1, place);
    setWord(binned, place, i);
    const target = wrapped + ((<usize>place) << 5);
    for (let k = 0; k < 3; k++) {
      const offset = (<usize>k) << 3;
      store<f64>(
        target + offset,
        load<f64>(own + offset) -
          (<f64>word(image, 0) * load<f64>(cell + offset) +
            <f64>word(image, 1) * load<f64>(cell + offset, 32) +
            <f64>word(image, 2) * load<f64>(cell + offset, 64)),
      );
    }
  }
  // Bin b now begins at entry b + 1; the end of the last is the number of atoms.
  for (let b = 0; b < bins; b++) setWord(binFirst, b, word(binFirst, b + 1));
  setWord(binFirst, bins, atoms);
  return 0;
}

/** Finds the candidates of all atoms; those beyond the capacity less two are counted but not all kept. */
export function search(list: usize): void {
  const atoms = word(list, N_ATOMS);
  const counter = ptr(list, N_COUNTER);
  for (;;) {
    const first = atomic.add<i32>(counter, SHARE);
    if (first >= atoms) return;
    for (let place = first; place < min(first + SHARE, atoms); place++) searchOne(list, place);
  }
}

function searchOne(list: usize, place: i32): void {
  const mx = word(list, N_BINS), my = word(list, N_BINS + 1), mz = word(list, N_BINS + 2);
  const px = word(list, N_REACH), py = word(list, N_REACH + 1), pz = word(list, N_REACH + 2);
  const binFirst = ptr(list, N_BIN_FIRST);
  const binned = ptr(list, N_BINNED);
  const images = ptr(list, N_IMAGES);
  const wrapped = ptr(list, N_WRAPPED);
  const cell = ptr(list, N_CELL);
  const ax = v128.load(cell), ay = v128.load(cell, 32), az = v128.load(cell, 64);
  const bx = load<f64>(cell, 16), by = load<f64>(cell, 48), bz = load<f64>(cell, 80);
  const range = real(list, NX_RANGE);
  const limit = range * range;
  const last = word(list, N_CAPACITY) - 1;
  const own = wrapped + ((<usize>place) << 5);
  const xy = v128.load(own);
  const z = load<f64>(own, 16);
  const i = word(binned, place);
  const home = images + ((<usize>i) << 4);
  const bin = word(home, 3);
  const row = bin / mx;
  const layer = row / my;
  const found = ptr(list, N_FOUND) + <usize>i * <usize>(last + 1) * ROUGH_BYTES;
  let count = 0;
  for (let cz = layer - pz; cz <= layer + pz; cz++) {
    const oz = cellOf(cz, mz);
    for (let cy = row - layer * my - py, endY = cy + 2 * py; cy <= endY; cy++) {
      const oy = cellOf(cy, my);
      const bins = mx * (cy - oy * my + my * (cz - oz * mz));
      for (let cx = bin - row * mx - px, endX = cx + 2 * px; cx <= endX; ) {
        // Bins along x follow each other, so those in one image of the cell are one run of atoms.
        const ox = cellOf(cx, mx);
        const end = min(endX, ox * mx + mx - 1);
        const from = word(binFirst, bins + cx - ox * mx);
        const to = word(binFirst, bins + end - ox * mx + 1);
        cx = end + 1;
        const n0 = <f64>ox, n1 = <f64>oy, n2 = <f64>oz;
        const shift = f64x2.add(
          f64x2.add(f64x2.mul(f64x2.splat(n0), ax), f64x2.mul(f64x2.splat(n1), ay)),
          f64x2.mul(f64x2.splat(n2), az),
        );
        const shiftZ = n0 * bx + n1 * by + n2 * bz;
        let total = count;
        let other = wrapped + ((<usize>from) << 5);
        for (let k = from; k < to; k++, other += 32) {
          // Written so that the distance from the other side has the same bits.
          const d = f64x2.add(f64x2.sub(v128.load(other), xy), shift);
          const dz = load<f64>(other, 16) - z + shiftZ;
          const square = f64x2.mul(d, d);
          const r2 = f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1) + dz * dz;
          store<i32>(found + <usize>min(total, last) * ROUGH_BYTES, k);
          total += <i32>(r2 < limit);
        }
        const ix = ox + word(home, 0), iy = oy + word(home, 1), iz = oz + word(home, 2);
        const same = (ox | oy | oz) == 0;
        let kept = count;
        for (let k = count; k < min(total, last); k++) {
          const neighbour = load<i32>(found + <usize>k * ROUGH_BYTES);
          if (same && neighbour == place) continue;
          const j = word(binned, neighbour);
          const far = images + ((<usize>j) << 4);
          const entry = found + <usize>kept * ROUGH_BYTES;
          store<i32>(entry, j);
          store<i16>(entry, <i16>(ix - word(far, 0)), IMAGE);
          store<i16>(entry, <i16>(iy - word(far, 1)), IMAGE + 2);
          store<i16>(entry, <i16>(iz - word(far, 2)), IMAGE + 4);
          kept++;
        }
        // An atom is no neighbour of itself; those without room count too.
        count = same && place >= from && place < to ? total - 1 : total;
      }
    }
  }
  setWord(ptr(list, N_COUNTS), i, count);
}

/** Which image of the cell holds bin `c` of an axis that has `bins` in each; cells are a few away at most. */
// @ts-ignore: decorator
@inline
function cellOf(c: i32, bins: i32): i32 {
  let cell = 0;
  for (; c < 0; c += bins) cell--;
  for (; c >= bins; c -= bins) cell++;
  return cell;
}

/**
 * Orders the candidates of each atom by (neighbour, image). An atom is appended to the lists of its
 * candidates, atoms in increasing order: so lists come out sorted without a sort, but for the images
 * of one neighbour, of which there are several only where the cell is narrow.
 */
export function arrange(list: usize): void {
  const atoms = word(list, N_ATOMS);
  const first = ptr(list, N_FIRST);
  const counts = ptr(list, N_COUNTS);
  const candidates = ptr(list, N_ARRANGED);
  const capacity = word(list, N_CAPACITY);
  let total = 0;
  for (let i = 0; i < atoms; i++) {
    setWord(first, i, total);
    total += word(counts, i);
  }
  setWord(first, atoms, total);
  // `first` serves as the cursor of each list, shifted back afterwards.
  for (let j = 0; j < atoms; j++) {
    let entry = ptr(list, N_FOUND) + <usize>j * <usize>capacity * ROUGH_BYTES;
    for (let k = word(counts, j); k > 0; k--, entry += ROUGH_BYTES) {
      const rough = v128.load(entry);
      const i = i32x4.extract_lane(rough, 0);
      const slot = word(first, i);
      setWord(first, i, slot + 1);
      v128.store(
        candidates + <usize>slot * ROUGH_BYTES,
        i32x4.replace_lane(i16x8.neg(rough), 0, j),
      );
    }
  }
  for (let i = atoms - 1; i >= 0; i--) setWord(first, i, word(first, i) - word(counts, i));
  if (word(list, N_NARROW) != 0) {
    for (let i = 0; i < atoms; i++) sortImages(candidates, i, word(first, i), word(first, i + 1));
  }
  if (word(list, N_LINKED) != 0) link(list);
}

/** Links each candidate to the one that points back: the k-th mention of a pair to its k-th there. */
function link(list: usize): void {
  const atoms = word(list, N_ATOMS);
  const first = ptr(list, N_FIRST);
  const cursors = ptr(list, N_COUNTS);
  const candidates = ptr(list, N_ARRANGED);
  for (let i = 0; i < atoms; i++) setWord(cursors, i, word(first, i));
  for (let i = 0; i < atoms; i++) {
    const end = word(first, i + 1);
    for (let slot = word(first, i); slot < end; slot++) {
      const target = candidates + <usize>slot * ROUGH_BYTES;
      const j = load<i32>(target);
      if (j == i) {
        // An atom's images of itself lie in pairs about the middle of their run.
        let last = slot;
        while (last + 1 < end && load<i32>(candidates + <usize>(last + 1) * ROUGH_BYTES) == i) last++;
        const sum = slot + last;
        for (; slot <= last; slot++) {
          store<i32>(candidates + <usize>slot * ROUGH_BYTES, sum - slot, BACK);
        }
        setWord(cursors, i, last + 1);
        slot = last;
      } else {
        const back = word(cursors, j);
        setWord(cursors, j, back + 1);
        store<i32>(target, back, BACK);
      }
    }
  }
}

/**
 * Makes the list itself: each candidate with the place of its image, of which there are few, in a
 * table. Returns 1 when the table has no room for them.
 */
export function numberImages(list: usize): i32 {
  const total = word(ptr(list, N_FIRST), word(list, N_ATOMS));
  const room = word(list, N_IMAGE_ROOM);
  const keys = ptr(list, N_IMAGE_KEYS);
  const hash = ptr(list, N_IMAGE_HASH);
  const mask = 2 * room - 1;
  memory.fill(hash, 0, (<usize>(2 * room)) << 2);
  const linked = word(list, N_LINKED) != 0;
  const back = ptr(list, N_BACK);
  let rough = ptr(list, N_ARRANGED);
  let entry = ptr(list, N_CANDIDATES);
  let count = 0;
  for (let slot = 0; slot < total; slot++, rough += ROUGH_BYTES, entry += CANDIDATE_BYTES) {
    const key = load<i64>(rough, IMAGE) & IMAGE_BITS;
    let place = <i32>((key * GOLDEN) >>> 40) & mask;
    let index = word(hash, place);
    while (index != 0 && load<i64>(keys + ((<usize>(index - 1)) << 3)) != key) {
      place = (place + 1) & mask;
      index = word(hash, place);
    }
    if (index == 0) {
      if (count == room) return 1;
      store<i64>(keys + ((<usize>count) << 3), key);
      index = ++count;
      setWord(hash, place, index);
    }
    store<i32>(entry, load<i32>(rough), D_ATOM);
    store<i32>(entry, (index - 1) << 5, D_SHIFT);
    if (linked) setWord(back, slot, load<i32>(rough, BACK));
  }
  setWord(list, N_IMAGE_COUNT, count);
  return 0;
}

/** Shifts of the images in the present cell; the opposite image has the opposite bits. */
export function placeImages(list: usize): void {
  const cell = ptr(list, N_CELL);
  let key = ptr(list, N_IMAGE_KEYS);
  let shift = ptr(list, N_SHIFTS);
  for (let k = word(list, N_IMAGE_COUNT); k > 0; k--, key += 8, shift += 32) {
    const n0 = <f64>load<i16>(key), n1 = <f64>load<i16>(key, 2), n2 = <f64>load<i16>(key, 4);
    for (let axis: usize = 0; axis < 24; axis += 8) {
      const sum = n0 * load<f64>(cell + axis) + n1 * load<f64>(cell + axis, 32);
      store<f64>(shift + axis, sum + n2 * load<f64>(cell + axis, 64));
    }
  }
}

/** Orders the images of each neighbour of `i`, upwards or downwards so that both sides agree. */
function sortImages(candidates: usize, i: i32, first: i32, end: i32): void {
  for (let k = first + 1; k < end; k++) {
    const entry = candidates + <usize>k * ROUGH_BYTES;
    const j = load<i32>(entry);
    if (load<i32>(entry - ROUGH_BYTES) != j) continue;
    const image = load<i64>(entry, 8);
    const key = imageKey(image, i > j);
    let place = entry;
    while (
      place > candidates + <usize>first * ROUGH_BYTES &&
      load<i32>(place - ROUGH_BYTES) == j &&
      imageKey(load<i64>(place - ROUGH_BYTES, 8), i > j) > key
    ) {
      store<i64>(place, load<i64>(place - ROUGH_BYTES, 8), 8);
      place -= ROUGH_BYTES;
    }
    store<i64>(place, image, 8);
  }
}

// @ts-ignore: decorator
@inline
function imageKey(image: i64, downwards: bool): i64 {
  const x = <i64><i16>image;
  const y = <i64><i16>(image >> 16);
  const z = <i64><i16>(image >> 32);
  const key = (((x << 20) + y) << 20) + z;
  return downwards ? -key : key;
}
