/** Atoms in the kernels' order, which is by type, and the way back to the caller's. */
import { type Forces, PotentialError } from './force-field.ts';

/** What a kernel found, in its order. */
export interface KernelResults {
  /** eV, [atoms] */
  readonly energies: Float64Array;
  /** eV/Å, [atoms][4] */
  readonly forces: Float64Array;
  /** eV, [blocks][9], which add up to the virial */
  readonly virials: Float64Array;
  /** Å², smallest r² of each atom */
  readonly nearest: Float64Array;
}

export class SortedAtoms {
  readonly #elements: readonly string[];
  #given = new Uint8Array(0);
  #result: { -readonly [K in keyof Forces]: Forces[K] } = emptyForces(0);
  /** Atom of the caller at each place. */
  order = new Int32Array(0);
  /** Type at each place, ascending. */
  types = new Uint8Array(0);

  constructor(elements: readonly string[]) {
    this.#elements = elements;
  }

  /** @throws PotentialError for a type that is none of the elements */
  set(types: Uint8Array): void {
    const unknown = types.findIndex((type) => type >= this.#elements.length);
    if (unknown >= 0) {
      throw new PotentialError(
        `atom ${unknown} has type ${types[unknown]}, but the potential knows ${this.#elements.length}: ${this.#elements.join(', ')}`,
      );
    }
    this.#given = types.slice();
    this.order = Int32Array.from(types.keys()).sort((a, b) => types[a]! - types[b]! || a - b);
    this.types = types.slice().sort();
    this.#result = emptyForces(types.length);
  }

  /** What messages call an atom of the caller. */
  nameOf(atom: number): string {
    return `atom ${atom} (${this.#elements[this.#given[atom]!]})`;
  }

  /**
   * Copies the caller's positions, [atoms][3], to the kernel's, [atoms][4].
   *
   * @throws PotentialError when they are not as many as the atoms
   */
  load(positions: Float64Array, into: Float64Array): void {
    const { order } = this;
    if (positions.length !== 3 * order.length) {
      throw new PotentialError(
        `${positions.length} coordinates were given for ${order.length} atoms; expected ${3 * order.length}`,
      );
    }
    for (let k = 0; k < order.length; k++) {
      const from = 3 * order[k]!;
      into[4 * k] = positions[from]!;
      into[4 * k + 1] = positions[from + 1]!;
      into[4 * k + 2] = positions[from + 2]!;
    }
  }

  /** The caller's view of what a kernel found; one record, filled again by each call. */
  collect({ energies, forces, virials, nearest }: KernelResults): Forces {
    const { order } = this;
    const result = this.#result;
    let energy = 0;
    let square = Number.POSITIVE_INFINITY;
    for (let k = 0; k < order.length; k++) {
      const atom = order[k]!;
      const own = energies[k]!;
      energy += own;
      result.atomEnergies[atom] = own;
      const to = 3 * atom;
      result.forces[to] = forces[4 * k]!;
      result.forces[to + 1] = forces[4 * k + 1]!;
      result.forces[to + 2] = forces[4 * k + 2]!;
      if (nearest[k]! < square) square = nearest[k]!;
    }
    result.energy = energy;
    result.nearest = Math.sqrt(square);
    result.virial.fill(0);
    for (let at = 0; at < virials.length; at += 9) {
      for (let k = 0; k < 9; k++) result.virial[k]! += virials[at + k]!;
    }
    return result;
  }
}

function emptyForces(atoms: number): Forces {
  return {
    energy: 0,
    forces: new Float64Array(3 * atoms),
    virial: new Float64Array(9),
    atomEnergies: new Float64Array(atoms),
    nearest: Number.POSITIVE_INFINITY,
  };
}
