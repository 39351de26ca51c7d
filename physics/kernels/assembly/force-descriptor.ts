/** Descriptor D = A·(first columns of A)ᵀ of one atom, and the way back. A is T [4][width]. */
import {
  P_AXIS, P_PADDING, P_SEL, P_TYPES, P_WIDTH, PX_INVERSE_SLOTS,
} from './force-layout';
import { gemm, gemmTransposed } from './gemm';
import { lanes, muladd } from './math';
import { at, ptr, real, word } from './records';

/** A of the empty slots alone: (sel - n)·G(pad)·R(pad) of each type, which has only a first row. */
export function startA<T>(potential: usize, centre: i32, counts: usize, a: usize): void {
  const types = word(potential, P_TYPES);
  const width = word(potential, P_WIDTH);
  memory.fill(a, 0, (<usize>(4 * width)) * sizeof<T>());
  for (let t = 0; t < types; t++) {
    const empty = v128.splat<T>(<T>(word(ptr(potential, P_SEL), t) - word(counts, t)));
    const padding = at<T>(ptr(potential, P_PADDING), (centre * types + t) * width);
    for (let j = 0; j < width; j += lanes<T>()) {
      const place = at<T>(a, j);
      v128.store(place, muladd<T>(v128.load(place), empty, v128.load(at<T>(padding, j))));
    }
  }
}

/** Divides A by the number of slots; D, T [axis][width]: D[b][m] = Σ_k A[k][m]·A[k][b]. */
export function descriptor<T>(potential: usize, a: usize, d: usize): void {
  const width = word(potential, P_WIDTH);
  scale<T>(potential, a);
  const wide = (<usize>width) * sizeof<T>();
  gemm<T>(word(potential, P_AXIS), width, 4, a, sizeof<T>(), wide, a, wide, d, wide, false);
}

/** dE/dA (before the division) from dE/dD. */
export function reverseDescriptor<T>(potential: usize, a: usize, deDd: usize, deDa: usize): void {
  const width = word(potential, P_WIDTH);
  const axis = word(potential, P_AXIS);
  const wide = (<usize>width) * sizeof<T>();
  gemm<T>(4, width, axis, a, wide, sizeof<T>(), deDd, wide, deDa, wide, false);
  gemmTransposed<T>(4, axis, width, a, wide, deDd, wide, deDa, wide, true);
  scale<T>(potential, deDa);
}

function scale<T>(potential: usize, a: usize): void {
  const factor = v128.splat<T>(<T>real(potential, PX_INVERSE_SLOTS));
  for (let j = 0; j < 4 * word(potential, P_WIDTH); j += lanes<T>()) {
    v128.store(at<T>(a, j), v128.mul<T>(v128.load(at<T>(a, j)), factor));
  }
}
