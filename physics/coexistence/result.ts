/** What the runs with both phases say about the melting temperature. */
import { leadingKind, orderOf } from '../dynamics/phase.ts';
import type { Finished } from '../dynamics/program.ts';
import { volumeOf } from '../dynamics/state.ts';
import { BOTH_PHASES, type Candidate, type CoexistencePlan } from './plan.ts';
import { type CoexistenceRun, coexistenceRun, runTemperatures } from './runs.ts';
import { chosenSolid, decidingTests, type SolidTest, solidTests, solidVolume } from './solid.ts';
import { judge, type MeltingVerdict } from './verdict.ts';

export interface CoexistenceResult {
  readonly tests: readonly SolidTest[];
  readonly solid: Candidate;
  readonly runs: readonly CoexistenceRun[];
  readonly verdict: MeltingVerdict;
  /** Å, along the normal, at the start of the first run */
  readonly length: number;
  /** Why the runs cannot support a value although there is one; empty when they can. */
  readonly objections: readonly string[];
  /** Other crystals nearly as stable at the middle temperature. */
  readonly rivals: readonly SolidTest[];
}

/** eV per atom: crystals closer in enthalpy may be ordered the other way by their entropy. */
const CLOSE = 0.015;
/** Volume per metal atom of both phases together, relative to the crystal's. */
const VOLUME_RANGE: readonly [number, number] = [0.97, 1.2];
/** GPa: mean pressure may differ by as much from the one wanted. */
const PRESSURE_TOLERANCE = 1;

/** The runs of a program that went to its end. */
export function evaluateCoexistence(
  plan: CoexistencePlan,
  done: readonly Finished[],
): CoexistenceResult {
  const tests = solidTests(plan, done);
  const solid = chosenSolid(plan, tests)!;
  const runs = runTemperatures(plan, done)
    .sort((a, b) => a - b)
    .map((temperature) => coexistenceRun(plan, done, temperature));
  const verdict = judge(runs);
  const contenders = decidingTests(plan, tests);
  const own = contenders.find(({ kind }) => kind === solid.kind)!;
  return {
    tests,
    solid,
    runs,
    verdict,
    length: runs[0]!.pieces[0]!.state.cell[8]!,
    objections: runs.flatMap((run) =>
      objectionsTo(plan, solid, run, solidVolume(tests, solid.kind, run.temperature)),
    ),
    rivals: contenders.filter((test) => test !== own && test.enthalpy - own.enthalpy < CLOSE),
  };
}

/** What is wrong with a run: another crystal, boiling, pressure. */
function objectionsTo(
  plan: CoexistencePlan,
  solid: Candidate,
  run: CoexistenceRun,
  solidVolumeThere: number,
): string[] {
  const at = `at ${run.temperature} K`;
  const objections: string[] = [];
  const { kinds, fraction } = orderOf(run.pieces.at(-1)!.state);
  const became = leadingKind(kinds);
  if (fraction > BOTH_PHASES[0] && became !== solid.kind)
    objections.push(`${at} the ${solid.kind} crystal turned into ${became}`);
  const ratio = run.volume / solidVolumeThere;
  if (ratio < VOLUME_RANGE[0] || ratio > VOLUME_RANGE[1])
    objections.push(
      `${at} the mean volume per metal atom is ${ratio.toFixed(2)} times the crystal’s: the liquid boiled or collapsed`,
    );
  if (Math.abs(run.meanPressure - plan.pressure) > PRESSURE_TOLERANCE)
    objections.push(
      `${at} the mean pressure is ${run.meanPressure.toFixed(2)} GPa, not ${plan.pressure} GPa`,
    );
  return objections;
}

/** Cross-section of the cells, Å², for a front's speed. */
export function crossSection(run: CoexistenceRun): number {
  const { cell } = run.pieces[0]!.state;
  return volumeOf(cell) / cell[8]!;
}

/**
 * Speed of a front, m/s, positive where the crystal grows: two fronts a cell.
 *
 * @param slope       eV per atom and ps
 * @param latentHeat  eV per atom
 * @param volume      of the crystal, Å³ per atom
 */
export function frontSpeed(
  slope: number,
  latentHeat: number,
  atoms: number,
  volume: number,
  area: number,
): number {
  const A_PER_PS_IN_M_PER_S = 100;
  return (-A_PER_PS_IN_M_PER_S * slope * atoms * volume) / (2 * area * latentHeat);
}
