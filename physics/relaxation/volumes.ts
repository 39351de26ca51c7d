/** Where crystals are to be sought when no training frames say it. */
import type { ForceField } from '../potentials/force-field.ts';
import { type Composition, populate } from '../structure/alloy.ts';
import { supercell } from '../structure/crystal.ts';

/** Å³ per atom, from denser than any metal to sparser than caesium. */
const LEAST = 5;
const MOST = 160;
/** Ratio of two neighbouring volumes. */
const STEP = 1.05;
/** Other crystals, alloys and pressures lie around an element's own volume. */
const BELOW = 0.75;
const ABOVE = 1.35;

/**
 * Volumes per metal atom (Å³) around those at which the composition's metals, each by itself as
 * fcc, have the lowest minimum of their energy; all volumes where none has one.
 *
 * @throws CompositionError when the potential does not know an element
 */
export function crystalVolumes(
  field: ForceField,
  composition: Composition,
): readonly [number, number] {
  const metals = Object.keys(composition).filter(
    (element) => composition[element]! > 0 && element !== 'C',
  );
  const found = metals.flatMap((element) => fccVolume(field, element) ?? []);
  return found.length === 0
    ? [LEAST, MOST]
    : [BELOW * Math.min(...found), ABOVE * Math.max(...found)];
}

/** Å³ per atom at the lowest minimum, to 5 %; null where the energy has none. */
function fccVolume(field: ForceField, element: string): number | null {
  const points: { readonly volume: number; readonly energy: number }[] = [];
  for (let volume = LEAST; volume < MOST; volume *= STEP) {
    const { types, positions, cell } = populate(
      supercell('fcc', [1, 1, 1], volume),
      { [element]: 1 },
      field.elements,
      1,
    );
    field.setAtoms(types);
    points.push({ volume, energy: field.compute(positions, cell).energy });
  }
  const minima = points.filter(
    ({ energy }, k) =>
      k > 0 &&
      k < points.length - 1 &&
      energy < points[k - 1]!.energy &&
      energy < points[k + 1]!.energy,
  );
  if (minima.length === 0) return null;
  return minima.reduce((best, point) => (point.energy < best.energy ? point : best)).volume;
}
