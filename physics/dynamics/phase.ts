/** Whether a simulated system is a liquid or a crystal, and of which kind. */
import { type CrystalKind, crystallineOrder, metalAtoms, type Order } from '../structure/order.ts';
import { displacementSlope, FLOWING } from './displacement.ts';
import type { Finished } from './program.ts';
import type { State } from './state.ts';
import { thermoColumn } from './thermo.ts';

/** Crystalline share below which a system counts as liquid. */
export const LIQUID_BELOW = 0.05;
/** Crystalline share above which a crystal has kept its order. */
export const CRYSTAL_ABOVE = 0.5;

/** Order of the metal atoms of a state. */
export function orderOf(state: State): Order {
  return crystallineOrder(metalAtoms(state.positions, state.types, state.elements), state.cell);
}

/** The crystal that most crystalline atoms belong to. */
export function leadingKind(kinds: Order['kinds']): CrystalKind {
  return (['bcc', 'fcc', 'hcp'] as const).reduce((best, kind) =>
    kinds[kind] > kinds[best] ? kind : best,
  );
}

/** Why a run that should have been liquid throughout was not; null where it was. */
export function liquidObjection(run: Finished): string | null {
  const { fraction } = orderOf(run.state);
  if (fraction >= LIQUID_BELOW)
    return `${run.name}: the liquid crystallised, ${percent(fraction)} of its atoms are in crystalline surroundings, a liquid has less than ${percent(LIQUID_BELOW)}`;
  const slope = displacementSlope(thermoColumn(run, 'time_fs'), thermoColumn(run, 'msd_A2'));
  return slope > FLOWING
    ? null
    : `${run.name}: the liquid does not flow, its mean squared displacement grows by ${slope.toFixed(2)} Å²/ps, a liquid's by more than ${FLOWING}`;
}

/** What became of a crystal; null where it is still there. */
export function crystalObjection(run: Finished, kind: CrystalKind): string | null {
  const { fraction, kinds } = orderOf(run.state);
  if (!(fraction > CRYSTAL_ABOVE))
    return `${run.name}: the crystal was lost, ${percent(fraction)} of its atoms are left in crystalline surroundings`;
  const became = leadingKind(kinds);
  return became === kind ? null : `${run.name}: the ${kind} crystal turned into ${became}`;
}

/** `12 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
