/** Runs with both phases, their pieces joined, and at which temperatures they are made. */
import { monitorColumns } from '../dynamics/monitor.ts';
import type { Finished } from '../dynamics/program.ts';
import { thermoColumn } from '../dynamics/thermo.ts';
import { weightedLineFit } from '../statistics/regression.ts';
import { mean } from '../statistics/series.ts';
import { driftOf } from './front.ts';
import { orderColumn } from './phases.ts';
import {
  BOTH_PHASES,
  type CoexistencePlan,
  closingOf,
  closingSteps,
  enthalpyOfVolume,
  isComplete,
  phasesLeft,
  pieceSteps,
  piecesOf,
} from './plan.ts';
import { type InterfaceRun, LEAST_RUNS } from './verdict.ts';

/** A run with both phases, its pieces joined. */
export interface CoexistenceRun extends InterfaceRun {
  readonly pieces: readonly Finished[];
  /** ps; eV per atom; the whole run and, before 0, its equilibration: for looking at. */
  readonly times: Float64Array;
  readonly enthalpy: Float64Array;
  /** ps; crystalline share of the metal atoms. */
  readonly orderTimes: Float64Array;
  readonly crystalline: Float64Array;
  /** Its slope while both phases were there, 1/ps: a cross-check; null below three looks. */
  readonly crystallineSlope: number | null;
  /** The watch over the whole run, under the temperature's name. */
  readonly watched: Finished;
  /** K and GPa, means over the whole run */
  readonly meanTemperature: number;
  readonly meanPressure: number;
  /** Å³ per metal atom, mean over the whole run */
  readonly volume: number;
  /** Crystalline share of the metal atoms once both phases had met. */
  readonly beginning: number;
}

/** Crystalline shares that a run with both phases may begin with. */
const BEGINNING: readonly [number, number] = [0.15, 0.75];

/** Whether both phases were there at all: a run without has no slope, only a direction. */
export function beganWithBoth({ beginning }: Pick<CoexistenceRun, 'beginning'>): boolean {
  return beginning > BEGINNING[0] && beginning < BEGINNING[1];
}

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

/** The run at a temperature at which all pieces are done. */
export function coexistenceRun(
  plan: CoexistencePlan,
  done: readonly Finished[],
  temperature: number,
): CoexistenceRun {
  const closing = closingOf(done, temperature)!;
  const pieces = piecesOf(done, temperature);
  const { types, elements } = closing.state;
  const atoms = types.length;
  const metals = types.filter((type) => elements[type] !== 'C').length;
  // Time counts from the end of the equilibration, which is shown but not measured.
  const parts = [closing, ...pieces];
  const begins = (part: Finished): number =>
    part === closing ? -closingSteps(plan) : pieces.indexOf(part) * pieceSteps(plan);
  const picoseconds = (part: Finished, steps: Float64Array): Float64Array =>
    steps.map((step) => ((step + begins(part)) * plan.timestep) / 1000);
  const times = joined(parts, (part) =>
    picoseconds(
      part,
      thermoColumn(part, 'time_fs').map((time) => time / plan.timestep),
    ),
  );
  const volumes = joined(parts, (part) => thermoColumn(part, 'volume_A3'));
  const enthalpy = joined(parts, (part) => thermoColumn(part, 'potential_eV')).map(
    (energy, k) => (energy + enthalpyOfVolume(plan.pressure, volumes[k]!)) / atoms,
  );
  const orderTimes = joined(parts, (part) => picoseconds(part, orderColumn(part, 'step')));
  const crystalline = joined(parts, (part) => orderColumn(part, 'crystalline'));
  const lost = crystalline.findIndex((share) => share < BOTH_PHASES[0] || share > BOTH_PHASES[1]);
  const beginning = crystalline[0]!;
  const until = !beganWithBoth({ beginning })
    ? 0
    : lost < 0
      ? Number.POSITIVE_INFINITY
      : orderTimes[lost]!;
  const first = times.findIndex((time) => time > 0);
  const past = times.findIndex((time) => time >= until);
  const kept = (values: Float64Array): Float64Array =>
    values.subarray(first, past < 0 ? values.length : Math.max(first, past));
  const seen = Array.from(orderTimes.keys()).filter(
    (k) => orderTimes[k]! > 0 && orderTimes[k]! < until,
  );
  const growth =
    seen.length < 3
      ? null
      : weightedLineFit(
          seen.map((k) => orderTimes[k]!),
          seen.map((k) => crystalline[k]!),
          seen.map(() => 1),
        ).slope;
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
    crystallineSlope: growth,
    trace: { times: kept(times), enthalpy: kept(enthalpy) },
    end: phasesLeft(pieces.at(-1)!),
    meanTemperature: all('temperature_K'),
    meanPressure: all('pressure_GPa'),
    volume: mean(joined(pieces, (piece) => thermoColumn(piece, 'volume_A3'))) / metals,
    beginning,
  };
}

/** More temperatures than the study named: halfway to where a phase vanished at once. */
const MOST_ADDED = 2;

/**
 * The temperatures of the runs, in the order in which they are made: the study's, and while fewer
 * than three have a slope, others between one where a phase vanished too soon and the nearest that
 * has one. Two temperatures ask for a bracket and get no more.
 */
export function runTemperatures(plan: CoexistencePlan, done: readonly Finished[]): number[] {
  const list = [...plan.temperatures];
  while (plan.temperatures.length >= LEAST_RUNS && list.every((t) => isComplete(done, t))) {
    const runs = list.map((temperature) => {
      const { trace, end } = coexistenceRun(plan, done, temperature);
      return { temperature, end, sloped: driftOf(trace) !== null };
    });
    const sloped = runs.filter((run) => run.sloped).map((run) => run.temperature);
    if (sloped.length >= LEAST_RUNS || list.length >= plan.temperatures.length + MOST_ADDED) break;
    const gone = (end: InterfaceRun['end']): number[] =>
      runs.filter((run) => !run.sloped && run.end === end).map((run) => run.temperature);
    const molten = Math.min(...gone('molten'));
    const frozen = Math.max(...gone('frozen'));
    // The highest with a slope below the molten, the lowest with one above the frozen.
    const below = Math.max(frozen, ...sloped.filter((temperature) => temperature < molten));
    const above = Math.min(molten, ...sloped.filter((temperature) => temperature > frozen));
    const added =
      Number.isFinite(molten) && Number.isFinite(below)
        ? Math.round((molten + below) / 2)
        : Math.round((frozen + above) / 2);
    if (!Number.isFinite(added) || list.includes(added)) break;
    list.push(added);
  }
  return list;
}
