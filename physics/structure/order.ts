/**
 * Whether an atom's surroundings are crystalline, and of which crystal: averaged bond order
 * parameters, Lechner and Dellago, J. Chem. Phys. 129, 114707 (2008), doi:10.1063/1.2977970.
 *
 *   q_lm(i)  = mean of Y_lm(r_ij) over the neighbours j of i
 *   q̄_lm(i) = mean of q_lm over i and its neighbours
 *   q̄_l(i)  = sqrt(4π/(2l+1) Σ_m |q̄_lm|²),   w̄_l(i) = Σ 3j(m₁m₂m₃) q̄ q̄ q̄ / (Σ_m |q̄_lm|²)^{3/2}
 *
 * Neighbours are the atoms within 1.42 v^{1/3}, v the volume per atom of those considered: the
 * first shell of fcc and hcp (1.12), the first two of bcc (1.09, 1.26), short of the next
 * (1.59, 1.78). Lengths scale with the density, so no potential needs a cut-off of its own.
 * Carbon and other interstitial atoms are left out by the caller (`metalAtoms`).
 */
import { cbrt } from '../elementary.ts';
import { cellVolume } from './cells.ts';
import { couplings, harmonics } from './harmonics.ts';
import { neighbourTable } from './neighbours.ts';

/** Neighbours' distance in units of the cube root of the volume per atom. */
const REACH = 1.42;
/** q̄6 above it: crystalline. docs/protocols.md has the distributions that it stands between. */
export const CRYSTALLINE_Q6 = 0.29;

export type CrystalKind = 'bcc' | 'fcc' | 'hcp';

/** Averaged order parameters, one an atom considered. */
export interface BondOrder {
  readonly q4: Float64Array;
  readonly q6: Float64Array;
  readonly w4: Float64Array;
  readonly w6: Float64Array;
}

export interface Order extends BondOrder {
  /** 1 where the surroundings are crystalline. */
  readonly crystalline: Uint8Array;
  /** Share of crystalline atoms, 0 to 1; 0 without atoms. */
  readonly fraction: number;
  /** How many of the crystalline atoms look like each crystal. */
  readonly kinds: { readonly [K in CrystalKind]: number };
}

const l4 = { l: 4, add: harmonics(4), terms: couplings(4) };
const l6 = { l: 6, add: harmonics(6), terms: couplings(6) };

/**
 * Bond order of each atom.
 *
 * @param positions Å, [atoms][3], of the atoms to be considered
 * @param cell      Å, rows are the cell vectors
 */
export function bondOrder(positions: Float64Array, cell: Float64Array): BondOrder {
  const atoms = positions.length / 3;
  const reach = REACH * cbrt(cellVolume(cell) / atoms);
  const { start, atom, vector } = neighbourTable(positions, cell, reach);
  const [p4, p6] = [l4, l6].map(({ l, add }) => {
    const width = 2 * (l + 1);
    const own = new Float64Array(atoms * width);
    for (let i = 0; i < atoms; i++) {
      const count = start[i + 1]! - start[i]!;
      for (let k = start[i]!; k < start[i + 1]!; k++) {
        const [x, y, z] = [vector[3 * k]!, vector[3 * k + 1]!, vector[3 * k + 2]!];
        const r = Math.sqrt(x * x + y * y + z * z);
        add(x / r, y / r, z / r, own, i * width);
      }
      for (let k = i * width; k < (i + 1) * width; k++) own[k] /= Math.max(1, count);
    }
    const averaged = own.slice();
    for (let i = 0; i < atoms; i++) {
      for (let k = start[i]!; k < start[i + 1]!; k++)
        for (let c = 0; c < width; c++) averaged[i * width + c] += own[atom[k]! * width + c]!;
      const count = start[i + 1]! - start[i]! + 1;
      for (let c = 0; c < width; c++) averaged[i * width + c] /= count;
    }
    return averaged;
  });
  const second = ({ l }: { l: number }, q: Float64Array): Float64Array =>
    Float64Array.from({ length: atoms }, (_, i) =>
      Math.sqrt(((4 * Math.PI) / (2 * l + 1)) * squareSum(q, l, i)),
    );
  const third = ({ l, terms }: typeof l4, q: Float64Array): Float64Array =>
    Float64Array.from({ length: atoms }, (_, i) => {
      const square = squareSum(q, l, i);
      const sum = terms.reduce(
        (total, { coefficient, m }) => total + coefficient * product(q, l, i, m),
        0,
      );
      return square > 0 ? sum / (square * Math.sqrt(square)) : 0;
    });
  return { q4: second(l4, p4!), q6: second(l6, p6!), w4: third(l4, p4!), w6: third(l6, p6!) };
}

/** Σ over m = -l..l of |q_lm|² from the stored m ≥ 0; q_{l,-m} = (-1)^m q*_lm. */
function squareSum(q: Float64Array, l: number, i: number): number {
  const at = i * 2 * (l + 1);
  let sum = 0;
  for (let m = 0; m <= l; m++) {
    const [re, im] = [q[at + 2 * m]!, q[at + 2 * m + 1]!];
    sum += (m === 0 ? 1 : 2) * (re * re + im * im);
  }
  return sum;
}

/** Real part of q_{m₁} q_{m₂} q_{m₃}. */
function product(
  q: Float64Array,
  l: number,
  i: number,
  ms: readonly [number, number, number],
): number {
  const at = i * 2 * (l + 1);
  let re = 1;
  let im = 0;
  for (const m of ms) {
    const k = at + 2 * Math.abs(m);
    const odd = m < 0 && m % 2 !== 0;
    const a = odd ? -q[k]! : q[k]!;
    const b = m < 0 ? (odd ? q[k + 1]! : -q[k + 1]!) : q[k + 1]!;
    const turned = re * a - im * b;
    im = re * b + im * a;
    re = turned;
  }
  return re;
}

/**
 * Order of each atom: crystalline where q̄6 > 0.29; of those, bcc where w̄6 > 0, else fcc where
 * w̄4 < 0, else hcp.
 */
export function crystallineOrder(positions: Float64Array, cell: Float64Array): Order {
  const order = bondOrder(positions, cell);
  const crystalline = Uint8Array.from(order.q6, (q) => (q > CRYSTALLINE_Q6 ? 1 : 0));
  const kinds = { bcc: 0, fcc: 0, hcp: 0 };
  let count = 0;
  crystalline.forEach((is, i) => {
    if (is === 0) return;
    count += 1;
    kinds[order.w6[i]! > 0 ? 'bcc' : order.w4[i]! < 0 ? 'fcc' : 'hcp'] += 1;
  });
  return { ...order, crystalline, kinds, fraction: count / Math.max(1, crystalline.length) };
}

/** Share of atoms in crystalline surroundings, 0 to 1. */
export function crystallineFraction(positions: Float64Array, cell: Float64Array): number {
  return crystallineOrder(positions, cell).fraction;
}

/** Positions of the atoms that make the lattice: all but carbon, [metal atoms][3]. */
export function metalAtoms(
  positions: Float64Array,
  types: ArrayLike<number>,
  elements: readonly string[],
): Float64Array {
  const kept: number[] = [];
  for (let i = 0; i < types.length; i++) {
    if (elements[types[i]!] !== 'C') kept.push(...positions.subarray(3 * i, 3 * i + 3));
  }
  return Float64Array.from(kept);
}
