/** Units that reference tables and measured values use, and conversion between them. */

interface Scale {
  readonly dimension: string;
  /** One of the unit is numerator / denominator of its dimension's first unit. */
  readonly numerator: number;
  readonly denominator: number;
}

const SCALES: { readonly [unit: string]: Scale } = {
  K: { dimension: 'temperature', numerator: 1, denominator: 1 },
  Å: { dimension: 'length', numerator: 1, denominator: 1 },
  nm: { dimension: 'length', numerator: 10, denominator: 1 },
  pm: { dimension: 'length', numerator: 1, denominator: 100 },
  'Å³': { dimension: 'volume', numerator: 1, denominator: 1 },
  'nm³': { dimension: 'volume', numerator: 1000, denominator: 1 },
  'g/cm³': { dimension: 'density', numerator: 1, denominator: 1 },
  'kg/m³': { dimension: 'density', numerator: 1, denominator: 1000 },
  mPa·s: { dimension: 'viscosity', numerator: 1, denominator: 1 },
  Pa·s: { dimension: 'viscosity', numerator: 1000, denominator: 1 },
  GPa: { dimension: 'pressure', numerator: 1, denominator: 1 },
  MPa: { dimension: 'pressure', numerator: 1, denominator: 1000 },
  eV: { dimension: 'energy', numerator: 1, denominator: 1 },
  meV: { dimension: 'energy', numerator: 1, denominator: 1000 },
};

export const UNIT_NAMES: readonly string[] = Object.keys(SCALES);

/** The usual spelling of a unit written in plain characters (`g/cm3`, `mPa.s`, `A`), if known. */
export function unitOf(written: string): string | undefined {
  const name = written
    .normalize('NFC')
    .replace(/\^?3$/, '³')
    .replace(/[.*\u22C5]/, '·')
    .replace(/^(?:A|\u212B)(?=³?$)/, 'Å');
  return Object.hasOwn(SCALES, name) ? name : undefined;
}

/** True if values in the two units can be compared. */
export function sameDimension(a: string, b: string): boolean {
  const dimension = SCALES[a]?.dimension;
  return dimension !== undefined && dimension === SCALES[b]?.dimension;
}

/** `value` of unit `from` in unit `to`, both as `unitOf` spells them and of one dimension. */
export function convertUnit(value: number, from: string, to: string): number {
  if (from === to) return value;
  const [a, b] = [SCALES[from], SCALES[to]];
  if (a === undefined || a.dimension !== b?.dimension)
    throw new RangeError(`${from} cannot be given in ${to}`);
  return (value * a.numerator * b.denominator) / (a.denominator * b.numerator);
}
