/** Compositions: `Fe90C10`, `Fe0.9C0.1` and `{ Fe: 0.9, C: 0.1 }` are all 90 % Fe and 10 % C. */

import {
  add,
  compare,
  divide,
  isInteger,
  ONE,
  parseDecimal,
  type Rational,
  toNumber,
  ZERO,
} from './rational.ts';
import { nearest } from './suggest.ts';

const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se ' +
    'Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb ' +
    'Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm ' +
    'Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
  ).split(' '),
);

/** Atomic fractions by element, alphabetical; or what is wrong with the composition. */
export type ReadComposition =
  | { readonly kind: 'composition'; readonly fractions: { readonly [element: string]: number } }
  | { readonly kind: 'wrong'; readonly why: string };

/** Reads a formula: element symbols, each with an optional amount (1 where there is none). */
export function parseComposition(formula: string): ReadComposition {
  const amounts: [string, Rational][] = [];
  const part = /([A-Z][a-z]?)(\d+\.?\d*|\.\d+)?/y;
  while (part.lastIndex < formula.length) {
    const match = part.exec(formula);
    if (match === null)
      return wrong(`"${formula}" is not a formula; write elements and amounts, such as Fe90C10`);
    amounts.push([match[1]!, match[2] === undefined ? ONE : parseDecimal(match[2])!]);
  }
  if (amounts.length === 0)
    return wrong('it is empty; write elements and amounts, such as Fe90C10');
  return normalise(amounts);
}

/** Ratios of amounts as exact fractions; amounts that look like fractions must add up to one. */
export function normalise(amounts: readonly (readonly [string, Rational])[]): ReadComposition {
  const sums = new Map<string, Rational>();
  for (const [element, amount] of amounts) {
    if (!ELEMENTS.has(element)) {
      const near = nearest(element, ELEMENTS);
      return wrong(
        `${element} is not an element${near === undefined ? '' : `; did you mean ${near}?`}`,
      );
    }
    if (compare(amount, ZERO) < 0) return wrong(`the amount of ${element} is negative`);
    sums.set(element, add(sums.get(element) ?? ZERO, amount));
  }
  const present = [...sums].filter(([, amount]) => amount.num !== 0n);
  const total = present.reduce((sum, [, amount]) => add(sum, amount), ZERO);
  if (total.num === 0n) return wrong('all amounts are zero');
  const areFractions =
    present.every(([, amount]) => compare(amount, ONE) <= 0) &&
    present.some(([, amount]) => !isInteger(amount));
  if (areFractions && compare(total, ONE) !== 0)
    return wrong(`its fractions add up to ${toNumber(total)}, not to 1`);
  present.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind: 'composition',
    fractions: Object.fromEntries(
      present.map(([element, amount]) => [element, toNumber(divide(amount, total))!]),
    ),
  };
}

function wrong(why: string): ReadComposition {
  return { kind: 'wrong', why };
}
