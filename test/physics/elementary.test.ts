import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as e from '../../physics/elementary.ts';
import { gaussian, permutation, philox, uniform } from '../../physics/random.ts';

const functions = suite('elementary functions');

function worst(f: (x: number) => number, g: (x: number) => number, from: number, to: number) {
  let error = 0;
  for (let k = 0; k <= 20000; k++) {
    const x = from + ((to - from) * k) / 20000;
    const exact = g(x);
    error = Math.max(error, Math.abs(f(x) - exact) / Math.max(Math.abs(exact), 1e-300));
  }
  return error;
}

functions('exp, log, tanh, cbrt agree with the engine to 2 ulp', () => {
  assert.ok(worst(e.exp, Math.exp, -700, 700) < 5e-16);
  assert.ok(worst(e.exp, Math.exp, -1, 1) < 5e-16);
  assert.ok(worst(e.log, Math.log, 1e-3, 0.99) < 5e-16);
  assert.ok(worst(e.log, Math.log, 1.01, 1e6) < 5e-16);
  assert.ok(worst(e.tanh, Math.tanh, 0.01, 25) < 1e-15);
  assert.ok(worst(e.tanh, Math.tanh, 1e-6, 0.2) < 1e-15);
  assert.ok(worst(e.cbrt, Math.cbrt, 1e-3, 1e4) < 5e-16);
  assert.ok(
    worst(
      (x) => e.pow(10, x),
      (x) => 10 ** x,
      -3,
      3,
    ) < 2e-15,
  );
});

functions('sin and cos agree with the engine', () => {
  for (let k = -5000; k < 5000; k++) {
    const x = k * 0.0371;
    assert.ok(Math.abs(e.sin(x) - Math.sin(x)) < 3e-16, `sin ${x}`);
    assert.ok(Math.abs(e.cos(x) - Math.cos(x)) < 3e-16, `cos ${x}`);
  }
});

functions('edges: zero, infinities, subnormals, NaN', () => {
  assert.is(e.exp(-800), 0);
  assert.is(e.exp(800), Number.POSITIVE_INFINITY);
  assert.is(e.log(0), Number.NEGATIVE_INFINITY);
  assert.ok(Math.abs(e.log(5e-324) + 744.4400719213812) < 1e-12);
  assert.ok(Number.isNaN(e.log(-1)));
  assert.is(e.pow(2, 10), 1024);
  assert.is(e.pow(-2, 3), -8);
  assert.is(e.tanh(30), 1);
});
functions.run();

const random = suite('random numbers');

random('Philox 4x32-10 gives the published known answers', () => {
  const hex = (block: Uint32Array) =>
    [...block].map((word) => word.toString(16).padStart(8, '0')).join(' ');
  assert.is(hex(philox(0, 0, 0, 0, 0, 0)), '6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  const ones = 0xffffffff;
  assert.is(hex(philox(ones, ones, ones, ones, ones, ones)), '408f276d 41c83b0e a20bc7c6 6d5451fd');
  assert.is(
    hex(philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)),
    'd16cfe09 94fdcceb 5001e420 24126ea1',
  );
});

random('seed, purpose and counters all matter', () => {
  assert.is(uniform(1, 'test', 0, 0), uniform(1, 'test', 0, 0));
  for (const other of [
    uniform(2, 'test', 0, 0),
    uniform(1, 'tesu', 0, 0),
    uniform(1, 'test', 1, 0),
    uniform(1, 'test', 0, 1),
  ]) {
    assert.is.not(uniform(1, 'test', 0, 0), other);
  }
});

random('uniform and gaussian have the right moments', () => {
  const n = 100_000;
  let [mean, second, fourth, flat] = [0, 0, 0, 0];
  for (let k = 0; k < n; k++) {
    const g = gaussian(7, 'moments', k, 3);
    mean += g / n;
    second += (g * g) / n;
    fourth += (g * g * g * g) / n;
    flat += uniform(7, 'flat', k) / n;
  }
  assert.ok(Math.abs(mean) < 4 / Math.sqrt(n));
  assert.ok(Math.abs(second - 1) < 4 * Math.sqrt(2 / n));
  assert.ok(Math.abs(fourth - 3) < 4 * Math.sqrt(96 / n));
  assert.ok(Math.abs(flat - 0.5) < 4 * Math.sqrt(1 / 12 / n));
});

random('a permutation holds every index once', () => {
  const order = [...permutation(100, 1, 'order')].sort((a, b) => a - b);
  assert.equal(
    order,
    Array.from({ length: 100 }, (_, k) => k),
  );
});
random.run();
