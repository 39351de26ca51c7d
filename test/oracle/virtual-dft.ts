/**
 * A closed-form Fe-Cr-C, with and without magnetism, written as plainly as it can be: what the
 * embedded-atom kernel is held to, and what tables are made from.
 *
 * Iron: Dudarev and Derlet, J. Phys.: Condens. Matter 17, 7097 (2005), case II, with a ZBL core
 * below 1.8 Å and a quintic from there to 2 Å. Chromium: Finnis and Sinclair, Phil. Mag. A 50, 45
 * (1984). Carbon and its pairs with metals: Lau et al., Phys. Rev. Lett. 98, 215501 (2007). Fe-Cr is
 * a mean of both metals: of no physical meaning, but one more kind of pair.
 */
import type { EmbeddedAtom } from '../../physics/potentials/classical/setfl.ts';
import { type Configuration, neighbours } from './deep-potential.ts';

export const ELEMENTS = ['Fe', 'Cr', 'C'] as const;
type Element = 0 | 1 | 2;

const A_FE = 4.100199340884814;
const A_CR = 1.453418;
const A_C = 2.9588787;
const A_LAU = 1.8289905;
const B = 1.565647547483517;

const DENSITY_KNOTS = [
  [0.9332056681088162, 3],
  [-1.1625587825677, 2.8666666666666667],
  [-0.3502026949249225, 2.7333333333333334],
  [0.4287820835430028, 2.6],
  [4.907925057809273, 2.4],
  [-5.307049068415304, 2.3],
] as const;
const PAIR_KNOTS = [
  [-0.1960674387419232, 4.1],
  [0.3687525935422963, 3.8],
  [-1.505333614924853, 3.5],
  [4.948907078156191, 3.2],
  [-4.894613262753399, 2.9],
  [3.468897724782442, 2.6],
  [-1.792218099820337, 2.4],
  [80.22069592246987, 2.3],
] as const;

/** Σ a (end - r)³ over knots beyond r, with its first two derivatives. */
function cubics(knots: readonly (readonly [number, number])[], r: number) {
  let [value, slope, curvature] = [0, 0, 0];
  for (const [a, end] of knots) {
    const d = Math.max(0, end - r);
    value += a * d ** 3;
    slope -= 3 * a * d ** 2;
    curvature += 6 * a * d;
  }
  return [value, slope, curvature] as const;
}

function core(r: number) {
  const a = (0.88535 * 0.52917720859) / (2 * 26 ** 0.23);
  let [value, slope, curvature] = [0, 0, 0];
  for (const [amplitude, decay] of [
    [0.1818, 3.2],
    [0.5099, 0.9423],
    [0.2802, 0.4029],
    [0.02817, 0.2016],
  ] as const) {
    const k = decay / a;
    const term = 26 * 26 * 14.3992 * amplitude * Math.exp(-k * r);
    value += term / r;
    slope -= term * (k / r + 1 / r ** 2);
    curvature += term * (k ** 2 / r + (2 * k) / r ** 2 + 2 / r ** 3);
  }
  return [value, slope, curvature] as const;
}

/** Quintic with given values and first two derivatives at both ends, in t = (r - 1.8)/0.2. */
function joined(r: number): number {
  const width = 0.2;
  const [y0, d0, c0] = core(1.8);
  const [y1, d1, c1] = cubics(PAIR_KNOTS, 2);
  const t = (r - 1.8) / width;
  const [s0, s1] = [d0 * width, d1 * width];
  const [k0, k1] = [c0 * width ** 2, c1 * width ** 2];
  const rise = y1 - y0;
  const a3 = 10 * rise - 6 * s0 - 4 * s1 - 1.5 * k0 + 0.5 * k1;
  const a4 = -15 * rise + 8 * s0 + 7 * s1 + 1.5 * k0 - k1;
  const a5 = 6 * rise - 3 * (s0 + s1) - 0.5 * (k0 - k1);
  return y0 + s0 * t + 0.5 * k0 * t ** 2 + a3 * t ** 3 + a4 * t ** 4 + a5 * t ** 5;
}

const ironPair = (r: number): number =>
  r > 2 ? cubics(PAIR_KNOTS, r)[0] : r > 1.8 ? joined(r) : core(r)[0];
const ironDensity = (r: number): number => cubics(DENSITY_KNOTS, r)[0];
const square = (r: number, end: number, k0: number, k1: number, k2: number): number =>
  r < end ? (r - end) ** 2 * (k0 + k1 * r + k2 * r ** 2) : 0;
const rising = (r: number, end: number, t1: number, t2: number): number =>
  r < end ? (r - end) ** 2 * t1 + (r - end) ** 3 * t2 : 0;
const chromiumPair = (r: number): number => square(r, 2.9, 29.1429813, -23.3975027, 4.7578297);
const chromiumDensity = (r: number): number => rising(r, 3.91572, 1, 1.8 / 3.91572);

/** V of a pair, eV; r in Å. */
export function pairEnergy(a: Element, b: Element, r: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  if (high === 2)
    return low === 2
      ? square(r, 2.875598, 22.061824, -17.468518, 4.812639)
      : square(r, 2.468801, 8.972488, -4.08641, 1.483233);
  if (low === high) return low === 0 ? ironPair(r) : chromiumPair(r);
  return (ironPair(r) + chromiumPair(r)) / 2;
}

/** Density that an atom puts on another's site. */
export function density(source: Element, site: Element, r: number): number {
  if (source === 2 && site === 2) return rising(r, 2.89207, 0, -7.329211);
  if (source === 2)
    return (A_LAU / (site === 0 ? A_FE : A_CR)) ** 2 * rising(r, 2.545937, 10.482408, 3.782595);
  if (site === 2) return rising(r, 2.545937, 10.024001, 1.63898);
  if (source === site) return site === 0 ? ironDensity(r) : chromiumDensity(r);
  const product = A_FE ** 2 * ironDensity(r) * A_CR ** 2 * chromiumDensity(r);
  return Math.sqrt(Math.max(0, product)) / (site === 0 ? A_FE : A_CR) ** 2;
}

/** F, eV; `magnetic` is what iron gains from its moment. */
export function embeddingEnergy(element: Element, rho: number, magnetic: boolean): number {
  const root = Math.sqrt(Math.max(0, rho));
  const energy = -[A_FE, A_CR, A_C][element]! * root;
  if (element !== 0 || !magnetic || rho >= 1) return energy;
  return energy - (B / Math.LN2) * (1 - root) * Math.log(2 - Math.max(0, rho));
}

/** Energy (eV) of a configuration whose types index `ELEMENTS`, by brute force. */
export function virtualEnergy(configuration: Configuration, magnetic: boolean): number {
  const { types } = configuration;
  return neighbours(configuration, 4.1).reduce((sum, near, i) => {
    const centre = types[i] as Element;
    let rho = 0;
    let pairs = 0;
    for (const { type, vector } of near) {
      const r = Math.hypot(...vector);
      rho += density(type as Element, centre, r);
      pairs += pairEnergy(centre, type as Element, r);
    }
    return sum + 0.5 * pairs + embeddingEnergy(centre, rho, magnetic);
  }, 0);
}

export interface TableOptions {
  readonly elements: readonly Element[];
  readonly magnetic: boolean;
  readonly rhoPoints: number;
  /** Where the embedding's table ends. */
  readonly rhoMost: number;
  readonly radialPoints: number;
}

/** The same as tables. Below 0.3 Å they repeat their value there. */
export function virtualTables(options: TableOptions): EmbeddedAtom {
  const { elements, magnetic, rhoPoints, rhoMost, radialPoints } = options;
  const cutoff = 4.1;
  const rhoStep = rhoMost / (rhoPoints - 1);
  const radialStep = cutoff / (radialPoints - 1);
  const over = (of: (r: number) => number) =>
    Float64Array.from({ length: radialPoints }, (_, k) => of(k * radialStep));
  const far = (r: number) => Math.max(r, 0.3);
  return {
    kind: 'embedded-atom',
    style: 'eam/fs',
    comment: '',
    elements: elements.map((element) => ELEMENTS[element]),
    cutoff,
    rhoStep,
    radialStep,
    embedding: elements.map((element) =>
      Float64Array.from({ length: rhoPoints }, (_, k) =>
        embeddingEnergy(element, k * rhoStep, magnetic),
      ),
    ),
    density: elements.map((source) =>
      elements.map((site) => over((r) => density(source, site, far(r)))),
    ),
    pair: elements.map((a) => elements.map((b) => over((r) => r * pairEnergy(a, b, far(r))))),
  };
}
