/**
 * Splits frames into train, validation and test as a pure function of each frame's identity, so
 * that a geometry stands on the same side at every level of theory and in every data set.
 */
import { createHash } from 'node:crypto';
import type { Frame } from '../structure/frame.ts';

export interface Shares {
  readonly test: number;
  readonly validation: number;
  /** Another seed, another split of the same geometries. */
  readonly seed: number;
}

export type Part = 'train' | 'validation' | 'test';

/**
 * The part of a frame: SHA-256 of its id gives a number in [0, 1); the lowest `test` share is
 * the test part, the next `validation` share the validation part, the rest trains.
 */
export function partOf(id: string, shares: Shares): Part {
  const digest = createHash('sha256').update(`split/1:${shares.seed}:${id}`).digest();
  const position = digest.readUIntBE(0, 6) / 281474976710656;
  if (position < shares.test) return 'test';
  return position < shares.test + shares.validation ? 'validation' : 'train';
}

/** Frames of each part, in their order. */
export function splitFrames(
  frames: readonly Frame[],
  shares: Shares,
): { readonly [part in Part]: readonly Frame[] } {
  const of = (part: Part) => frames.filter((frame) => partOf(frame.id, shares) === part);
  return { train: of('train'), validation: of('validation'), test: of('test') };
}
