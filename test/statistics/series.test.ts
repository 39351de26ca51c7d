/** Errors of means, ends of equilibration and lines, against processes whose answers are known. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gaussian } from '../../physics/random.ts';
import {
  integratedAutocorrelation,
  meanWithError,
} from '../../physics/statistics/autocorrelation.ts';
import { blockingError } from '../../physics/statistics/blocking.ts';
import { bootstrapError } from '../../physics/statistics/bootstrap.ts';
import { mser5 } from '../../physics/statistics/mser.ts';
import { weightedLineFit, zeroOfLine } from '../../physics/statistics/regression.ts';

/** Stationary AR(1) of unit variance: ρ(t) = φ^t, g = (1 + φ)/(1 - φ). */
function autoregressive(n: number, phi: number, seed: number): Float64Array {
  const series = new Float64Array(n);
  const kick = Math.sqrt(1 - phi * phi);
  series[0] = gaussian(seed, 'start', 0);
  for (let k = 1; k < n; k++) series[k] = phi * series[k - 1]! + kick * gaussian(seed, 'kick', k);
  return series;
}

const seeds = Array.from({ length: 100 }, (_, k) => k);
const average = (values: readonly number[]) =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

const correlated = suite('means of correlated series');

for (const [phi, n] of [
  [0, 1000],
  [0.5, 1000],
  [0.9, 2000],
  [0.98, 8000],
] as const) {
  const g = (1 + phi) / (1 - phi);
  correlated(`statistical inefficiency of AR(1) with φ = ${phi}`, () => {
    const found = average(seeds.map((s) => integratedAutocorrelation(autoregressive(n, phi, s)).g));
    assert.ok(Math.abs(found / g - 1) < 0.12, `${found} for ${g}`);
  });

  correlated(`error bars of AR(1) with φ = ${phi} cover the true mean as one σ must`, () => {
    const means = seeds.map((s) => meanWithError(autoregressive(n, phi, s)));
    const covered = average(means.map((m) => (Math.abs(m.mean) < m.standardError ? 1 : 0)));
    assert.ok(covered > 0.55 && covered < 0.8, `${covered}`);
    const predicted = average(means.map((m) => m.standardError));
    assert.ok(Math.abs(predicted / Math.sqrt(g / n) - 1) < 0.1, `${predicted}`);
  });

  correlated(`blocking agrees for φ = ${phi}`, () => {
    const error = average(seeds.map((s) => blockingError(autoregressive(n, phi, s)).standardError));
    assert.ok(Math.abs(error / Math.sqrt(g / n) - 1) < 0.2, `${error}`);
  });
}

correlated('a correlation as long as the series leaves few samples, not many', () => {
  const drift = Float64Array.from({ length: 3000 }, (_, k) => k + gaussian(1, 'noise', k));
  assert.ok(integratedAutocorrelation(drift).effectiveSamples < 5);
  assert.not(blockingError(drift).plateau);
});

correlated('an oscillating series is worth more than its length, counted as its length', () => {
  const alternating = Float64Array.from({ length: 200 }, (_, k) => (k % 2 === 0 ? 1 : -1));
  assert.is(integratedAutocorrelation(alternating).g, 1);
});

correlated('a constant series has its value, no error and one sample', () => {
  assert.equal(meanWithError(new Float64Array(100).fill(0.1)), {
    mean: 0.1,
    standardError: 0,
    effectiveSamples: 1,
  });
  assert.is(blockingError(new Float64Array(100).fill(0.1)).standardError, 0);
});

correlated('NaN is refused with its place', () => {
  const series = new Float64Array(50);
  series[7] = Number.NaN;
  for (const estimate of [meanWithError, mser5, blockingError, integratedAutocorrelation])
    assert.throws(() => estimate(series), 'value 7 of the series is NaN, not a finite number');
});

correlated('series too short are refused with what is needed', () => {
  assert.throws(() => mser5([1, 2, 3]), 'the series has 3 values; at least 40 are needed');
});

correlated('a hundred thousand values take well under a second', () => {
  const series = autoregressive(100_000, 0.999, 1);
  const started = performance.now();
  meanWithError(series);
  mser5(series);
  blockingError(series);
  assert.ok(performance.now() - started < 1000);
});
correlated.run();

const equilibration = suite('MSER-5');

equilibration('cuts a decaying start off and keeps the rest', () => {
  const cuts = seeds.slice(0, 30).map((s) => {
    const noise = autoregressive(2000, 0.5, s);
    return mser5(noise.map((v, k) => v + (k < 600 ? 8 * (1 - k / 600) : 0))).start;
  });
  const cut = average(cuts);
  assert.ok(cut > 480 && cut < 800, `${cut}`);
});

equilibration('keeps nearly all of a stationary series', () => {
  const cut = average(seeds.map((s) => mser5(autoregressive(2000, 0.8, s)).start));
  assert.ok(cut < 300, `${cut}`);
});

equilibration('one outlier at the very start costs one batch', () => {
  const series = autoregressive(500, 0, 3);
  series[0] = 1e4;
  assert.ok(mser5(series).start < 100);
});

equilibration('says when a series never settles', () => {
  const drift = Float64Array.from({ length: 400 }, (_, k) => -k);
  assert.equal(mser5(drift), { start: 200, settled: false });
});

equilibration('a constant series loses its first batch only', () => {
  assert.equal(mser5(new Float64Array(100).fill(1e9 + 0.1)), { start: 5, settled: true });
});
equilibration.run();

const lines = suite('lines');

lines('slope, intercept, errors and zero agree with the scatter of many fits', () => {
  const x = [1500, 1650, 1800, 2100];
  const errors = [0.2, 0.4, 0.2, 0.3];
  const zeros: number[] = [];
  const slopes: number[] = [];
  let fit = weightedLineFit(
    x,
    x.map((v) => 0.004 * (v - 1750)),
    errors,
  );
  assert.ok(Math.abs(fit.slope - 0.004) < 1e-12);
  assert.ok(Math.abs(zeroOfLine(fit)!.value - 1750) < 1e-6);
  const [slopeError, zeroError] = [fit.slopeError, zeroOfLine(fit)!.error];
  for (let s = 0; s < 2000; s++) {
    const y = x.map((v, k) => 0.004 * (v - 1750) + errors[k]! * gaussian(s, 'point', k));
    fit = weightedLineFit(x, y, errors);
    slopes.push(fit.slope);
    zeros.push(-fit.intercept / fit.slope);
  }
  const spread = (values: readonly number[]) => {
    const m = average(values);
    return Math.sqrt(average(values.map((v) => (v - m) ** 2)));
  };
  assert.ok(Math.abs(spread(slopes) / slopeError - 1) < 0.05);
  assert.ok(Math.abs(spread(zeros) / zeroError - 1) < 0.1, `${spread(zeros)} ${zeroError}`);
});

lines('points that scatter more than their errors widen the zero', () => {
  const x = [0, 1, 2, 3];
  const tight = weightedLineFit(x, [-1.5, -0.2, 0.2, 1.5], [0.1, 0.1, 0.1, 0.1]);
  const wide = weightedLineFit(x, [-1.5, -0.5, 0.5, 1.5], [0.1, 0.1, 0.1, 0.1]);
  assert.ok(zeroOfLine(tight)!.error > 1.5 * zeroOfLine(wide)!.error);
});

lines('a level line has no zero', () => {
  assert.is(zeroOfLine(weightedLineFit([0, 1, 2], [1, 1.05, 0.98], [0.1, 0.1, 0.1])), null);
});

lines('one x alone makes no line', () => {
  assert.throws(
    () => weightedLineFit([2, 2], [1, 3], [1, 1]),
    'all x are the same; a line needs two different ones',
  );
});

lines('the bootstrap gives the error of a mean, and the same one each time', () => {
  const values = Float64Array.from({ length: 200 }, (_, k) => gaussian(5, 'values', k));
  const error = bootstrapError(values, 9);
  assert.ok(Math.abs(error * Math.sqrt(200) - 1) < 0.15, `${error}`);
  assert.is(bootstrapError(values, 9), error);
  assert.is.not(bootstrapError(values, 10), error);
});
lines.run();
