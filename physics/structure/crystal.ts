/** Perfect crystals as orthogonal supercells. */
import { cbrt } from '../elementary.ts';
import type { CrystalKind } from './order.ts';

/** Atoms of one orthogonal unit cell: edges in units of the lattice parameter. */
interface UnitCell {
  readonly edges: readonly [number, number, number];
  /** Fractional, one an atom. */
  readonly sites: readonly (readonly [number, number, number])[];
  /** Octahedral interstices, fractional. */
  readonly octahedral: readonly (readonly [number, number, number])[];
}

const root3 = Math.sqrt(3);
/** Ideal c/a of hcp. */
const IDEAL = Math.sqrt(8 / 3);

const UNIT_CELLS: { readonly [K in CrystalKind]: UnitCell } = {
  bcc: {
    edges: [1, 1, 1],
    sites: [
      [0, 0, 0],
      [0.5, 0.5, 0.5],
    ],
    octahedral: [
      [0.5, 0.5, 0],
      [0.5, 0, 0.5],
      [0, 0.5, 0.5],
      [0.5, 0, 0],
      [0, 0.5, 0],
      [0, 0, 0.5],
    ],
  },
  fcc: {
    edges: [1, 1, 1],
    sites: [
      [0, 0, 0],
      [0.5, 0.5, 0],
      [0.5, 0, 0.5],
      [0, 0.5, 0.5],
    ],
    octahedral: [
      [0.5, 0.5, 0.5],
      [0.5, 0, 0],
      [0, 0.5, 0],
      [0, 0, 0.5],
    ],
  },
  // Edges a, c, √3 a: the long axis of an elongated cell then crosses prismatic planes.
  hcp: {
    edges: [1, IDEAL, root3],
    sites: [
      [0, 0, 0],
      [0.5, 0, 0.5],
      [0, 0.5, 2 / 3],
      [0.5, 0.5, 1 / 6],
    ],
    octahedral: [
      [0, 0.25, 1 / 3],
      [0, 0.75, 1 / 3],
      [0.5, 0.25, 5 / 6],
      [0.5, 0.75, 5 / 6],
    ],
  },
};

export interface Crystal {
  readonly kind: CrystalKind;
  /** Å, [atoms][3] */
  readonly positions: Float64Array;
  /** Å, rows are the cell vectors: orthogonal */
  readonly cell: Float64Array;
  /** Å, [interstices][3] */
  readonly octahedral: Float64Array;
}

export type Replication = readonly [number, number, number];

/** Atoms in a supercell. */
export function atomsIn(kind: CrystalKind, [p, q, r]: Replication): number {
  return UNIT_CELLS[kind].sites.length * p * q * r;
}

/** Lattice parameter a (Å) at a volume per atom (Å³); of hcp at the ideal c/a. */
export function latticeParameter(kind: CrystalKind, volumePerAtom: number): number {
  const { edges, sites } = UNIT_CELLS[kind];
  return cbrt((volumePerAtom * sites.length) / (edges[0] * edges[1] * edges[2]));
}

/** Volume per atom (Å³) at a lattice parameter (Å). */
export function volumePerAtom(kind: CrystalKind, a: number): number {
  const { edges, sites } = UNIT_CELLS[kind];
  return (edges[0] * edges[1] * edges[2] * a * a * a) / sites.length;
}

/** A supercell of `replication` unit cells at a volume per atom (Å³). */
export function supercell(
  kind: CrystalKind,
  replication: Replication,
  volumeOfAtom: number,
): Crystal {
  const { edges, sites, octahedral } = UNIT_CELLS[kind];
  const a = latticeParameter(kind, volumeOfAtom);
  const place = (points: UnitCell['sites']): Float64Array => {
    const into: number[] = [];
    for (let p = 0; p < replication[0]; p++)
      for (let q = 0; q < replication[1]; q++)
        for (let r = 0; r < replication[2]; r++)
          for (const point of points)
            into.push(
              (p + point[0]) * edges[0] * a,
              (q + point[1]) * edges[1] * a,
              (r + point[2]) * edges[2] * a,
            );
    return Float64Array.from(into);
  };
  const cell = new Float64Array(9);
  for (let axis = 0; axis < 3; axis++) cell[4 * axis] = replication[axis]! * edges[axis]! * a;
  return { kind, positions: place(sites), cell, octahedral: place(octahedral) };
}

/**
 * Unit cells along each axis whose supercell has nearly `atoms` atoms and nearly equal edges:
 * 128 gives 4 x 4 x 4 of bcc, 3 x 3 x 3 of fcc (108 atoms).
 */
export function nearCubic(kind: CrystalKind, atoms: number): Replication {
  return bestReplication(kind, atoms, (edges, count) => {
    const longest = Math.max(...edges);
    const shortest = Math.min(...edges);
    return Math.abs(count - atoms) / atoms + (longest / shortest - 1);
  });
}

/** Length over width of the cells in which two phases coexist. */
const ELONGATION = 3.2;

/**
 * Unit cells of a supercell elongated along z, for two phases beside each other: at least `atoms`
 * atoms, at least `length` Å long at a volume per atom (Å³), and otherwise a nearly square
 * cross-section about a third of the length wide, with few atoms too many.
 */
export function elongated(
  kind: CrystalKind,
  atoms: number,
  length: number,
  volumeOfAtom: number,
): Replication {
  const a = latticeParameter(kind, volumeOfAtom);
  return bestReplication(kind, 1.5 * atoms, (edges, count) => {
    if (count < atoms || edges[2] * a < length) return Number.POSITIVE_INFINITY;
    const wide = Math.max(edges[0], edges[1]);
    const narrow = Math.min(edges[0], edges[1]);
    const ratio = edges[2] / Math.sqrt(edges[0] * edges[1]) / ELONGATION;
    return count / atoms - 1 + (wide / narrow - 1) + 0.3 * (Math.max(ratio, 1 / ratio) - 1);
  });
}

/** The replication of least cost among those with up to about twice `atoms` atoms. */
function bestReplication(
  kind: CrystalKind,
  atoms: number,
  cost: (edges: [number, number, number], count: number) => number,
): Replication {
  const { edges, sites } = UNIT_CELLS[kind];
  const cells = Math.max(1, Math.ceil((2 * atoms) / sites.length));
  let best: Replication = [1, 1, 1];
  let least = Number.POSITIVE_INFINITY;
  for (let p = 1; p * p <= 2 * cells; p++)
    for (let q = 1; p * q <= cells && q <= 3 * p + 1; q++)
      for (let r = 1; p * q * r <= cells; r++) {
        const value = cost([p * edges[0], q * edges[1], r * edges[2]], p * q * r * sites.length);
        if (value >= least) continue;
        least = value;
        best = [p, q, r];
      }
  return best;
}
