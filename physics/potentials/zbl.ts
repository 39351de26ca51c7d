/**
 * Universal short-range repulsion of Ziegler, Biersack and Littmark, switched off smoothly as
 * LAMMPS's `pair_style zbl inner outer` does.
 *
 * E(r) = Zi·Zj·e²/(4πε₀ r)·φ(r/a) + S(r), a = 0.46850/(Zi^0.23 + Zj^0.23) Å; S is constant below
 * `inner`, then A/3 (r-inner)³ + B/4 (r-inner)⁴ + C, so that E, E' and E'' vanish at `outer`.
 * Source: LAMMPS manual, pair_style zbl.
 */
import { ATOMIC_NUMBERS, COULOMB } from '../constants.ts';
import { exp, pow } from '../elementary.ts';
import type { ShortRange } from './deep/model.ts';

const AMPLITUDES = [0.18175, 0.50986, 0.28022, 0.02817] as const;
const DECAYS = [3.1998, 0.94229, 0.4029, 0.20162] as const;

/** Repulsion of one pair of elements, as the numbers that its formula needs. */
export interface PairRepulsion {
  /** Å; S is constant below. */
  readonly inner: number;
  /** Å; zero from here on. */
  readonly outer: number;
  /** Zi·Zj·e²/(4πε₀), eV·Å. */
  readonly charge: number;
  /** φ = Σ amplitude·e^(-decay·r), decay in Å⁻¹. */
  readonly amplitudes: readonly number[];
  readonly decays: readonly number[];
  /** A/3, B/4 and C of the switching polynomial. */
  readonly cubic: number;
  readonly quartic: number;
  readonly constant: number;
}

/** Value, slope and curvature of the unswitched repulsion at r. */
function screened(
  { charge, amplitudes, decays }: Pick<PairRepulsion, 'charge' | 'amplitudes' | 'decays'>,
  r: number,
): readonly [number, number, number] {
  let [phi, slope, curvature] = [0, 0, 0];
  for (let k = 0; k < amplitudes.length; k++) {
    const term = amplitudes[k]! * exp(-decays[k]! * r);
    phi += term;
    slope -= decays[k]! * term;
    curvature += decays[k]! * decays[k]! * term;
  }
  return [
    (charge * phi) / r,
    charge * (slope / r - phi / (r * r)),
    charge * (curvature / r - (2 * slope) / (r * r) + (2 * phi) / (r * r * r)),
  ];
}

/** The repulsion of two elements, by symbol. */
export function pairRepulsion(a: string, b: string, inner: number, outer: number): PairRepulsion {
  const [za, zb] = [ATOMIC_NUMBERS[a], ATOMIC_NUMBERS[b]];
  if (za === undefined || zb === undefined) {
    throw new RangeError(`no atomic number is known for ${za === undefined ? a : b}`);
  }
  const length = 0.4685 / (pow(za, 0.23) + pow(zb, 0.23));
  const shape = {
    charge: za * zb * COULOMB,
    amplitudes: AMPLITUDES,
    decays: DECAYS.map((decay) => decay / length),
  };
  const [energy, slope, curvature] = screened(shape, outer);
  const width = outer - inner;
  const cubic = (-3 * slope + width * curvature) / (width * width);
  const quartic = (2 * slope - width * curvature) / (width * width * width);
  return {
    ...shape,
    inner,
    outer,
    cubic: cubic / 3,
    quartic: quartic / 4,
    constant: -energy + (width * slope) / 2 - (width * width * curvature) / 12,
  };
}

/** Energy (eV) and its slope dE/dr (eV/Å) at distance r (Å, positive). */
export function repulsionAt(pair: PairRepulsion, r: number): readonly [number, number] {
  if (r >= pair.outer) return [0, 0];
  const [energy, slope] = screened(pair, r);
  if (r <= pair.inner) return [energy + pair.constant, slope];
  const t = r - pair.inner;
  const squared = t * t;
  return [
    energy + pair.constant + squared * t * (pair.cubic + pair.quartic * t),
    slope + squared * (3 * pair.cubic + 4 * pair.quartic * t),
  ];
}

/** Repulsions of all pairs of the elements, [types][types]. */
export function pairRepulsions(
  elements: readonly string[],
  { inner, outer }: ShortRange,
): readonly (readonly PairRepulsion[])[] {
  return elements.map((a, i) => elements.map((b, j) => pairRepulsion(a, b, inner, outer[i]![j]!)));
}

/**
 * Our cut-offs: inner 1.0 Å, outer 2.0 Å between metals, 1.7 Å between a metal and a light
 * element (up to neon), 1.35 Å between light elements: below the bonds of condensed matter.
 */
export function defaultShortRange(elements: readonly string[]): ShortRange {
  const light = elements.map((symbol) => (ATOMIC_NUMBERS[symbol] ?? 0) <= 10);
  return {
    inner: 1,
    outer: light.map((a) => light.map((b) => (a && b ? 1.35 : a || b ? 1.7 : 2))),
  };
}
