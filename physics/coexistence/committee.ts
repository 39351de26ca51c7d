/**
 * What the members of a committee would have melted at, from one member's simulation.
 *
 * First-order perturbation (Zwanzig, J. Chem. Phys. 22, 1420 (1954), doi:10.1063/1.1740409): at
 * the driving member's melting temperature its two phases have the same free energy; another
 * member's differ by the mean of U_m - U_0 in the liquid less that in the solid, and its melting
 * temperature by that over the entropy of melting, L/T:
 *   δT_m = T (⟨U_m - U_0⟩_liquid - ⟨U_m - U_0⟩_solid) / L,   L = ⟨U_0⟩_liquid - ⟨U_0⟩_solid,
 * all per atom. A scatter between members, at the price of a few evaluations each; the next order
 * (fluctuations, relaxation of the volume) is left out.
 */
import type { State } from '../dynamics/state.ts';
import type { ForceField } from '../potentials/force-field.ts';
import type { Between } from '../relaxation/fire.ts';
import { bulkAtoms } from './phases.ts';

export interface PhaseEnergies {
  /** eV per atom, by member */
  readonly solid: readonly number[];
  readonly liquid: readonly number[];
  /** Atoms of each phase seen, all configurations together. */
  readonly solidAtoms: number;
  readonly liquidAtoms: number;
}

/** Mean energies of atoms well inside each phase, over configurations that hold both. */
export async function phaseEnergies(
  states: readonly State[],
  fields: readonly ForceField[],
  between: Between = () => {},
): Promise<PhaseEnergies> {
  const solid = fields.map(() => 0);
  const liquid = fields.map(() => 0);
  let [solidAtoms, liquidAtoms] = [0, 0];
  for (const state of states) {
    await between();
    const bulk = bulkAtoms(state);
    // Energies of both phases from the same configurations, so that their temperatures agree.
    if (bulk.solid.length === 0 || bulk.liquid.length === 0) continue;
    solidAtoms += bulk.solid.length;
    liquidAtoms += bulk.liquid.length;
    fields.forEach((field, member) => {
      field.setAtoms(state.types);
      const { atomEnergies } = field.compute(state.positions, state.cell);
      for (const i of bulk.solid) solid[member]! += atomEnergies[i]!;
      for (const i of bulk.liquid) liquid[member]! += atomEnergies[i]!;
    });
  }
  return {
    solid: solid.map((sum) => sum / solidAtoms),
    liquid: liquid.map((sum) => sum / liquidAtoms),
    solidAtoms,
    liquidAtoms,
  };
}

export interface CommitteeMelting {
  /** eV per atom, of the driving member (the first) */
  readonly latentHeat: number;
  /** K, by member; 0 for the driving one. */
  readonly shifts: readonly number[];
  /** K: standard deviation of the shifts; null with a single member. */
  readonly scatter: number | null;
}

/** Null where too little of either phase was seen, or the liquid does not lie above the solid. */
export function committeeMelting(
  energies: PhaseEnergies,
  temperature: number,
): CommitteeMelting | null {
  const { solid, liquid, solidAtoms, liquidAtoms } = energies;
  const latentHeat = liquid[0]! - solid[0]!;
  if (Math.min(solidAtoms, liquidAtoms) < 100 || !(latentHeat > 0)) return null;
  const shifts = solid.map(
    (_, m) => (temperature * (liquid[m]! - liquid[0]! - (solid[m]! - solid[0]!))) / latentHeat,
  );
  const center = shifts.reduce((sum, shift) => sum + shift, 0) / shifts.length;
  const squares = shifts.reduce((sum, shift) => sum + (shift - center) * (shift - center), 0);
  return {
    latentHeat,
    shifts,
    scatter: shifts.length > 1 ? Math.sqrt(squares / (shifts.length - 1)) : null,
  };
}
