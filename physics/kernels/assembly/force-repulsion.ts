/** Short-range repulsion of one pair in f64; formulas in physics/potentials/zbl.ts. */
import { Z_AMPLITUDES, Z_CHARGE, Z_CONSTANT, Z_CUBIC, Z_DECAYS, Z_INNER, Z_QUARTIC } from './force-layout';
import { real } from './records';

/** e^x for -700 < x <= 0 in the operations of physics/elementary.ts. */
function exponential(x: f64): f64 {
  const k = floor(x * 1.4426950408889634 + 0.5);
  const r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  let sum = 1.0;
  for (let n = 14; n >= 2; n--) sum = 1 + (r / <f64>n) * sum;
  return (1 + r * sum) * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** eV; r below the outer cut-off, Å. */
export function repulsion(terms: usize, r: f64): f64 {
  let phi = 0.0;
  for (let k = 0; k < 4; k++) {
    phi += real(terms, Z_AMPLITUDES + k) * exponential(-real(terms, Z_DECAYS + k) * r);
  }
  const energy = (real(terms, Z_CHARGE) * phi) / r + real(terms, Z_CONSTANT);
  const t = max(0.0, r - real(terms, Z_INNER));
  return energy + t * t * t * (real(terms, Z_CUBIC) + real(terms, Z_QUARTIC) * t);
}

/** dE/dr, eV/Å. */
export function repulsionSlope(terms: usize, r: f64): f64 {
  let phi = 0.0;
  let slope = 0.0;
  for (let k = 0; k < 4; k++) {
    const decay = real(terms, Z_DECAYS + k);
    const term = real(terms, Z_AMPLITUDES + k) * exponential(-decay * r);
    phi += term;
    slope -= decay * term;
  }
  const t = max(0.0, r - real(terms, Z_INNER));
  return (
    real(terms, Z_CHARGE) * (slope / r - phi / (r * r)) +
    t * t * (3 * real(terms, Z_CUBIC) + 4 * real(terms, Z_QUARTIC) * t)
  );
}
