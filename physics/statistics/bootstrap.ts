/** Standard errors by resampling: Efron, Ann. Statist. 7 (1979) 1, doi:10.1214/aos/1176344552. */
import { uniform } from '../random.ts';
import { mean, requireSeries } from './series.ts';

const DRAWS = 400;

/**
 * Standard deviation of `statistic` over 400 samples drawn with replacement; the same (values,
 * seed) give the same number.
 *
 * @param values independent values, at least 2
 * @throws SeriesError for fewer values or one that is not finite
 */
export function bootstrapError(
  values: ArrayLike<number>,
  seed: number,
  statistic: (sample: Float64Array) => number = mean,
): number {
  requireSeries(values, 2, 'values');
  const n = values.length;
  const sample = new Float64Array(n);
  const drawn = Float64Array.from({ length: DRAWS }, (_, draw) => {
    for (let k = 0; k < n; k++)
      sample[k] = values[Math.floor(uniform(seed, 'bootstrap', draw, k) * n)]!;
    return statistic(sample);
  });
  const center = mean(drawn);
  return Math.sqrt(
    drawn.reduce((sum, value) => sum + (value - center) * (value - center), 0) / (DRAWS - 1),
  );
}
