/** Numbers as a reader expects them: the error to two digits, the value to the same place. */

const MINUS = '\u2212';
const NARROW = '\u202F';
const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * `6.882 ± 0.047`, `1710 ± 120`, `(1.20 ± 0.11)·10⁻⁷`; without an error (null or zero) four
 * significant digits at least.
 */
export function formatValue(value: number, error: number | null = null): string {
  if (!Number.isFinite(value)) return '—';
  if (error === null || !Number.isFinite(error) || error <= 0) return formatNumber(value);
  // The error rounded first, so that 0.0996 counts as 0.10.
  const place = exponentOf(Number(error.toPrecision(2))) - 1;
  const power = exponentOf(Math.abs(value) >= error ? value : error);
  if (power >= 6 || power < -4) {
    const scale = (x: number) => fixed(shifted(x, -power), power - place);
    return `(${scale(value)} ± ${scale(error)})${powerOfTen(power)}`;
  }
  return `${rounded(value, place)} ± ${rounded(error, place)}`;
}

/** Four significant digits, integers whole; or `places` decimals where they are given. */
export function formatNumber(value: number, places?: number): string {
  if (!Number.isFinite(value)) return '—';
  if (places !== undefined) return fixed(value, places);
  if (value === 0) return '0';
  const power = exponentOf(value);
  if (power >= 6 || power < -4) {
    const mantissa = shifted(value, -power);
    return `${trimmed(fixed(mantissa, 3))}${powerOfTen(power)}`;
  }
  if (Number.isInteger(value)) return rounded(value, 0);
  const digits = Math.max(0, 3 - power);
  return trimmed(fixed(value, digits));
}

/** Two or three digits with a sign: deviations. */
export function formatSigned(value: number, error: number | null = null): string {
  const text = error === null ? brief(value) : formatValue(value, error);
  return value > 0 && !text.startsWith('(') && /[1-9]/.test(text) ? `+${text}` : text;
}

/** About three digits: `0.70`, `5.2`, `12`. */
function brief(value: number): string {
  const size = Math.abs(value);
  return fixed(value, size >= 10 ? 0 : size >= 1 ? 1 : 2);
}

/** `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${fixed(seconds, 1)}${NARROW}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NARROW}s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes}${NARROW}min${rest === 0 ? '' : ` ${rest}${NARROW}s`}`;
  return `${Math.floor(minutes / 60)}${NARROW}h ${minutes % 60}${NARROW}min`;
}

/** `240 kB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}${NARROW}B`;
  return bytes < 1e6
    ? `${Math.round(bytes / 1e3)}${NARROW}kB`
    : `${fixed(bytes / 1e6, 1)}${NARROW}MB`;
}

/** Decimal exponent; exact, as the engine's own decimal form has it. */
function exponentOf(value: number): number {
  return value === 0 ? 0 : Number(value.toExponential().split('e')[1]);
}

/** value·10^places, rounded once. */
function shifted(value: number, places: number): number {
  const [mantissa, power] = value.toExponential().split('e');
  return Number(`${mantissa}e${Number(power) + places}`);
}

/** `value` to the decimal place `place` (-2: hundredths, 1: tens). */
function rounded(value: number, place: number): string {
  if (place <= 0) return fixed(value, -place);
  const unit = Number(`1e${place}`);
  return fixed(Math.round(value / unit) * unit, 0);
}

function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(Math.min(20, Math.max(0, digits)));
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function powerOfTen(power: number): string {
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPT[Number(digit)]).join('');
  return `·10${power < 0 ? '⁻' : ''}${digits}`;
}
