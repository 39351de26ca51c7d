/**
 * Embedding nets as tables: their one input's range in intervals, each with a polynomial for every
 * channel. Polynomials interpolate at Chebyshev-Lobatto points, interval ends among them, so that
 * energies are continuous; intervals are halved until the net is met everywhere within a tolerance.
 */

import { cos, tanh } from '../../elementary.ts';
import { TERMS } from '../../kernels/assembly/force-layout.ts';
import { PotentialError } from '../force-field.ts';
import type { Net } from './model.ts';

export interface Table {
  readonly low: number;
  readonly high: number;
  /** Interval of each of 2^n equal cells between low and high. */
  readonly map: Uint8Array;
  /** Middle and inverse half width of each interval, [intervals][2]. */
  readonly frames: Float64Array;
  /** Of powers of (s - middle)/half width, [intervals][TERMS][width]. */
  readonly coefficients: Float64Array;
  readonly width: number;
}

/** Outputs of an embedding net at one input, f64. */
export function runEmbedding(net: Net, s: number): Float64Array {
  let x = Float64Array.of(s);
  for (const { inputs, outputs, weights, bias, timeStep } of net) {
    const y = Float64Array.from(bias);
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < outputs; j++) y[j]! += x[i]! * weights[i * outputs + j]!;
    }
    const skip = outputs === inputs || outputs === 2 * inputs;
    for (let j = 0; j < outputs; j++) {
      y[j] = tanh(y[j]!) * (timeStep?.[j] ?? 1) + (skip ? x[j % inputs]! : 0);
    }
    x = y;
  }
  return x;
}

/** Value of a table at s, between its ends. */
export function tableAt(table: Table, s: number): Float64Array {
  const { low, high, map, frames, coefficients, width } = table;
  const cell = Math.floor(((s - low) / (high - low)) * map.length);
  const interval = map[Math.max(0, Math.min(map.length - 1, cell))]!;
  const x = (s - frames[2 * interval]!) * frames[2 * interval + 1]!;
  return evaluate(coefficients.subarray(interval * TERMS * width), width, x);
}

function evaluate(coefficients: Float64Array, width: number, x: number): Float64Array {
  const value = new Float64Array(width);
  for (let p = TERMS - 1; p >= 0; p--) {
    for (let m = 0; m < width; m++) value[m] = value[m]! * x + coefficients[p * width + m]!;
  }
  return value;
}

const ORDER = TERMS - 1;
const ANGLE = Math.PI / ORDER;
/** Interpolation points, and between them points to test at. */
const NODES = Array.from({ length: TERMS }, (_, k) =>
  k === 0 ? 1 : k === ORDER ? -1 : cos(k * ANGLE),
);
const TESTS = Array.from({ length: ORDER }, (_, k) => cos((k + 0.5) * ANGLE));
const FROM_NODES = powersFromNodes();

/** [power][node]: coefficients of powers of x from values at the nodes. */
function powersFromNodes(): Float64Array {
  const chebyshev: number[][] = [[1], [0, 1]];
  for (let n = 2; n <= ORDER; n++) {
    const [before, last] = [chebyshev[n - 2]!, chebyshev[n - 1]!];
    chebyshev.push(
      Array.from({ length: n + 1 }, (_, p) => 2 * (last[p - 1] ?? 0) - (before[p] ?? 0)),
    );
  }
  const matrix = new Float64Array(TERMS * TERMS);
  for (let n = 0; n <= ORDER; n++) {
    for (let k = 0; k <= ORDER; k++) {
      const ends = (n % ORDER === 0 ? 0.5 : 1) * (k % ORDER === 0 ? 0.5 : 1);
      const weight = ((2 * ends) / ORDER) * cos(n * k * ANGLE);
      for (let p = 0; p <= n; p++) matrix[p * TERMS + k]! += weight * chebyshev[n]![p]!;
    }
  }
  return matrix;
}

/** The most halvings of the whole range: 4,096 cells. */
const DEEPEST = 12;
/** The most intervals; the kernel counts them in a byte. */
const MOST = 255;

/**
 * Tabulates an embedding net between two inputs.
 *
 * @param tolerance largest error of any channel at the points between the nodes
 * @throws PotentialError when the net varies too sharply for 255 intervals
 */
export function tabulate(net: Net, low: number, high: number, tolerance: number): Table {
  const width = net.at(-1)!.outputs;
  const intervals: { readonly first: number; readonly depth: number; readonly c: Float64Array }[] =
    [];
  const halve = (first: number, depth: number): void => {
    const cells = 1 << (DEEPEST - depth);
    const half = ((high - low) * cells) / (1 << (DEEPEST + 1));
    const middle = low + ((high - low) * (first + cells / 2)) / (1 << DEEPEST);
    const c = interpolate(net, width, middle, half);
    const met = TESTS.every((x) => {
      const exact = runEmbedding(net, middle + half * x);
      return evaluate(c, width, x).every((value, m) => Math.abs(value - exact[m]!) <= tolerance);
    });
    if (intervals.length === MOST || (depth === DEEPEST && !met)) {
      throw new PotentialError(
        'an embedding net varies too sharply to be tabulated; open the potential with compress: false',
      );
    }
    if (met) {
      intervals.push({ first, depth, c });
    } else {
      halve(first, depth + 1);
      halve(first + cells / 2, depth + 1);
    }
  };
  halve(0, 0);
  const map = new Uint8Array(1 << DEEPEST);
  const frames = new Float64Array(2 * intervals.length);
  const coefficients = new Float64Array(intervals.length * TERMS * width);
  intervals.forEach(({ first, depth, c }, k) => {
    const cells = 1 << (DEEPEST - depth);
    map.fill(k, first, first + cells);
    frames[2 * k] = low + ((high - low) * (first + cells / 2)) / (1 << DEEPEST);
    frames[2 * k + 1] = (1 << (DEEPEST + 1)) / ((high - low) * cells);
    coefficients.set(c, k * TERMS * width);
  });
  return { low, high, map, frames, coefficients, width };
}

function interpolate(net: Net, width: number, middle: number, half: number): Float64Array {
  const values = NODES.map((x) => runEmbedding(net, middle + half * x));
  const c = new Float64Array(TERMS * width);
  for (let p = 0; p < TERMS; p++) {
    for (let k = 0; k < TERMS; k++) {
      const weight = FROM_NODES[p * TERMS + k]!;
      for (let m = 0; m < width; m++) c[p * width + m]! += weight * values[k]![m]!;
    }
  }
  return c;
}
