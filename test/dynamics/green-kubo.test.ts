import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { combineMembers } from '../../physics/dynamics/members.ts';
import { gaussian } from '../../physics/random.ts';
import {
  CUT,
  type FluxSeries,
  fitDoubleExponential,
  greenKubo,
} from '../../physics/statistics/green-kubo.ts';

const kubo = suite('Green-Kubo');

/** Ornstein-Uhlenbeck noise of unit variance: <x(0)x(t)> = e^(-t/τ), whose integral is τ. */
function noise(samples: number, interval: number, tau: number, seed: number, series: number) {
  const keep = Math.exp(-interval / tau);
  const kick = Math.sqrt(1 - keep * keep);
  const x = new Float64Array(samples);
  let now = gaussian(seed, 'start', series);
  for (let k = 0; k < samples; k++) {
    x[k] = now;
    now = keep * now + kick * gaussian(seed, 'noise', k, series);
  }
  return x;
}

function replicas(count: number, samples: number, tau: number, seed: number): FluxSeries[] {
  return Array.from({ length: count }, (_, r) => ({
    components: Array.from({ length: 5 }, (_, c) => noise(samples, 4, tau, seed, 5 * r + c)),
    prefactor: 2,
  }));
}

kubo('finds a known integral within its own error', () => {
  const tau = 60;
  const results = Array.from({ length: 6 }, (_, seed) =>
    greenKubo(replicas(5, 2000, tau, seed), 4),
  );
  for (const { value, standardError, cut } of results) {
    assert.ok(Math.abs(value - 2 * tau) < 3.5 * standardError, `${value} ± ${standardError}`);
    assert.ok(cut !== null && cut > 0.7 * CUT * tau && cut < 1.4 * CUT * tau, `cut ${cut}`);
    assert.ok(standardError > 0.05 * 2 * tau && standardError < 0.4 * 2 * tau);
  }
  const mean = results.reduce((sum, { value }) => sum + value, 0) / results.length;
  assert.ok(Math.abs(mean / (2 * tau) - 1) < 0.12, `mean ${mean}`);
});

kubo('its error is honest: about two thirds of estimates lie within one', () => {
  const deviations = Array.from({ length: 30 }, (_, seed) => {
    const { value, standardError } = greenKubo(replicas(4, 700, 40, 100 + seed), 4);
    return Math.abs(value - 80) / standardError;
  });
  const within = deviations.filter((d) => d < 1).length / deviations.length;
  assert.ok(within > 0.5 && within < 0.97, `${within}`);
  assert.ok(Math.max(...deviations) < 4);
});

kubo('subtracts no mean: a constant flux keeps its whole integral', () => {
  const constant = new Float64Array(120).fill(3);
  const { integral, times } = greenKubo([{ components: [constant], prefactor: 1 }], 2);
  for (let k = 0; k < times.length; k++) assert.ok(Math.abs(integral[k] - 9 * times[k]) < 1e-9);
});

kubo('names no cut when replicas are too short for the correlation', () => {
  const { cut } = greenKubo(replicas(3, 200, 80, 1), 4);
  assert.is(cut, null);
});

kubo('refuses replicas of different lengths', () => {
  const [a, b] = [...replicas(1, 100, 10, 1), ...replicas(1, 99, 10, 2)];
  assert.throws(() => greenKubo([a!, b!], 4), /one length/);
});

kubo('the double exponential extrapolates an exact integral', () => {
  const times = Float64Array.from({ length: 400 }, (_, k) => 4 * k);
  const integral = times.map((t) => 3 * (1 - Math.exp(-t / 30)) + 1 * (1 - Math.exp(-t / 400)));
  const value = fitDoubleExponential(times, integral);
  assert.ok(Math.abs(value - 4) < 0.02, `${value}`);
});

kubo('a committee of equal members has no scatter beyond statistics, a split one has', () => {
  const equal = combineMembers([
    { member: 0, value: 7.0, error: 0.1 },
    { member: 1, value: 7.05, error: 0.1 },
    { member: 2, value: 6.95, error: 0.1 },
  ]);
  assert.is(equal.committee, 0);
  assert.ok(Math.abs(equal.statistical - 0.1 / Math.sqrt(3)) < 1e-12);
  const split = combineMembers([
    { member: 0, value: 6.8, error: 0.01 },
    { member: 1, value: 7.2, error: 0.01 },
  ]);
  assert.ok(Math.abs(split.committee! - Math.sqrt(0.08 - 0.0001)) < 1e-12);
  assert.is(combineMembers([{ member: 0, value: 1, error: 0.1 }]).committee, null);
});

kubo.run();
