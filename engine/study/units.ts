/**
 * Units of measurement and exact conversion between them. Factors are to SI base units and
 * exact as written; amu and e are CODATA 2018.
 */
import type { Dimension } from '../step.ts';
import {
  divide,
  fromNumber,
  multiply,
  ONE,
  parseDecimal,
  type Rational,
  toNumber,
} from './rational.ts';

/** Exponents of metre, kilogram, second and kelvin. */
export type Exponents = readonly [m: number, kg: number, s: number, K: number];

export const NO_DIMENSION: Exponents = [0, 0, 0, 0];

/** Each dimension: its exponents and a value that a message can show as an example. */
const DIMENSIONS: {
  readonly [D in Dimension]: { readonly exponents: Exponents; readonly example: string };
} = {
  temperature: { exponents: [0, 0, 0, 1], example: '2000 K' },
  pressure: { exponents: [-1, 1, -2, 0], example: '1 GPa' },
  length: { exponents: [1, 0, 0, 0], example: '5 Å' },
  time: { exponents: [0, 0, 1, 0], example: '1 fs' },
  energy: { exponents: [2, 1, -2, 0], example: '0.1 eV' },
  force: { exponents: [1, 1, -2, 0], example: '0.01 eV/Å' },
  volume: { exponents: [3, 0, 0, 0], example: '12 Å³' },
  density: { exponents: [-3, 1, 0, 0], example: '7.0 g/cm³' },
  viscosity: { exponents: [-1, 1, -1, 0], example: '5 mPa·s' },
  mass: { exponents: [0, 1, 0, 0], example: '55.845 amu' },
  fraction: { exponents: NO_DIMENSION, example: '5 %' },
  dimensionless: { exponents: NO_DIMENSION, example: '0.5' },
};

export interface Unit {
  /** As messages and results spell it. */
  readonly name: string;
  readonly dimension: Dimension;
  /** What one of it is in SI base units. */
  readonly factor: Rational;
}

const ELEMENTARY_CHARGE = '1.602176634e-19';
const ATOMIC_MASS = '1.66053906660e-27';

const UNITS: readonly (readonly [name: string, dimension: Dimension, factor: string])[] = [
  ['K', 'temperature', '1'],
  ['Pa', 'pressure', '1'],
  ['kPa', 'pressure', '1e3'],
  ['MPa', 'pressure', '1e6'],
  ['GPa', 'pressure', '1e9'],
  ['bar', 'pressure', '1e5'],
  ['kbar', 'pressure', '1e8'],
  ['Å', 'length', '1e-10'],
  ['nm', 'length', '1e-9'],
  ['pm', 'length', '1e-12'],
  ['fs', 'time', '1e-15'],
  ['ps', 'time', '1e-12'],
  ['ns', 'time', '1e-9'],
  ['eV', 'energy', ELEMENTARY_CHARGE],
  ['meV', 'energy', '1.602176634e-22'],
  ['eV/Å', 'force', '1.602176634e-9'],
  ['meV/Å', 'force', '1.602176634e-12'],
  ['Å³', 'volume', '1e-30'],
  ['nm³', 'volume', '1e-27'],
  ['g/cm³', 'density', '1e3'],
  ['kg/m³', 'density', '1'],
  ['Pa·s', 'viscosity', '1'],
  ['mPa·s', 'viscosity', '1e-3'],
  ['amu', 'mass', ATOMIC_MASS],
  ['%', 'fraction', '1e-2'],
  ['at%', 'fraction', '1e-2'],
];

/** Every spelling, to its unit. */
const SPELLINGS: ReadonlyMap<string, Unit> = new Map(
  UNITS.flatMap(([name, dimension, factor]) => {
    const unit: Unit = { name, dimension, factor: parseDecimal(factor)! };
    return spellings(name).map((spelling) => [spelling, unit] as const);
  }),
);

/** What a unit may be written as besides its name: no special characters are needed. */
function spellings(name: string): string[] {
  const angstrom = name.includes('Å')
    ? // U+00C5 is the name's own; U+212B is the Angstrom sign, A + U+030A the decomposed letter.
      [name, name.replace('Å', '\u212B'), name.replace('Å', 'A\u030A'), name.replace('Å', 'A')]
    : [name];
  const cubes = angstrom.flatMap((each) =>
    each.includes('³') ? [each, each.replace('³', '3'), each.replace('³', '^3')] : [each],
  );
  return cubes.flatMap((each) =>
    // U+00B7 is the name's own; U+22C5 is the dot operator.
    each.includes('·')
      ? [each, each.replace('·', '.'), each.replace('·', '\u22C5'), each.replace('·', '*')]
      : [each],
  );
}

const LONGEST_FIRST: readonly string[] = [...SPELLINGS.keys()].sort((a, b) => b.length - a.length);

/** The unit of that spelling; undefined if there is none. */
export function unitNamed(spelling: string): Unit | undefined {
  return SPELLINGS.get(spelling);
}

/** The longest spelling of a unit that `text` has at `start`, as a whole word. */
export function unitAt(text: string, start: number): string | undefined {
  return LONGEST_FIRST.find(
    (spelling) =>
      text.startsWith(spelling, start) &&
      // A power or a letter behind it would make it another unit.
      !/^[\p{L}\p{M}\d_³²^]/u.test(
        text.slice(start + spelling.length, start + spelling.length + 2),
      ),
  );
}

/** Units that measure `dimension`, as messages name them. */
export function unitsOf(dimension: Dimension): readonly string[] {
  return UNITS.filter(([, of]) => of === dimension).map(([name]) => name);
}

/** The unit that the interface of a user's program gives a value of `dimension` in. */
export function defaultUnit(dimension: Dimension): string {
  const preferred: { readonly [D in Dimension]?: string } = {
    pressure: 'GPa',
    time: 'ps',
    viscosity: 'mPa·s',
    density: 'g/cm³',
    fraction: '',
    dimensionless: '',
  };
  return preferred[dimension] ?? unitsOf(dimension)[0]!;
}

export function exponentsOf(dimension: Dimension): Exponents {
  return DIMENSIONS[dimension].exponents;
}

export function isDimension(text: string): text is Dimension {
  return Object.hasOwn(DIMENSIONS, text);
}

export const DIMENSION_NAMES: readonly string[] = Object.keys(DIMENSIONS);

export function sameExponents(a: Exponents, b: Exponents): boolean {
  return a.every((exponent, k) => exponent === b[k]);
}

/** `a temperature, such as 2000 K` */
export function expectedDimension(dimension: Dimension): string {
  const { example } = DIMENSIONS[dimension];
  return dimension === 'dimensionless'
    ? `a plain number, such as ${example}`
    : `${withArticle(dimension)}, such as ${example}`;
}

/** `a pressure`, `an energy`, `a plain number`, or what is left of a product: `m²·s⁻¹`. */
export function describeExponents(exponents: Exponents): string {
  if (sameExponents(exponents, NO_DIMENSION)) return 'a plain number';
  for (const [name, dimension] of Object.entries(DIMENSIONS))
    if (sameExponents(dimension.exponents, exponents)) return withArticle(name);
  const symbols = ['m', 'kg', 's', 'K'];
  const factors = exponents.flatMap((exponent, k) =>
    exponent === 0 ? [] : [exponent === 1 ? symbols[k]! : `${symbols[k]}^${exponent}`],
  );
  return `something in ${factors.join('·')}`;
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** A number as written, with its unit if one was written. */
export type ReadQuantity =
  | { readonly kind: 'quantity'; readonly value: Rational; readonly unit: Unit | null }
  | { readonly kind: 'unknown-unit'; readonly unit: string }
  | { readonly kind: 'out-of-range' | 'not-a-quantity' };

/** Reads `2000 K`, `5Å`, `0.5`: a decimal number and an optional unit. */
export function parseQuantity(text: string): ReadQuantity {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)$/su.exec(text.trim());
  if (match === null) return { kind: 'not-a-quantity' };
  const value = parseDecimal(match[1]!);
  if (value === undefined) return { kind: 'out-of-range' };
  const written = match[2]!;
  if (written === '') return { kind: 'quantity', value, unit: null };
  const unit = unitNamed(written);
  return unit === undefined
    ? { kind: 'unknown-unit', unit: written }
    : { kind: 'quantity', value, unit };
}

/** The factor of a unit that code names (an interface's); '' is that of a plain number. */
export function factorOf(unit: string): Rational {
  if (unit === '' || unit === '1') return ONE;
  const known = unitNamed(unit);
  if (known === undefined) throw new RangeError(`no unit is called ${unit}`);
  return known.factor;
}

/**
 * `value` of unit `from` in unit `to`, exact and rounded once. Units as interfaces name them;
 * the same unit gives the very same number.
 */
export function convert(value: number, from: string, to: string): number {
  if (from === to) return value;
  const converted = toNumber(divide(multiply(fromNumber(value), factorOf(from)), factorOf(to)));
  if (converted === undefined) throw new RangeError(`${value} ${from} is too large or too small`);
  return converted;
}
