/**
 * One periodic configuration with its labels, as DFT or a potential computed it.
 *
 * Lengths in Å, energies in eV, forces in eV/Å. Cell vectors are the rows of `cell`.
 */
export interface Frame {
  /** Element symbols, one an atom. */
  readonly species: readonly string[];
  /** Cartesian, shape [atoms][3]; not necessarily inside the cell. */
  readonly positions: Float64Array;
  /** Rows are the cell vectors, shape [3][3]. */
  readonly cell: Float64Array;
  readonly labels: {
    /** What forces and virial derive from (`free_energy` where the file has one). */
    readonly energy: number;
    readonly forces: Float64Array;
    /** W = -V·stress (tension positive), shape [3][3], eV; null when the file has no stress. */
    readonly virial: Float64Array | null;
  };
  /** `frame_id` of the file, else a digest of species, cell and positions. */
  readonly id: string;
  /** `config_type` of the file, else `unnamed`. */
  readonly group: string;
  readonly spin: 'none' | 'collinear';
}
