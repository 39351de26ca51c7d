/**
 * Nodes at which the training kernel runs embedding nets. Between them it interpolates with the
 * polynomial through eight nodes around, so what counts is how straight a net is over a few nodes.
 */
import { POINTS } from '../kernels/assembly/training-layout.ts';
import type { Precision } from '../kernels/writer.ts';

/**
 * Distance of nodes in units of the normalised input, a power of two, so that nodes lie exactly
 * where they should. Energies of trained models of nets 16-32-64 are then off by at most 1e-11
 * eV/atom (1/16) and 5e-14 (1/32), forces by 8e-9 and 6e-11 eV/Å; rounding in f32 does 6e-7 and
 * 6e-5. Twice the distance, 200 to 300 times the error, saves a tenth of the time.
 */
export const SPACING: { readonly [P in Precision]: number } = { f32: 1 / 16, f64: 1 / 32 };

/** Nodes of one net: position of the first, and how many (a multiple of 4). */
export interface Nodes {
  readonly origin: number;
  readonly count: number;
}

/** Nodes for inputs from `low` to `high`, with one cell to spare at each end for rounding. */
export function nodesOver(low: number, high: number, spacing: number): Nodes {
  const first = Math.floor(low / spacing) - POINTS / 2;
  const last = Math.floor(high / spacing) + POINTS / 2 + 1;
  return { origin: first * spacing, count: Math.ceil((last - first + 1) / 4) * 4 };
}

/**
 * Lagrange polynomials through nodes at -3.5, …, 3.5: coefficients [power][point].
 */
export function lagrangeCoefficients(): Float64Array {
  const table = new Float64Array(POINTS * POINTS);
  const nodes = Array.from({ length: POINTS }, (_, k) => k - (POINTS - 1) / 2);
  nodes.forEach((own, point) => {
    let polynomial = [1];
    for (const other of nodes) {
      if (other === own) continue;
      const next = new Array<number>(polynomial.length + 1).fill(0);
      polynomial.forEach((coefficient, power) => {
        next[power + 1] += coefficient / (own - other);
        next[power] -= (coefficient * other) / (own - other);
      });
      polynomial = next;
    }
    polynomial.forEach((coefficient, power) => {
      table[power * POINTS + point] = coefficient;
    });
  });
  return table;
}
