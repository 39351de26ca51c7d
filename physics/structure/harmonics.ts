/**
 * Spherical harmonics of a unit vector as polynomials of its components, and the third-order
 * invariant's coupling coefficients. No angle is formed, no transcendental function called.
 */

function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

/** sqrt((2l+1)/(4π) (l-m)!/(l+m)!), m = 0..l */
function norms(l: number): Float64Array {
  return Float64Array.from({ length: l + 1 }, (_, m) =>
    Math.sqrt((((2 * l + 1) / (4 * Math.PI)) * factorial(l - m)) / factorial(l + m)),
  );
}

/** Adds Y_lm (m = 0..l) of a unit vector to (real, imaginary) pairs in `into` from `at` on. */
export type AddHarmonics = (
  x: number,
  y: number,
  z: number,
  into: Float64Array,
  at: number,
) => void;

/**
 * Y_lm = N_lm Π_lm(z) (x + iy)^m (Condon-Shortley phase), where Π_lm = P_lm/sinᵐθ obeys
 * Π_mm = (-1)^m (2m-1)!!, (l-m) Π_lm = (2l-1) z Π_{l-1,m} - (l+m-1) Π_{l-2,m}.
 */
export function harmonics(l: number): AddHarmonics {
  const norm = norms(l);
  return (x, y, z, into, at) => {
    let diagonal = 1;
    let re = 1;
    let im = 0;
    for (let m = 0; m <= l; m++) {
      let previous = 0;
      let current = diagonal;
      for (let k = m + 1; k <= l; k++) {
        const higher = ((2 * k - 1) * z * current - (k + m - 1) * previous) / (k - m);
        previous = current;
        current = higher;
      }
      const value = norm[m]! * current;
      into[at + 2 * m] += value * re;
      into[at + 2 * m + 1] += value * im;
      diagonal *= -(2 * m + 1);
      const turned = re * x - im * y;
      im = re * y + im * x;
      re = turned;
    }
  };
}

/** One term of the third-order invariant: coefficient and m₁, m₂, m₃ = -(m₁ + m₂). */
export interface Coupling {
  readonly coefficient: number;
  readonly m: readonly [number, number, number];
}

/** All Wigner 3j symbols (l l l; m₁ m₂ m₃) that do not vanish, by Racah's formula. */
export function couplings(l: number): Coupling[] {
  const list: Coupling[] = [];
  const delta = Math.sqrt((factorial(l) * factorial(l) * factorial(l)) / factorial(3 * l + 1));
  for (let a = -l; a <= l; a++)
    for (let b = -l; b <= l; b++) {
      const c = -a - b;
      if (Math.abs(c) > l) continue;
      let sum = 0;
      for (let t = 0; t <= l; t++) {
        const terms = [t, l - t, l - a - t, l + b - t, a + t, t - b];
        if (terms.some((term) => term < 0)) continue;
        sum +=
          (t % 2 === 0 ? 1 : -1) / terms.reduce((product, term) => product * factorial(term), 1);
      }
      const root = Math.sqrt(
        [a, b, c].reduce((product, m) => product * factorial(l + m) * factorial(l - m), 1),
      );
      const sign = Math.abs(c) % 2 === 0 ? 1 : -1;
      const coefficient = sign * delta * root * sum;
      if (coefficient !== 0) list.push({ coefficient, m: [a, b, c] });
    }
  return list;
}
