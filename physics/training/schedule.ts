/** Learning rate, weights of the loss, and the order of frames over a training. */
import { pow } from '../elementary.ts';
import { permutation } from '../random.ts';

/** From the first update to the last. */
export interface Ramp {
  readonly start: number;
  readonly end: number;
}

/**
 * Weights of the loss p_e (ΔE)²/N + p_f mean(ΔF²) + p_v mean(ΔW²)/N, each moving with the learning
 * rate: p = end + (start - end)·rate/first rate.
 */
export interface Prefactors {
  readonly energy: Ramp;
  readonly force: Ramp;
  readonly virial: Ramp;
}

/** What each update multiplies the learning rate with, so that it falls evenly on a log scale. */
export function decayOf({ start, end }: Ramp, updates: number): number {
  return pow(end / start, 1 / updates);
}

/**
 * Deals out the training frames of one member: epoch after epoch all of them, each time in
 * another order. A function of (seed, member, place) alone.
 */
export function dealer(
  frames: number,
  seed: number,
  member: number,
): (first: number, count: number) => Uint32Array {
  let epoch = -1;
  let order: Uint32Array = new Uint32Array(0);
  return (first, count) =>
    Uint32Array.from({ length: count }, (_, k) => {
      const own = Math.floor((first + k) / frames);
      if (own !== epoch) {
        epoch = own;
        order = permutation(frames, seed, `order of frames ${member}`, epoch);
      }
      return order[first + k - own * frames];
    });
}
