/** What the runs with both phases say about the melting temperature. */
import { monitorColumns } from '../dynamics/monitor.ts';
import type { Finished } from '../dynamics/program.ts';
import { volumeOf } from '../dynamics/state.ts';
import { thermoColumn } from '../dynamics/thermo.ts';
import { mean } from '../statistics/series.ts';
import { leadingKind, orderColumn, orderOf } from './phases.ts';
import {
  BOTH_PHASES,
  type Candidate,
  type CoexistencePlan,
  chosenSolid,
  closingOf,
  enthalpyOfVolume,
  middle,
  phasesLeft,
  pieceSteps,
  piecesOf,
  type SolidTest,
  solidTests,
  solidVolume,
} from './program.ts';
import { type InterfaceRun, judge, type MeltingVerdict } from './verdict.ts';

/** A run with both phases, its pieces joined. */
export interface CoexistenceRun extends InterfaceRun {
  readonly pieces: readonly Finished[];
  /** ps; eV per atom; the whole run, for looking at. */
  readonly times: Float64Array;
  readonly enthalpy: Float64Array;
  /** ps; crystalline share of the metal atoms. */
  readonly orderTimes: Float64Array;
  readonly crystalline: Float64Array;
  /** The watch over the whole run, under the temperature's name. */
  readonly watched: Finished;
  /** K and GPa, means over the whole run */
  readonly meanTemperature: number;
  readonly meanPressure: number;
  /** Å³ per metal atom, mean over the whole run */
  readonly volume: number;
}

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
/** Crystalline shares of the metal atoms that a run may begin with. */
const BEGINNING: readonly [number, number] = [0.15, 0.75];

function joined(pieces: readonly Finished[], of: (piece: Finished) => Float64Array): Float64Array {
  const parts = pieces.map(of);
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The runs of a program that went to its end. */
export function evaluateCoexistence(
  plan: CoexistencePlan,
  done: readonly Finished[],
): CoexistenceResult {
  const tests = solidTests(plan, done);
  const solid = chosenSolid(plan, tests)!;
  const runs = plan.temperatures.map((temperature) =>
    coexistenceRun(plan, solid, piecesOf(done, temperature), temperature),
  );
  const verdict = judge(runs);
  const temperature = plan.temperatures[middle(plan.temperatures)]!;
  const contenders = tests.filter((test) => test.survived && test.temperature === temperature);
  const own = contenders.find(({ kind }) => kind === solid.kind)!;
  return {
    tests,
    solid,
    runs,
    verdict,
    length: runs[0]!.pieces[0]!.state.cell[8]!,
    objections: runs.flatMap((run) => [
      ...beginning(run.temperature, closingOf(done, run.temperature)!),
      ...objectionsTo(plan, solid, run, solidVolume(tests, solid.kind, run.temperature)),
    ]),
    rivals: contenders.filter((test) => test !== own && test.enthalpy - own.enthalpy < CLOSE),
  };
}

function coexistenceRun(
  plan: CoexistencePlan,
  solid: Candidate,
  pieces: readonly Finished[],
  temperature: number,
): CoexistenceRun {
  const atoms = solid.halves.whole.types.length;
  const pieceLength = (plan.timestep * pieceSteps(plan)) / 1000;
  const offsets = new Map(pieces.map((piece, k) => [piece, k * pieceLength]));
  const times = joined(pieces, (piece) =>
    thermoColumn(piece, 'time_fs').map((time) => time / 1000 + offsets.get(piece)!),
  );
  const volumes = joined(pieces, (piece) => thermoColumn(piece, 'volume_A3'));
  const enthalpy = joined(pieces, (piece) => thermoColumn(piece, 'potential_eV')).map(
    (energy, k) => (energy + enthalpyOfVolume(plan.pressure, volumes[k]!)) / atoms,
  );
  const orderTimes = joined(pieces, (piece) =>
    orderColumn(piece, 'step').map((step) => (step * plan.timestep) / 1000 + offsets.get(piece)!),
  );
  const crystalline = joined(pieces, (piece) => orderColumn(piece, 'crystalline'));
  const lost = crystalline.findIndex((share) => share < BOTH_PHASES[0] || share > BOTH_PHASES[1]);
  const until = lost < 0 ? Number.POSITIVE_INFINITY : orderTimes[lost]!;
  const kept = times.filter((time) => time < until).length;
  const all = (name: 'temperature_K' | 'pressure_GPa'): number =>
    mean(joined(pieces, (piece) => thermoColumn(piece, name)));
  const columns = monitorColumns(plan.watch.elements.length);
  const monitor = joined(pieces, (piece) =>
    (piece.rows.monitor ?? new Float64Array(0)).map((value, k) =>
      k % columns === 0 ? value + pieces.indexOf(piece) * pieceSteps(plan) : value,
    ),
  );
  return {
    temperature,
    pieces,
    watched: { ...pieces.at(-1)!, name: `${temperature} K`, rows: { monitor } },
    times,
    enthalpy,
    orderTimes,
    crystalline,
    trace: { times: times.subarray(0, kept), enthalpy: enthalpy.subarray(0, kept) },
    end: phasesLeft(pieces.at(-1)!),
    meanTemperature: all('temperature_K'),
    meanPressure: all('pressure_GPa'),
    volume: mean(volumes) / solid.halves.metals,
  };
}

/** Whether both phases were there once they had met. */
function beginning(temperature: number, closing: Finished): string[] {
  const share = orderColumn(closing, 'crystalline')[0]!;
  return share > BEGINNING[0] && share < BEGINNING[1]
    ? []
    : [
        `at ${temperature} K the run began with ${(100 * share).toFixed(0)} % of the atoms crystalline: not both phases`,
      ];
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
