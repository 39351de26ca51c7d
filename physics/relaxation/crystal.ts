/** A crystal at 0 K: the volume at which its energy is least. */

import { cbrt } from '../elementary.ts';
import type { ForceField } from '../potentials/force-field.ts';
import { type Alloy, type Composition, holds, isPure, populate } from '../structure/alloy.ts';
import { cellVolume } from '../structure/cells.ts';
import { atomsIn, nearCubic, type Replication, supercell } from '../structure/crystal.ts';
import type { CrystalKind } from '../structure/order.ts';
import { type EquationOfState, fitEquationOfState, type VolumePoint } from './equation-of-state.ts';
import { type Between, relaxAtoms } from './fire.ts';

export interface CrystalCurve {
  /** Å³ and eV per lattice site (metal atom) and atom: volumes per metal atom, energies per atom. */
  readonly scan: readonly VolumePoint[];
  /** Null where the energy has no minimum within the scan. */
  readonly minimum: EquationOfState | null;
  /** Other minima of the scan, by volume: the crystal has more than one state. */
  readonly otherMinima: readonly VolumePoint[];
}

const SCAN_POINTS = 25;
/** Half-width in volume of the points that the minimum is fitted to, and how many they are. */
const WINDOW = 0.06;
const FIT_POINTS = 9;

/**
 * Energy over volume, and its minimum by a Birch-Murnaghan fit to nine points within 6 % of it.
 * Atoms are relaxed at each volume where symmetry does not hold them (alloys).
 *
 * @param alloy   atoms at any volume
 * @param metals  lattice sites: volumes are per metal atom
 * @param range   Å³ per metal atom to be scanned
 */
export async function crystalCurve(
  field: ForceField,
  alloy: Alloy,
  metals: number,
  range: readonly [number, number],
  between: Between = () => {},
): Promise<CrystalCurve> {
  const atoms = alloy.types.length;
  const symmetric = alloy.types.every((type) => type === alloy.types[0]);
  const at = async (volume: number): Promise<VolumePoint> => {
    await between();
    const { positions, cell } = atVolume(alloy, volume * metals);
    if (!symmetric) {
      const { energy } = await relaxAtoms(field, alloy.types, positions, cell, { between });
      return { volume, energy: energy / atoms };
    }
    field.setAtoms(alloy.types);
    return { volume, energy: field.compute(positions, cell).energy / atoms };
  };
  const [least, most] = range;
  const grid = async (count: number, low: number, high: number): Promise<VolumePoint[]> => {
    const points: VolumePoint[] = [];
    for (let k = 0; k < count; k++) points.push(await at(low + ((high - low) * k) / (count - 1)));
    return points;
  };
  const scan = await grid(SCAN_POINTS, least, most);
  const minima = scan.filter(
    (point, k) =>
      k > 0 &&
      k < scan.length - 1 &&
      point.energy < scan[k - 1]!.energy &&
      point.energy <= scan[k + 1]!.energy,
  );
  const lowest = scan.reduce((best, point) => (point.energy < best.energy ? point : best));
  if (!minima.includes(lowest)) return { scan, minimum: null, otherMinima: minima };
  let minimum: EquationOfState | null = null;
  let center = lowest.volume;
  for (let turn = 0; turn < 2; turn++) {
    const near = await grid(FIT_POINTS, center * (1 - WINDOW), center * (1 + WINDOW));
    minimum = fitEquationOfState(near);
    if (minimum === null) break;
    center = minimum.volume;
  }
  return { scan, minimum, otherMinima: minima.filter((point) => point !== lowest) };
}

/** The same atoms in a cell of another volume, Å³. */
function atVolume(alloy: Alloy, volume: number): Alloy {
  const scale = cbrt(volume / cellVolume(alloy.cell));
  return {
    ...alloy,
    positions: alloy.positions.map((x) => x * scale),
    cell: alloy.cell.map((x) => x * scale),
  };
}

/** Volumes tried for a start. */
const START_POINTS = 13;
/** A start is heated at once: some steps downhill tell the volumes apart. Tolerance in eV/Å. */
const START = { tolerance: 0.05, steps: 60 } as const;

/**
 * What a simulation starts from: the crystal at that one of 13 volumes over the range at which
 * its energy is least after at most 60 steps downhill. Barostat and heat do the rest, so a
 * minimum outside the range needs no other treatment than one inside.
 *
 * @param alloy  atoms at any volume
 * @param metals lattice sites: volumes are per metal atom
 * @param range  Å³ per metal atom
 */
export async function roughlyRelaxed(
  field: ForceField,
  alloy: Alloy,
  metals: number,
  range: readonly [number, number],
  between: Between = () => {},
): Promise<Alloy> {
  const [least, most] = range;
  let best = { energy: Number.POSITIVE_INFINITY, alloy };
  for (let k = 0; k < START_POINTS; k++) {
    const volume = least + ((most - least) * k) / (START_POINTS - 1);
    const tried = atVolume(alloy, volume * metals);
    const options = { ...START, between };
    const { energy } = await relaxAtoms(field, tried.types, tried.positions, tried.cell, options);
    if (energy < best.energy) best = { energy, alloy: tried };
  }
  return best.alloy;
}

/** Lattice sites of an alloy whose volume is relaxed; an element needs one unit cell. */
const ALLOY_SITES = 54;

/** What a crystal is made of and where its volume is sought. */
export interface CrystalRequest {
  readonly composition: Composition;
  /** Lattice sites of the cell to be simulated; an alloy's volume is sought in as few as will do. */
  readonly sites: number;
  readonly seed: number;
  /** Å³ per metal atom */
  readonly range: readonly [number, number];
}

/**
 * Volume and energy of a crystal of a composition at the minimum of its energy; null where there
 * is none in range.
 *
 * @throws CompositionError when an element is unknown or no cell holds the composition
 */
export async function relaxedCrystal(
  field: ForceField,
  kind: CrystalKind,
  { composition, sites, seed, range }: CrystalRequest,
  between: Between = () => {},
): Promise<EquationOfState | null> {
  const replication = isPure(composition)
    ? ([1, 1, 1] as const)
    : smallestCell(kind, composition, sites);
  const crystal = supercell(kind, replication, (range[0] + range[1]) / 2);
  const alloy = populate(crystal, composition, field.elements, seed);
  const curve = await crystalCurve(field, alloy, atomsIn(kind, replication), range, between);
  return curve.minimum;
}

function smallestCell(kind: CrystalKind, composition: Composition, most: number): Replication {
  for (let sites = ALLOY_SITES; ; sites *= 2) {
    const replication = nearCubic(kind, Math.min(sites, most));
    if (sites >= most || holds(composition, atomsIn(kind, replication))) return replication;
  }
}
