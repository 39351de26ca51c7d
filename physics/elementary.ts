/**
 * Elementary functions that give the same bits on every machine and in every JavaScript engine.
 *
 * ECMAScript leaves the accuracy of `Math.exp` and its kin to the engine, so their last bits
 * differ between versions; whatever reaches an artifact uses these instead. Only `+ - * /` and
 * `Math.sqrt` are used, which IEEE 754 rounds exactly. Errors are below 2 ulp in the ranges that
 * tests cover (`test/physics/elementary.test.ts` compares with the engine's own functions).
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = Math.LOG2E;
const PI_2_HIGH = 1.5707963267341256;
const PI_2_MIDDLE = 6.077100506303966e-11;
const PI_2_LOW = 2.0222662487959506e-21;
const INVERSE_PI_2 = 0.6366197723675814;

const bits = new DataView(new ArrayBuffer(8));

/** x·2^k for integer k, correct down to subnormal results. */
function scale(x: number, k: number): number {
  let rest = k;
  let result = x;
  while (rest > 1023) {
    result *= 8.98846567431158e307;
    rest -= 1023;
  }
  while (rest < -1022) {
    result *= 2.2250738585072014e-308;
    rest += 1022;
  }
  bits.setUint32(0, (rest + 1023) << 20);
  bits.setUint32(4, 0);
  return result * bits.getFloat64(0);
}

/** Nearest integer, ties away from zero; exact for |x| < 2^51. */
function nearest(x: number): number {
  return x < 0 ? -Math.floor(0.5 - x) : Math.floor(x + 0.5);
}

/** e^r - 1 for |r| <= ln2/2 by its Taylor series in Horner form, to the 14th power. */
function expm1Reduced(r: number): number {
  let sum = 1;
  for (let n = 14; n >= 2; n--) sum = 1 + (r / n) * sum;
  return r * sum;
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = nearest(x * INVERSE_LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  return scale(1 + expm1Reduced(r), k);
}

/** Natural logarithm; NaN below zero, -Infinity at zero. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  let value = x;
  if (value < 2.2250738585072014e-308) {
    value *= 18014398509481984;
    k -= 54;
  }
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  k += (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    k += 1;
  }
  // log(m) = 2 atanh(s) with s = (m-1)/(m+1), written so that f = m-1 enters exactly.
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  let sum = 0;
  for (let n = 25; n >= 3; n -= 2) sum = z * (sum + 2 / n);
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + sum) + k * LN2_LOW) - f);
}

/** Logarithm to base 10. */
export function log10(x: number): number {
  return log(x) * Math.LOG10E;
}

/**
 * x^y for x > 0, or any x with integer y. Integer powers up to 64 multiply; others are
 * e^(y ln x), so the relative error grows with |y ln x|.
 */
export function pow(x: number, y: number): number {
  if (Number.isInteger(y) && Math.abs(y) <= 64) {
    let result = 1;
    for (let n = Math.abs(y), base = x; n > 0; n = Math.floor(n / 2), base *= base) {
      if (n % 2 === 1) result *= base;
    }
    return y < 0 ? 1 / result : result;
  }
  return exp(y * log(x));
}

/** Cube root, by Newton steps from a power of two. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const a = Math.abs(x);
  let root = exp(log(a) / 3);
  for (let n = 0; n < 2; n++) root -= (root * root * root - a) / (3 * root * root);
  return x < 0 ? -root : root;
}

/** Hyperbolic tangent. */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return Number.NaN;
  if (a > 22) return x < 0 ? -1 : 1;
  if (a < 0.34) {
    const e = expm1Reduced(a);
    const t = e * (e + 2);
    const result = t / (t + 2);
    return x < 0 ? -result : result;
  }
  const result = 1 - 2 / (exp(2 * a) + 1);
  return x < 0 ? -result : result;
}

function sinReduced(r: number): number {
  const z = r * r;
  let sum = 1;
  for (let n = 16; n >= 2; n -= 2) sum = 1 - (z / (n * (n + 1))) * sum;
  return r * sum;
}

function cosReduced(r: number): number {
  const z = r * r;
  let sum = 1;
  for (let n = 17; n >= 3; n -= 2) sum = 1 - (z / (n * (n + 1))) * sum;
  return 1 - 0.5 * z * sum;
}

/** [quadrant 0-3, remainder] of x by π/2; good for |x| up to about 1e5. */
function reduce(x: number): [number, number] {
  const k = nearest(x * INVERSE_PI_2);
  const r = x - k * PI_2_HIGH - k * PI_2_MIDDLE - k * PI_2_LOW;
  return [((k % 4) + 4) % 4, r];
}

/** Sine of x in radians, |x| up to about 1e5. */
export function sin(x: number): number {
  const [quadrant, r] = reduce(x);
  const value = quadrant % 2 === 0 ? sinReduced(r) : cosReduced(r);
  return quadrant < 2 ? value : -value;
}

/** Cosine of x in radians, |x| up to about 1e5. */
export function cos(x: number): number {
  const [quadrant, r] = reduce(x);
  const value = quadrant % 2 === 0 ? cosReduced(r) : sinReduced(r);
  return quadrant === 1 || quadrant === 2 ? -value : value;
}
