/** Straight lines through points with error bars, and where they cross zero. */
import { requireSeries, SeriesError } from './series.ts';

export interface LineFit {
  readonly slope: number;
  readonly intercept: number;
  /** Standard errors and covariance of the two, from the points' errors alone. */
  readonly slopeError: number;
  readonly interceptError: number;
  readonly covariance: number;
  /** Σ (residual/error)², and what it is expected to be: points - 2. */
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
}

/**
 * y = intercept + slope·x by weighted least squares, weights 1/error².
 *
 * @param errors one standard deviation of each y, above 0
 * @throws SeriesError for fewer than two different x, unequal lengths or errors that are not above 0
 */
export function weightedLineFit(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  errors: ArrayLike<number>,
): LineFit {
  const n = x.length;
  if (y.length !== n || errors.length !== n)
    throw new SeriesError(
      `a line needs as many x (${n}) as y (${y.length}) and errors (${errors.length})`,
    );
  for (const [values, name] of [
    [x, 'x'],
    [y, 'y'],
    [errors, 'errors'],
  ] as const)
    requireSeries(values, 2, name);
  let [weight, meanX, meanY] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    if (!(errors[k]! > 0)) throw new SeriesError(`error ${k} is ${errors[k]}; it must be above 0`);
    const w = 1 / (errors[k]! * errors[k]!);
    weight += w;
    meanX += w * x[k]!;
    meanY += w * y[k]!;
  }
  meanX /= weight;
  meanY /= weight;
  let [sxx, sxy] = [0, 0];
  for (let k = 0; k < n; k++) {
    const w = 1 / (errors[k]! * errors[k]!);
    sxx += w * (x[k]! - meanX) * (x[k]! - meanX);
    sxy += w * (x[k]! - meanX) * (y[k]! - meanY);
  }
  if (!(sxx > 0)) throw new SeriesError('all x are the same; a line needs two different ones');
  const slope = sxy / sxx;
  const intercept = meanY - slope * meanX;
  let chiSquare = 0;
  for (let k = 0; k < n; k++) {
    const residual = (y[k]! - intercept - slope * x[k]!) / errors[k]!;
    chiSquare += residual * residual;
  }
  return {
    slope,
    intercept,
    slopeError: 1 / Math.sqrt(sxx),
    interceptError: Math.sqrt(1 / weight + (meanX * meanX) / sxx),
    covariance: -meanX / sxx,
    chiSquare,
    degreesOfFreedom: n - 2,
  };
}

/** A value with one standard deviation. */
export interface WithError {
  readonly value: number;
  readonly error: number;
}

/** How much larger the points' scatter is than their errors claim: sqrt(χ²/dof), at least 1. */
export function inflation({ chiSquare, degreesOfFreedom }: LineFit): number {
  return degreesOfFreedom > 0 ? Math.sqrt(Math.max(1, chiSquare / degreesOfFreedom)) : 1;
}

/**
 * Where the line crosses zero, x₀ = -intercept/slope, its error by propagation through the
 * covariance, enlarged by `inflation` where the points scatter more than their errors say.
 * A line whose slope is within 2 of its errors (as the points state them) of zero has no usable
 * zero: null.
 */
export function zeroOfLine(fit: LineFit): WithError | null {
  const { slope, intercept, slopeError, interceptError, covariance } = fit;
  const factor = inflation(fit);
  if (!(Math.abs(slope) > 2 * slopeError)) return null;
  const value = -intercept / slope;
  const variance =
    (interceptError * interceptError +
      value * value * slopeError * slopeError +
      2 * value * covariance) /
    (slope * slope);
  return { value, error: factor * Math.sqrt(Math.max(0, variance)) };
}
