/**
 * Transport coefficients from the fluctuations of an equilibrium flux (Green-Kubo):
 * η = prefactor · ∫₀^∞ <J(0) J(t)> dt, averaged over equivalent components and replicas.
 *
 * The mean flux is zero by symmetry and is not subtracted: taking away a sample's own mean would
 * bias the integral by about -2·cut/length.
 */
import { exp } from '../elementary.ts';

/** One replica: its components' fluxes at equal intervals, and the factor of its integral. */
export interface FluxSeries {
  /** [components][samples], all of one length */
  readonly components: readonly Float64Array[];
  /** For a viscosity V/(kB T), with the replica's measured T. */
  readonly prefactor: number;
}

export interface GreenKubo {
  /** Time of each lag, in units of `interval`'s unit; the first is 0. */
  readonly times: Float64Array;
  /** Mean autocorrelation times prefactor (a modulus, for a viscosity); [lags] */
  readonly correlation: Float64Array;
  /** Mean running integral and its standard error over all components and replicas; [lags] */
  readonly integral: Float64Array;
  readonly error: Float64Array;
  /** Where the integral is read off; null when no lag satisfies the rule: longer replicas needed. */
  readonly cut: number | null;
  /** Integral at the cut, or at the last lag without one. */
  readonly value: number;
  /** Of each replica, at the same time. */
  readonly replicas: readonly number[];
  /**
   * The larger of the scatter over replicas (of their mean) and the expectation for Gaussian
   * noise, 2·sqrt(cut/(components · total time))·value.
   */
  readonly standardError: number;
  /** Infinite-time value of a double-exponential fit: a cross-check that extrapolates. */
  readonly fitted: number;
}

/**
 * The cut, in units of the flux's own correlation time integral(t)/correlation(0): the integral
 * is read at the first time t above CUT times that. Chosen by measurement on a Lennard-Jones
 * liquid, whose slow tail holds a tenth of its viscosity (`bench/viscosity-lj.ts`).
 */
export const CUT = 10;
/** A replica must be this many times longer than the cut. */
export const LENGTH_OVER_CUT = 6;

/**
 * @param interval time between samples
 * @param longest  no lag beyond it, same unit; lags beyond length/LENGTH_OVER_CUT are never used
 */
export function greenKubo(
  replicas: readonly FluxSeries[],
  interval: number,
  longest = Number.POSITIVE_INFINITY,
): GreenKubo {
  const samples = replicas[0]?.components[0]?.length ?? 0;
  const components = replicas[0]?.components.length ?? 0;
  const equal = replicas.every(
    (replica) =>
      replica.components.length === components &&
      replica.components.every((component) => component.length === samples),
  );
  if (components === 0 || !equal)
    throw new Error('Green-Kubo needs replicas of one length with the same components');
  const lags = 1 + Math.floor(Math.min(samples / LENGTH_OVER_CUT, longest / interval));
  if (lags < 3) throw new Error(`${samples} samples are too few for a Green-Kubo integral`);

  const correlation = new Float64Array(lags);
  const integral = new Float64Array(lags);
  const squares = new Float64Array(lags);
  const running = replicas.map(() => new Float64Array(lags));
  const count = replicas.length * components;
  const one = new Float64Array(lags);
  replicas.forEach((replica, r) => {
    for (const component of replica.components) {
      autocorrelation(component, one);
      let sum = 0;
      for (let k = 0; k < lags; k++) {
        one[k] *= replica.prefactor;
        if (k > 0) sum += 0.5 * interval * (one[k - 1] + one[k]);
        correlation[k] += one[k] / count;
        integral[k] += sum / count;
        squares[k] += (sum * sum) / count;
        running[r]![k] += sum / components;
      }
    }
  });
  const times = Float64Array.from(integral, (_, k) => k * interval);
  const error = integral.map((mean, k) =>
    count > 1 ? Math.sqrt(Math.max(0, squares[k] - mean * mean) / (count - 1)) : Number.NaN,
  );
  const index = times.findIndex((time, k) => k > 0 && time * correlation[0] >= CUT * integral[k]);
  const at = index < 0 ? lags - 1 : index;
  const value = integral[at];
  const values = running.map((integrals) => integrals[at]);
  const total = replicas.length * samples * interval;
  const expected = 2 * Math.sqrt(times[at] / (components * total)) * Math.abs(value);
  const end = Math.min(lags, 2 * at + 1);
  return {
    times,
    correlation,
    integral,
    error,
    cut: index < 0 ? null : times[index],
    value,
    replicas: values,
    standardError: Math.max(errorOfMean(values), expected),
    fitted: fitDoubleExponential(times.subarray(0, end), integral.subarray(0, end)),
  };
}

/** <x(0) x(k)> without subtraction of the mean, over all origins, for every lag of `into`. */
export function autocorrelation(x: Float64Array, into: Float64Array): void {
  for (let lag = 0; lag < into.length; lag++) {
    const pairs = x.length - lag;
    let sum = 0;
    for (let t = 0; t < pairs; t++) sum += x[t] * x[t + lag];
    into[lag] = sum / pairs;
  }
}

/** Standard error of the mean from the scatter of independent values; 0 for a single one. */
function errorOfMean(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return Math.sqrt(squares / (n * (n - 1)));
}

/**
 * Infinite-time value of a(1 - e^{-t/p}) + b(1 - e^{-t/q}) with a, b >= 0, fitted to a running
 * integral with weights 1/t, as the integral's variance grows with t. Times p, q are sought on a
 * logarithmic grid up to the end of the data; for each pair the amplitudes are linear.
 * Source: Zhang, Otani, Maginn, J. Chem. Theory Comput. 11, 3537 (2015), doi:10.1021/acs.jctc.5b00351.
 */
export function fitDoubleExponential(times: Float64Array, integral: Float64Array): number {
  const n = times.length;
  const end = times[n - 1];
  const grid: number[] = [];
  for (let tau = 0.5 * times[1]; tau <= end; tau *= 1.15) grid.push(tau);
  const bases = grid.map((tau) => times.map((time) => 1 - exp(-time / tau)));
  const dot = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let k = 1; k < n; k++) sum += (a[k] * b[k]) / times[k];
    return sum;
  };
  const right = bases.map((base) => dot(base, integral));
  const norm = bases.map((base) => dot(base, base));
  // The sum of squares falls by `gain`; single exponentials are pairs with one amplitude zero.
  let best = { gain: Number.NEGATIVE_INFINITY, value: Number.NaN };
  const offer = (gain: number, value: number): void => {
    if (gain > best.gain) best = { gain, value };
  };
  for (let p = 0; p < grid.length; p++) {
    const single = right[p]! / norm[p]!;
    if (single > 0) offer(single * right[p]!, single);
    for (let q = 0; q < p; q++) {
      const mixed = dot(bases[p]!, bases[q]!);
      const determinant = norm[p]! * norm[q]! - mixed * mixed;
      if (!(determinant > 1e-9 * norm[p]! * norm[q]!)) continue;
      const a = (right[p]! * norm[q]! - right[q]! * mixed) / determinant;
      const b = (right[q]! * norm[p]! - right[p]! * mixed) / determinant;
      if (a >= 0 && b >= 0) offer(a * right[p]! + b * right[q]!, a + b);
    }
  }
  return best.value;
}
