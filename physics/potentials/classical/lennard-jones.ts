/** Lennard-Jones, V(r) = 4ε((σ/r)¹² - (σ/r)⁶), cut off sharply; LAMMPS's `lj/cut`. */

export interface LennardJonesPair {
  /** eV */
  readonly epsilon: number;
  /** Å */
  readonly sigma: number;
  /** Å */
  readonly cutoff: number;
}

export interface LennardJones {
  readonly kind: 'lennard-jones';
  readonly elements: readonly string[];
  /** [element][element], symmetric */
  readonly pairs: readonly (readonly LennardJonesPair[])[];
  /** Whether each pair's energy is shifted to vanish at its cut-off, where forces still jump. */
  readonly shifted: boolean;
}

const sixth = (x: number): number => x * x * x * (x * x * x);

/** The factors of r⁻¹² and r⁻⁶, eV·Å¹² and eV·Å⁶, and what is added within the cut-off, eV. */
export function lennardJonesTerms(
  { epsilon, sigma, cutoff }: LennardJonesPair,
  shifted: boolean,
): { readonly repulsion: number; readonly attraction: number; readonly shift: number } {
  const attraction = 4 * epsilon * sixth(sigma);
  const ratio = sixth(sigma / cutoff);
  return {
    repulsion: attraction * sixth(sigma),
    attraction,
    shift: shifted ? 4 * epsilon * ratio * (1 - ratio) : 0,
  };
}

/** Energy of a pair at distance r (Å), eV. */
export function lennardJonesEnergy(pair: LennardJonesPair, shifted: boolean, r: number): number {
  if (r >= pair.cutoff) return 0;
  const { repulsion, attraction, shift } = lennardJonesTerms(pair, shifted);
  const inverse = 1 / sixth(r);
  return inverse * (repulsion * inverse - attraction) + shift;
}

/** The longest cut-off of all pairs, Å. */
export function longestCutoff({ pairs }: LennardJones): number {
  return Math.max(...pairs.flat().map(({ cutoff }) => cutoff));
}
