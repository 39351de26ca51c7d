/** Which crystal is the solid, and how large it is at each temperature. */
import { leadingKind, orderOf } from '../dynamics/phase.ts';
import type { Finished } from '../dynamics/program.ts';
import { createState, type State, strain } from '../dynamics/state.ts';
import { thermoColumn } from '../dynamics/thermo.ts';
import { maxwellBoltzmann } from '../dynamics/velocities.ts';
import { cbrt } from '../elementary.ts';
import { mean } from '../statistics/series.ts';
import type { CrystalKind } from '../structure/order.ts';
import { orderColumn } from './phases.ts';
import { type Candidate, type CoexistencePlan, enthalpyOfVolume } from './plan.ts';

/** fs of each small crystal; its means are of the second half. */
export const SOLID = 2000;
/** Thermal expansion from 0 K that a hot crystal starts with. */
const EXPANSION = 1.04;
/** A small crystal survives with more than this share crystalline, half of it its own kind. */
const SURVIVES = 0.8;

/**
 * Temperatures at which candidates compete: the middle one, near which the melting temperature is
 * expected; the lowest where none survives there.
 */
export function competitions(temperatures: readonly number[]): readonly number[] {
  return [temperatures[Math.floor((temperatures.length - 1) / 2)]!, temperatures[0]!];
}

/** What a small crystal did at one temperature. */
export interface SolidTest {
  readonly kind: CrystalKind;
  /** K */
  readonly temperature: number;
  readonly survived: boolean;
  /** Crystalline share over the second half. */
  readonly crystalline: number;
  /** What most crystalline atoms looked like at the end. */
  readonly became: CrystalKind;
  /** Å³ per metal atom and eV per atom (enthalpy without kinetic energy), second half. */
  readonly volume: number;
  readonly enthalpy: number;
}

export function solidName(kind: CrystalKind, temperature: number): string {
  return `${kind} at ${temperature} K`;
}

/** A small crystal at a temperature, started hot enough for half of its energy to be potential. */
export function solidStart(
  candidate: Candidate,
  temperature: number,
  seed: number,
  replica: number,
): State {
  const state = createState(candidate.small);
  const stretch = cbrt(EXPANSION);
  strain(state, stretch, stretch, stretch);
  maxwellBoltzmann(state, 2 * temperature, seed, replica);
  return state;
}

/** The tests that were run, in order. */
export function solidTests(plan: CoexistencePlan, done: readonly Finished[]): SolidTest[] {
  return plan.candidates.flatMap((candidate) =>
    plan.temperatures.flatMap((temperature) => {
      const run = done.find(({ name }) => name === solidName(candidate.kind, temperature));
      if (!run) return [];
      const secondHalf = (values: Float64Array): number =>
        mean(values.subarray(Math.floor(values.length / 2)));
      const crystalline = secondHalf(orderColumn(run, 'crystalline'));
      const own = secondHalf(orderColumn(run, candidate.kind));
      const volume = secondHalf(thermoColumn(run, 'volume_A3'));
      const potential = secondHalf(thermoColumn(run, 'potential_eV'));
      return {
        kind: candidate.kind,
        temperature,
        survived: crystalline > SURVIVES && own > 0.5 * crystalline,
        crystalline,
        became: leadingKind(orderOf(run.state).kinds),
        volume: volume / candidate.smallMetals,
        enthalpy: (potential + enthalpyOfVolume(plan.pressure, volume)) / run.state.types.length,
      };
    }),
  );
}

/** The tests at the temperature at which the solid was chosen: the first with a survivor. */
export function decidingTests(plan: CoexistencePlan, tests: readonly SolidTest[]): SolidTest[] {
  for (const temperature of competitions(plan.temperatures)) {
    const there = tests.filter((test) => test.temperature === temperature);
    if (there.length === plan.candidates.length && there.some(({ survived }) => survived))
      return there.filter(({ survived }) => survived);
  }
  return [];
}

/** The surviving crystal of least enthalpy; null while none has survived. */
export function chosenSolid(plan: CoexistencePlan, tests: readonly SolidTest[]): Candidate | null {
  const best = decidingTests(plan, tests).reduce<SolidTest | null>(
    (least, test) => (least === null || test.enthalpy < least.enthalpy ? test : least),
    null,
  );
  return plan.candidates.find(({ kind }) => kind === best?.kind) ?? null;
}

/** What became of crystals that did not survive, in words. */
export function fates(tests: readonly SolidTest[]): string {
  return tests
    .map(
      ({ kind, temperature, crystalline, became }) =>
        `${kind} ${crystalline > SURVIVES ? `turned into ${became}` : 'melted or lost its order'} at ${temperature} K`,
    )
    .join(', ');
}

/**
 * Volume per metal atom (Å³) of the crystal at a temperature: measured, or where it melted there
 * extrapolated along the nearest two temperatures that it survived.
 */
export function solidVolume(
  tests: readonly SolidTest[],
  kind: CrystalKind,
  temperature: number,
): number {
  const known = tests
    .filter((test) => test.kind === kind && test.survived)
    .sort((a, b) => Math.abs(a.temperature - temperature) - Math.abs(b.temperature - temperature));
  const [near, far] = known;
  if (!near) throw new Error(`${kind} survived at no temperature`);
  if (near.temperature === temperature || !far) return near.volume;
  const slope = (far.volume - near.volume) / (far.temperature - near.temperature);
  return near.volume + slope * (temperature - near.temperature);
}
