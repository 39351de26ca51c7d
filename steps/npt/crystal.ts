import { createState, type State } from '../../physics/dynamics/state.ts';
import type { ForceField } from '../../physics/potentials/force-field.ts';
import { type CrystalRequest, relaxedCrystal } from '../../physics/relaxation/crystal.ts';
import { relaxAtoms } from '../../physics/relaxation/fire.ts';
import { isPure, populate } from '../../physics/structure/alloy.ts';
import { nearCubic, supercell } from '../../physics/structure/crystal.ts';
import type { CrystalKind } from '../../physics/structure/order.ts';

/**
 * The crystal that a simulation starts from, relaxed: the first of `kinds` whose energy has a
 * minimum in range; null where none has.
 *
 * @param request `sites`: about as many metal atoms
 * @throws CompositionError when an element is unknown or the cell cannot hold the composition
 */
export function startingCrystal(
  field: ForceField,
  kinds: readonly CrystalKind[],
  request: CrystalRequest,
  between: () => void,
): State | null {
  const { composition, sites, seed, range } = request;
  for (const kind of kinds) {
    const fill = (volume: number) =>
      populate(supercell(kind, nearCubic(kind, sites), volume), composition, field.elements, seed);
    // A composition that the whole cell cannot hold is said before anything is computed.
    fill((range[0] + range[1]) / 2);
    const minimum = relaxedCrystal(field, kind, request, between);
    if (minimum === null) continue;
    const alloy = fill(minimum.volume);
    if (!isPure(composition)) relaxAtoms(field, alloy.types, alloy.positions, alloy.cell);
    return createState(alloy);
  }
  return null;
}
