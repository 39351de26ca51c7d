/** What every estimator here asks of a series, and its two first moments. */

/** A series that no statistics can be made of: empty, too short, or not finite. */
export class SeriesError extends Error {
  override readonly name = 'SeriesError';
}

/** @throws SeriesError when the series is shorter than `least` or holds NaN or an infinity */
export function requireSeries(series: ArrayLike<number>, least: number, name = 'series'): void {
  if (series.length < least)
    throw new SeriesError(`the ${name} has ${series.length} values; at least ${least} are needed`);
  for (let k = 0; k < series.length; k++) {
    if (!Number.isFinite(series[k]))
      throw new SeriesError(`value ${k} of the ${name} is ${series[k]}, not a finite number`);
  }
}

/** Arithmetic mean, summed as deviations from the first value so that a constant is exact. */
export function mean(series: ArrayLike<number>, from = 0): number {
  const first = series[from]!;
  let sum = 0;
  for (let k = from; k < series.length; k++) sum += series[k]! - first;
  return first + sum / (series.length - from);
}

/** Mean squared deviation from `center` (divided by n, not n - 1). */
export function variance(series: ArrayLike<number>, center: number, from = 0): number {
  let sum = 0;
  for (let k = from; k < series.length; k++) {
    const d = series[k]! - center;
    sum += d * d;
  }
  return sum / (series.length - from);
}

/** Means of consecutive batches of `size`; an incomplete last batch is left out. */
export function batchMeans(series: ArrayLike<number>, size: number): Float64Array {
  return Float64Array.from({ length: Math.floor(series.length / size) }, (_, batch) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += series[batch * size + k]!;
    return sum / size;
  });
}
