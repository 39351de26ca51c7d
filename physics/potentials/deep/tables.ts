/** Tables of a member's embedding nets over all inputs that neighbours can give. */
import type { Precision } from '../../kernels/writer.ts';
import { type Table, tabulate } from './compress.ts';
import type { Committee, DeepPotential } from './model.ts';
import { radialWeight } from './radial-weight.ts';

/** Closest distance that tables reach, Å. */
export const TABLE_REACH = 0.8;
/** Largest error of a tabulated channel, whose size is about 1. */
export const TABLE_TOLERANCE = { f32: 1e-9, f64: 1e-12 } as const;

/**
 * One table for each embedding net, from an empty slot's input to that of `TABLE_REACH`.
 *
 * @throws PotentialError when a net varies too sharply to be tabulated
 */
export function embeddingTables(
  { architecture: { inner, cutoff } }: Committee,
  member: DeepPotential,
  precision: Precision,
): Table[] {
  const [nearest] = radialWeight(TABLE_REACH, inner, cutoff);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  member.mean.forEach((mean, type) => {
    low = Math.min(low, -mean / member.deviation[type]);
    high = Math.max(high, (nearest - mean) / member.deviation[type]);
  });
  return member.embeddings.map((net) => tabulate(net, low, high, TABLE_TOLERANCE[precision]));
}
