/**
 * How many independent values a correlated series is worth.
 *
 * Statistical inefficiency g = 1 + 2 Σ_{t=1}^{W} (1 - t/N) ρ(t), with the window W closed at the
 * first t ≥ 5 τ(t), τ(t) = ½ + Σ_{s≤t} ρ(s) (A. Sokal, in Functional Integration, NATO ASI B 361
 * (1997) 131, doi:10.1007/978-1-4899-0319-8_6). A mean over N values has variance g σ²/N.
 * Where the correlation outlasts 256 lags, pairs of values are averaged and the window is sought
 * again: cost O(N · 256), whatever the correlation time.
 */
import { batchMeans, mean, requireSeries, variance } from './series.ts';

export interface Inefficiency {
  /** Statistical inefficiency, at least 1: samples per independent value. */
  readonly g: number;
  /** N/g */
  readonly effectiveSamples: number;
}

export interface MeanWithError {
  readonly mean: number;
  /** One standard deviation of the mean. */
  readonly standardError: number;
  readonly effectiveSamples: number;
}

const WINDOW_FACTOR = 5;
const MOST_LAGS = 256;
/** Below it no correlation time can be told. */
const LEAST = 4;

/**
 * Statistical inefficiency of samples at equal intervals. A constant series counts as one value.
 *
 * @throws SeriesError for fewer than 4 samples or a value that is not finite
 */
export function integratedAutocorrelation(series: ArrayLike<number>): Inefficiency {
  requireSeries(series, LEAST);
  const n = series.length;
  const center = mean(series);
  const whole = variance(series, center);
  if (isRounding(whole, center)) return { g: n, effectiveSamples: 1 };
  let blocked: ArrayLike<number> = series;
  for (let size = 1; ; size *= 2) {
    const lags = Math.min(MOST_LAGS, Math.floor(blocked.length / 2));
    const found = windowed(blocked, lags);
    const next = size * 2;
    // Fewer than eight blocks hold no correlation function: take what the window has.
    if (found.closed || Math.floor(n / next) < 8) {
      // g σ² is the variance of the mean times N, in blocks and in samples alike.
      const g = Math.min(n, Math.max(1, (found.g * found.variance * size) / whole));
      return { g, effectiveSamples: n / g };
    }
    blocked = batchMeans(series, next);
  }
}

/** Scatter that is only the rounding of sums about a value of this size. */
function isRounding(spread: number, center: number): boolean {
  const unit = Math.abs(center) * 1e-15;
  return spread <= unit * unit;
}

function windowed(
  series: ArrayLike<number>,
  lags: number,
): { g: number; variance: number; closed: boolean } {
  const n = series.length;
  const center = mean(series);
  const spread = variance(series, center);
  if (isRounding(spread, center)) return { g: 1, variance: spread, closed: true };
  let tau = 0.5;
  let g = 1;
  for (let t = 1; t < lags; t++) {
    let sum = 0;
    for (let k = t; k < n; k++) sum += (series[k]! - center) * (series[k - t]! - center);
    const rho = sum / ((n - t) * spread);
    tau += rho;
    g += 2 * (1 - t / n) * rho;
    if (t >= WINDOW_FACTOR * tau) return { g, variance: spread, closed: true };
  }
  return { g, variance: spread, closed: false };
}

/**
 * Mean of samples at equal intervals, with the standard error that their correlation leaves:
 * sqrt(s²/(N_eff - 1)), s² the mean squared deviation; 0 for a constant series.
 *
 * @throws SeriesError for fewer than 4 samples or a value that is not finite
 */
export function meanWithError(series: ArrayLike<number>): MeanWithError {
  const { effectiveSamples } = integratedAutocorrelation(series);
  const center = mean(series);
  const spread = variance(series, center);
  const standardError = isRounding(spread, center)
    ? 0
    : Math.sqrt(spread / Math.max(effectiveSamples - 1, 0.5));
  return { mean: center, standardError, effectiveSamples };
}
