/** A cell with both phases: a slab of crystal on top of a slab of its melt, normal along z. */
import { createState, type State } from '../dynamics/state.ts';
import { maxwellBoltzmann } from '../dynamics/velocities.ts';
import { cbrt } from '../elementary.ts';
import type { Alloy } from '../structure/alloy.ts';
import { cellVolume, wrap } from '../structure/cells.ts';
import { neighbourTable } from '../structure/neighbours.ts';

/** The two halves of an elongated crystal, in units of its own atoms. */
export interface Halves {
  /** Whole crystal; the halves index its atoms. */
  readonly whole: Alloy;
  /** Metal atoms (lattice sites) in all. */
  readonly metals: number;
  readonly solid: readonly number[];
  readonly liquid: readonly number[];
  /** Share of the cell's length that the solid half takes: whole unit cells. */
  readonly solidShare: number;
}

/** Cuts a crystal of `cells` unit cells along z in two: the upper part, half or more, will melt. */
export function halve(whole: Alloy, metals: number, cells: number): Halves {
  const solidShare = Math.floor(cells / 2) / cells;
  // A hair below the boundary plane, whose atoms open the upper half.
  const height = (solidShare - 1e-6) * whole.cell[8]!;
  const atoms = Array.from(whole.types.keys());
  return {
    whole,
    metals,
    solid: atoms.filter((i) => whole.positions[3 * i + 2]! < height),
    liquid: atoms.filter((i) => whole.positions[3 * i + 2]! >= height),
    solidShare,
  };
}

/** Factor that brings the whole crystal to a volume per metal atom (Å³). */
function scaleTo({ whole, metals }: Halves, volume: number): number {
  return cbrt((volume * metals) / cellVolume(whole.cell));
}

/** The part that is to be melted, still a crystal, alone in its own cell; at rest. */
export function liquidHalf(halves: Halves, volume: number): State {
  const { whole, liquid, solidShare } = halves;
  const scale = scaleTo(halves, volume);
  const cell = whole.cell.map((x) => x * scale);
  const bottom = solidShare * cell[8]!;
  cell[8] -= bottom;
  const positions = new Float64Array(3 * liquid.length);
  liquid.forEach((i, k) => {
    positions[3 * k] = whole.positions[3 * i]! * scale;
    positions[3 * k + 1] = whole.positions[3 * i + 1]! * scale;
    positions[3 * k + 2] = whole.positions[3 * i + 2]! * scale - bottom;
  });
  return createState({
    elements: whole.elements,
    types: liquid.map((i) => whole.types[i]!),
    positions,
    cell,
  });
}

/**
 * Atoms across a front start no closer than this times the cube root of the volume per atom:
 * 0.8 of the nearest distance in a crystal.
 */
const CLOSEST = 0.88;
const GAP_STEP = 0.1;
/** Å, between the slabs' ends; the crystal's topmost layer lies a layer below its end. */
const WIDEST_GAP = 4;
const NARROWEST_GAP = -2;

/**
 * Crystal and melt in one cell, the lateral edges those of the crystal at `volume` per metal atom.
 *
 * The melt is stretched laterally to fit, at its own density; between the slabs is as much room as
 * keeps atoms apart. Crystal atoms start on their sites with twice the kinetic energy, half of
 * which becomes potential; the melt's velocities are of the temperature.
 *
 * @param melt        state of `liquidHalf`'s atoms
 * @param temperature K
 */
export function assemble(
  halves: Halves,
  melt: State,
  volume: number,
  temperature: number,
  seed: number,
  replica: number,
): State {
  const { whole, solid, liquid, solidShare } = halves;
  const scale = scaleTo(halves, volume);
  const [lx, ly] = [whole.cell[0]! * scale, whole.cell[4]! * scale];
  const solidHeight = solidShare * whole.cell[8]! * scale;
  const [sx, sy] = [lx / melt.cell[0]!, ly / melt.cell[4]!];
  const sz = 1 / (sx * sy);
  const liquidHeight = melt.cell[8]! * sz;
  const wrapped = wrap(melt.positions, melt.cell);
  const at = (gap: number): { positions: Float64Array; cell: Float64Array } => {
    const positions = new Float64Array(3 * whole.types.length);
    solid.forEach((i) => {
      for (let axis = 0; axis < 3; axis++)
        positions[3 * i + axis] = whole.positions[3 * i + axis]! * scale;
    });
    liquid.forEach((i, k) => {
      positions[3 * i] = wrapped[3 * k]! * sx;
      positions[3 * i + 1] = wrapped[3 * k + 1]! * sy;
      positions[3 * i + 2] = solidHeight + gap + wrapped[3 * k + 2]! * sz;
    });
    const cell = Float64Array.of(lx, 0, 0, 0, ly, 0, 0, 0, solidHeight + liquidHeight + 2 * gap);
    return { positions, cell };
  };
  const isSolid = new Uint8Array(whole.types.length);
  for (const i of solid) isSolid[i] = 1;
  const limit = CLOSEST * cbrt(volume);
  let gap = NARROWEST_GAP;
  while (gap < WIDEST_GAP && closestAcross(at(gap), isSolid, limit) < limit) gap += GAP_STEP;
  const state = createState({ elements: whole.elements, types: whole.types, ...at(gap) });
  maxwellBoltzmann(state, temperature, seed, replica);
  for (const i of solid)
    for (let axis = 0; axis < 3; axis++) state.velocities[3 * i + axis] *= Math.SQRT2;
  return state;
}

/** Smallest distance between an atom of one slab and one of the other, Å, up to `limit`. */
function closestAcross(
  { positions, cell }: { positions: Float64Array; cell: Float64Array },
  isSolid: Uint8Array,
  limit: number,
): number {
  const { start, atom, vector } = neighbourTable(positions, cell, limit);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < isSolid.length; i++) {
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      if (isSolid[i] === isSolid[atom[k]!]) continue;
      const [x, y, z] = [vector[3 * k]!, vector[3 * k + 1]!, vector[3 * k + 2]!];
      least = Math.min(least, Math.sqrt(x * x + y * y + z * z));
    }
  }
  return least;
}
