/** How a crystal is molten and its melt brought to a temperature, one simulation after another. */
import type { Temperature } from './ensemble.ts';
import { LIQUID_BELOW, orderOf, percent } from './phase.ts';
import type { Finished } from './program.ts';
import { cloneState, restExtendedVariables, type State } from './state.ts';

/**
 * Temperatures tried one after another, in units of the highest one wanted, until the crystal has
 * melted: no hotter than needed, for a superheated melt boils.
 */
const FACTORS: readonly number[] = [1.2, 1.2, 1.35, 1.35, 1.5, 1.5];
/** fs at each */
const MELTING = 1000;
/** fs from there to the temperature wanted: half of it a ramp, half to find its density. */
const COOLING = 2000;
/** fs; the barostat's period meanwhile */
export const QUICK_BAROSTAT = 300;

/** One simulation on the way to a melt, at constant pressure. */
export interface MeltingStage {
  readonly name: string;
  /** K */
  readonly temperature: Temperature;
  /** fs */
  readonly time: number;
  /** What it goes on from; null: the crystal, heated by velocities of `heatingTemperature`. */
  readonly from: State | null;
}

/** K: twice the first stage's temperature, since half of a crystal's energy becomes potential. */
export function heatingTemperature({ temperature }: MeltingStage): number {
  return 2 * (typeof temperature === 'number' ? temperature : temperature.from);
}

/** How long melting and cooling take at least, fs. */
export const SHORTEST_MELTING = MELTING + COOLING;

/** The melt at the temperature wanted, once there is one. */
export function meltOf(done: readonly Finished[]): State | null {
  return done.find(({ name }) => name === 'cooling')?.state ?? null;
}

/**
 * The next simulation while there is no melt.
 *
 * @param hottest  K, the highest temperature that will be simulated
 * @param to       K, to which the melt is cooled
 * @param timestep fs
 */
export function meltingStage(
  done: readonly Finished[],
  { hottest, to, timestep }: { hottest: number; to: number; timestep: number },
): MeltingStage | { readonly stop: string } {
  const melting = done.filter(({ name }) => name.startsWith('melting'));
  const last = melting.at(-1)?.state ?? null;
  const share = last === null ? 1 : orderOf(last).fraction;
  if (last !== null && share < LIQUID_BELOW) {
    const from = cloneState(last);
    restExtendedVariables(from);
    return {
      name: 'cooling',
      temperature: {
        from: FACTORS[melting.length - 1]! * hottest,
        to,
        begin: 0,
        end: Math.max(1, Math.ceil(COOLING / 2 / timestep)),
      },
      time: COOLING,
      from,
    };
  }
  if (melting.length === FACTORS.length)
    return {
      stop: `the crystal did not melt in ${(FACTORS.length * MELTING) / 1000} ps at up to ${(FACTORS.at(-1)! * hottest).toFixed(0)} K: ${percent(share)} of its atoms are in crystalline surroundings, a liquid has less than ${percent(LIQUID_BELOW)}`,
    };
  return {
    name: `melting ${melting.length + 1}`,
    temperature: FACTORS[melting.length]! * hottest,
    time: MELTING,
    from: last === null ? null : cloneState(last),
  };
}
