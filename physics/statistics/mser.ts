/**
 * Where equilibration ends: MSER-5, the marginal standard error rule on batches of five.
 *
 * White, J. P. and Robinson, S. C., European J. Operational Research 203 (2010) 387,
 * doi:10.1016/j.ejor.2009.07.012. Of all truncations d the one whose remaining batches give the
 * smallest standard error of the mean, as if they were independent:
 *   MSER(d) = Σ_{j ≥ d} (y_j - mean_d)² / (n - d)²,   d ≤ n/2.
 * The first batch is dropped before: one outlier at the start otherwise keeps everything.
 */
import { batchMeans, requireSeries } from './series.ts';

export interface Equilibration {
  /** Index of the first sample of the production part. */
  readonly start: number;
  /**
   * False when the rule wants to cut as much as it may: the series still drifts at half its
   * length, and its mean is not one of equilibrium.
   */
  readonly settled: boolean;
}

const BATCH = 5;
/** Fewer samples say nothing about a drift. */
export const LEAST_SAMPLES = 40;

/**
 * Equilibration of a series of at least 40 samples at equal intervals.
 *
 * @throws SeriesError when the series is shorter or not finite
 */
export function mser5(series: ArrayLike<number>): Equilibration {
  requireSeries(series, LEAST_SAMPLES);
  const batches = batchMeans(series, BATCH);
  const n = batches.length;
  const last = Math.floor(n / 2);
  // Suffix sums about one value of the middle: no cancellation where the mean is large.
  const center = batches[last]!;
  let sum = 0;
  let squares = 0;
  let start = last;
  let least = Number.POSITIVE_INFINITY;
  for (let d = n - 1; d >= 1; d--) {
    const y = batches[d]! - center;
    sum += y;
    squares += y * y;
    if (d > last) continue;
    const kept = n - d;
    const mser = Math.max(0, squares - (sum * sum) / kept) / (kept * kept);
    // Of equal truncations the earliest: a constant series loses its first batch only.
    if (mser <= least) {
      least = mser;
      start = d;
    }
  }
  return { start: start * BATCH, settled: start < last };
}
