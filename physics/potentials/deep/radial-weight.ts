/**
 * Radial weight of the Deep Potential descriptor and its slope: s(r) = sw(u)/r with
 * u = (r - inner)/(cutoff - inner) not below 0 and sw = u³(-6u² + 15u - 10) + 1.
 *
 * @param r distance, Å, positive and below the cut-off
 * @returns s (Å⁻¹) and ds/dr (Å⁻²)
 * Source: DeePMD-kit manual, descriptor se_e2_a, "Theory", s(r).
 */
export function radialWeight(r: number, inner: number, cutoff: number): readonly [number, number] {
  const u = Math.max(0, (r - inner) / (cutoff - inner));
  const s = (u * u * u * (-6 * u * u + 15 * u - 10) + 1) / r;
  const fall = (-30 * u * u * (u - 1) * (u - 1)) / (cutoff - inner);
  return [s, (fall - s) / r];
}
