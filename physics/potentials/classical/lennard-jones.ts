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
