import { createState, type State } from '../physics/dynamics/state.ts';
import type { ForceField } from '../physics/potentials/force-field.ts';
import { roughlyRelaxed } from '../physics/relaxation/crystal.ts';
import type { Between } from '../physics/relaxation/fire.ts';
import { type Composition, populate } from '../physics/structure/alloy.ts';
import { atomsIn, nearCubic, supercell } from '../physics/structure/crystal.ts';
import type { CrystalKind } from '../physics/structure/order.ts';

export interface StartingCrystal {
  readonly kind: CrystalKind;
  readonly composition: Composition;
  /** Metal atoms, as near as a nearly cubic cell comes. */
  readonly atoms: number;
  readonly seed: number;
  /** Å³ per metal atom: where its volume is sought. */
  readonly range: readonly [number, number];
}

/**
 * The crystal that a simulation starts from, at rest.
 *
 * @throws CompositionError when an element is unknown or the cell cannot hold the composition
 */
export async function startingCrystal(
  field: ForceField,
  { kind, composition, atoms, seed, range }: StartingCrystal,
  between: Between = () => {},
): Promise<State> {
  const replication = nearCubic(kind, atoms);
  const crystal = supercell(kind, replication, (range[0] + range[1]) / 2);
  const alloy = populate(crystal, composition, field.elements, seed);
  return createState(
    await roughlyRelaxed(field, alloy, atomsIn(kind, replication), range, between),
  );
}
