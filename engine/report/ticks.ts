/** Places for ticks and how to write them. */

export interface Ticks {
  readonly at: readonly number[];
  readonly labels: readonly string[];
}

/** About `count` round numbers within [low, high]. */
export function linearTicks(low: number, high: number, count: number): Ticks {
  if (!(high > low)) return written([low]);
  const raw = (high - low) / count;
  const power = Number(raw.toExponential().split('e')[1]);
  const base = raw / Number(`1e${power}`);
  // Between two steps the geometric mean decides.
  const nice = base < Math.SQRT2 ? 1 : base < 3.16 ? 2 : base < 7.07 ? 5 : 10;
  const step = Number(`${nice}e${power}`);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return written(
    Array.from({ length: last - first + 1 }, (_, k) =>
      Number(((first + k) * step).toPrecision(12)),
    ),
  );
}

/** Powers of ten within [low, high], with 2 and 5 between where there are few. */
export function logTicks(low: number, high: number): Ticks {
  const exponent = (x: number) => Number(x.toExponential().split('e')[1]);
  const [first, last] = [exponent(low), exponent(high)];
  const decades = last - first;
  const multiples = decades <= 1 ? [1, 2, 3, 5] : decades <= 2 ? [1, 3] : [1];
  const stride = Math.ceil((decades + 1) / 6);
  const at: number[] = [];
  for (let power = first; power <= last; power += multiples.length > 1 ? 1 : stride)
    for (const multiple of multiples) {
      const value = Number(`${multiple}e${power}`);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) at.push(value);
    }
  return at.length > 0 ? { at, labels: at.map(plain) } : written([low, high]);
}

function written(at: readonly number[]): Ticks {
  const largest = Math.max(...at.map(Math.abs));
  if (largest >= 1e5 || (largest > 0 && largest < 1e-3))
    return { at, labels: at.map((value) => (value === 0 ? '0' : plain(value))) };
  const decimals = Math.max(...at.map((value) => (String(value).split('.')[1] ?? '').length));
  return { at, labels: at.map((value) => minus(value.toFixed(Math.min(decimals, 6)))) };
}

function plain(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) {
    const [mantissa, power] = value.toExponential().split('e');
    const tens = `10${superscript(Number(power))}`;
    return mantissa === '1' ? tens : `${minus(mantissa!)}·${tens}`;
  }
  return minus(String(value));
}

function superscript(power: number): string {
  const digits = [...String(Math.abs(power))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');
  return power < 0 ? `⁻${digits}` : digits;
}

function minus(text: string): string {
  return /[1-9]/.test(text) ? text.replace('-', '\u2212') : text.replace('-', '');
}
