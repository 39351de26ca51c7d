/** The crystals that may be the solid, each at the volume of its least energy. */
import type { ForceField } from '../potentials/force-field.ts';
import { relaxedCrystal } from '../relaxation/crystal.ts';
import type { Between } from '../relaxation/fire.ts';
import { type Composition, populate } from '../structure/alloy.ts';
import { elongated, nearCubic, type Replication, supercell } from '../structure/crystal.ts';
import type { CrystalKind } from '../structure/order.ts';
import { halve } from './assemble.ts';
import type { Candidate } from './plan.ts';

export interface CandidateOptions {
  readonly composition: Composition;
  /** Metal atoms of the cell with both phases, at least. */
  readonly atoms: number;
  readonly seed: number;
  /** Å³ per metal atom: where a minimum is sought. */
  readonly range: readonly [number, number];
}

/** Å: shortest normal of the cells with both phases, where they have the atoms for it. */
export const LEAST_LENGTH = 45;
/** From as many metal atoms on. */
export const ENOUGH_ATOMS = 800;
/** Metal atoms of the small crystals: a quarter, but few and many enough. */
const SMALL: readonly [number, number] = [54, 256];

/**
 * Null where the crystal's energy has no minimum in range.
 *
 * @throws CompositionError when a cell cannot hold the composition
 */
export async function candidate(
  field: ForceField,
  kind: CrystalKind,
  { composition, atoms, seed, range }: CandidateOptions,
  between: Between = () => {},
): Promise<Candidate | null> {
  const fill = (replication: Replication, volume: number) => {
    const crystal = supercell(kind, replication, volume);
    const alloy = populate(crystal, composition, field.elements, seed);
    return { alloy, metals: crystal.positions.length / 3 };
  };
  const request = { composition, sites: atoms, seed, range };
  const minimum = await relaxedCrystal(field, kind, request, between);
  if (minimum === null) return null;
  const { volume, energy } = minimum;
  const length = atoms >= ENOUGH_ATOMS ? LEAST_LENGTH : 0;
  const replication = elongated(kind, atoms, length, volume);
  const whole = fill(replication, volume);
  const [few, many] = SMALL;
  const small = fill(nearCubic(kind, Math.min(many, Math.max(few, atoms / 4))), volume);
  return {
    kind,
    volume,
    energy,
    small: small.alloy,
    smallMetals: small.metals,
    halves: halve(whole.alloy, whole.metals, replication[2]),
  };
}
