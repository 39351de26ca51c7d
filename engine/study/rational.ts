/**
 * Exact fractions. Quantities and expressions are computed exactly and become doubles once, so
 * that `0.57 nm` and `5.7 Å` are the same number and `25 ps / 1 fs` is 25000.
 */

/** `num / den`, lowest terms, `den` positive. */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

export const ZERO: Rational = { num: 0n, den: 1n };
export const ONE: Rational = { num: 1n, den: 1n };

/** Written numbers reach this far: 10^-300 to 10^300, and 400 digits. */
const LARGEST_EXPONENT = 300;
const MOST_DIGITS = 400;

export function rational(num: bigint, den: bigint): Rational {
  const divisor = gcd(num < 0n ? -num : num, den < 0n ? -den : den);
  const sign = den < 0n ? -1n : 1n;
  return { num: (sign * num) / divisor, den: (sign * den) / divisor };
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den + b.num * a.den, a.den * b.den);
}

export function subtract(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den - b.num * a.den, a.den * b.den);
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.num * b.num, a.den * b.den);
}

/** `b` must not be zero. */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den, a.den * b.num);
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.num * b.den - b.num * a.den;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isInteger(a: Rational): boolean {
  return a.den === 1n;
}

/** The largest integer that is not above `a`. */
export function floor(a: Rational): bigint {
  const quotient = a.num / a.den;
  return a.num < 0n && quotient * a.den !== a.num ? quotient - 1n : quotient;
}

/** The nearest integer; halves go away from zero. */
export function round(a: Rational): bigint {
  const magnitude = a.num < 0n ? -a.num : a.num;
  const nearest = (2n * magnitude + a.den) / (2n * a.den);
  return a.num < 0n ? -nearest : nearest;
}

const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,4}))?$/;

/** Exact value of a decimal number such as `-1.5e3`; undefined for anything else. */
export function parseDecimal(text: string): Rational | undefined {
  const match = text.length > MOST_DIGITS ? null : DECIMAL.exec(text);
  if (match === null) return undefined;
  const [whole = '', fraction = ''] = match[2]!.split('.');
  const exponent = Number(match[3] ?? 0) - fraction.length;
  const digits = BigInt(whole + fraction) * (match[1] === '-' ? -1n : 1n);
  if (digits === 0n) return ZERO;
  if (Math.abs(exponent + whole.length + fraction.length) > LARGEST_EXPONENT) return undefined;
  return exponent >= 0
    ? { num: digits * 10n ** BigInt(exponent), den: 1n }
    : rational(digits, 10n ** BigInt(-exponent));
}

/** The decimal that a double prints as: what people mean by it. */
export function fromNumber(value: number): Rational {
  const exact = parseDecimal(String(value));
  if (exact === undefined) throw new RangeError(`${value} is not a number that a study can hold`);
  return exact;
}

/** The nearest double, halves to even; undefined outside 10^-300 to 10^300. */
export function toNumber({ num, den }: Rational): number | undefined {
  if (num === 0n) return 0;
  const magnitude = num < 0n ? -num : num;
  // 70 bits of quotient and a last bit that says whether anything was cut: Number() of that
  // rounds as the exact value would, and the power of two then is exact.
  const shift = 70 - (magnitude.toString(2).length - den.toString(2).length);
  const scaled = shift >= 0 ? magnitude << BigInt(shift) : magnitude;
  const divisor = shift >= 0 ? den : den << BigInt(-shift);
  const quotient = scaled / divisor;
  const sticky = quotient * divisor === scaled ? 0n : 1n;
  const value = scaleByPowerOfTwo(Number((quotient << 1n) | sticky), -(shift + 1));
  if (!(value >= 1e-300 && value <= 1e300)) return undefined;
  return num < 0n ? -value : value;
}

function scaleByPowerOfTwo(value: number, exponent: number): number {
  // In steps, because 2^exponent alone may leave the range of doubles.
  let result = value;
  let left = exponent;
  while (left > 500) [result, left] = [result * 2 ** 500, left - 500];
  while (left < -500) [result, left] = [result * 2 ** -500, left + 500];
  return result * 2 ** left;
}
