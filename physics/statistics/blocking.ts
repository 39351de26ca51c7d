/**
 * Error of a mean by blocking: Flyvbjerg and Petersen, J. Chem. Phys. 91 (1989) 461,
 * doi:10.1063/1.457480. Pairs of values are averaged again and again; the naive error of the mean
 * grows until the blocks are longer than the correlation. A cross-check of `meanWithError` that
 * shares nothing with it.
 */
import { batchMeans, mean, requireSeries, variance } from './series.ts';

export interface Blocking {
  /** Standard error of the mean, at the plateau or at the largest blocks that can be judged. */
  readonly standardError: number;
  /** Uncertainty of that error: standardError / sqrt(2 (blocks - 1)). */
  readonly uncertainty: number;
  /** False when the error still grew at the largest blocks: then it is a lower bound. */
  readonly plateau: boolean;
}

/** Fewer blocks make an error with more than a quarter of its own size as uncertainty. */
const LEAST_BLOCKS = 8;

/**
 * The plateau is the first level whose error no later one exceeds by more than the later one's
 * uncertainty.
 *
 * @throws SeriesError for fewer than 16 samples or a value that is not finite
 */
export function blockingError(series: ArrayLike<number>): Blocking {
  requireSeries(series, 2 * LEAST_BLOCKS);
  const levels: { standardError: number; uncertainty: number }[] = [];
  for (let size = 1; Math.floor(series.length / size) >= LEAST_BLOCKS; size *= 2) {
    const blocks = batchMeans(series, size);
    const standardError = Math.sqrt(variance(blocks, mean(blocks)) / (blocks.length - 1));
    levels.push({ standardError, uncertainty: standardError / Math.sqrt(2 * (blocks.length - 1)) });
  }
  const isPlateau = (k: number): boolean =>
    levels
      .slice(k + 1)
      .every((later) => later.standardError - later.uncertainty <= levels[k]!.standardError);
  const last = levels.length - 1;
  const found = levels.findIndex((_, k) => isPlateau(k));
  return { ...levels[found]!, plateau: found < last };
}
