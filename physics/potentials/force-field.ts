/**
 * Energies, forces and virials of one system of atoms, again and again: what dynamics, relaxation
 * and evaluation drive. A force field owns its neighbour list and its threads.
 */
export interface ForceField {
  readonly elements: readonly string[];
  /** Cut-off in Å; cells may be smaller than it. */
  readonly cutoff: number;
  /**
   * Chooses the atoms; `types[i]` indexes `elements`. Drops neighbour lists. The results of
   * `compute` depend on `types`, `positions` and `cell` alone, bit for bit: neither on earlier
   * calls (when a list was built) nor on the number of threads.
   */
  setAtoms(types: Uint8Array): void;
  /**
   * Blocks until done. The returned record and its arrays are reused by the next call.
   *
   * @param positions Cartesian, [atoms][3], Å, wrapped or not
   * @param cell      rows are cell vectors, [3][3], Å
   * @throws PotentialError when an atom has more neighbours of a type than `sel`, comes closer
   *   than the tables reach, or a coordinate is not finite
   */
  compute(positions: Float64Array, cell: Float64Array): Forces;
  /** How many threads the next `compute` uses; changes no result. */
  setThreads(threads: number): void;
  close(): void;
}

export interface Forces {
  /** eV */
  readonly energy: number;
  /** eV/Å, [atoms][3]; they add up to zero. */
  readonly forces: Float64Array;
  /** W = -Σ r_ij ⊗ ∂E/∂r_ij, [3][3], eV; pressure = (2·kinetic + tr W)/(3V). */
  readonly virial: Float64Array;
  /** eV, [atoms] */
  readonly atomEnergies: Float64Array;
  /** Smallest distance seen, Å; Infinity without a pair. */
  readonly nearest: number;
}

/** The potential cannot answer: the message names the atom and what to do. */
export class PotentialError extends Error {
  override readonly name = 'PotentialError';
}
