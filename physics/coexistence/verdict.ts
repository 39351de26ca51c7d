/** The melting temperature from how fast crystals grow or melt at several temperatures. */
import {
  type LineFit,
  type WithError,
  weightedLineFit,
  zeroOfLine,
} from '../statistics/regression.ts';
import { type Drift, driftOf, slopeErrors, type Trace } from './front.ts';

/** One run with two phases. */
export interface InterfaceRun {
  /** K */
  readonly temperature: number;
  /** While both phases were there. */
  readonly trace: Trace;
  /** What became of the run: a phase that vanished tells a direction at least. */
  readonly end: 'both phases' | 'molten' | 'frozen';
}

export interface RunVerdict {
  readonly temperature: number;
  /** Null where a phase vanished too soon for a slope. */
  readonly drift: Drift | null;
  /** eV per atom and ps */
  readonly error: number | null;
  /** Beyond two standard errors, or because a phase vanished. */
  readonly direction: 'melts' | 'freezes' | 'not resolved';
}

export interface MeltingVerdict {
  readonly runs: readonly RunVerdict[];
  /** Through the slopes; null with fewer than three. */
  readonly line: LineFit | null;
  /** K: highest temperature at which crystals grow below all at which they melt, if any. */
  readonly low: number | null;
  /** K: lowest temperature at which they melt. */
  readonly high: number | null;
  /** K, with the regression's standard error; null where there is none. */
  readonly melting: WithError | null;
  /** Why there is none. */
  readonly reason: string | null;
}

/** Slopes that a melting temperature needs. */
export const LEAST_RUNS = 3;

/** Judges runs in the order of their temperatures. */
export function judge(runs: readonly InterfaceRun[]): MeltingVerdict {
  const sorted = [...runs].sort((a, b) => a.temperature - b.temperature);
  const drifts = sorted.map(({ trace }) => driftOf(trace));
  const known = drifts.filter((drift) => drift !== null);
  const errors = known.length > 0 ? slopeErrors(known) : [];
  const verdicts = sorted.map(({ temperature, end }, k): RunVerdict => {
    const drift = drifts[k]!;
    const error = drift === null ? null : errors[known.indexOf(drift)]!;
    const resolved = drift !== null && Math.abs(drift.slope) > 2 * error!;
    const direction =
      end === 'molten' || (resolved && drift.slope > 0)
        ? 'melts'
        : end === 'frozen' || (resolved && drift.slope < 0)
          ? 'freezes'
          : 'not resolved';
    return { temperature, drift, error, direction };
  });
  const of = (direction: RunVerdict['direction']): number[] =>
    verdicts.filter((run) => run.direction === direction).map((run) => run.temperature);
  const high = of('melts')[0] ?? null;
  const low = of('freezes').at(-1) ?? null;
  const outcome = (
    line: LineFit | null,
    melting: WithError | null,
    reason: string | null,
  ): MeltingVerdict => ({ runs: verdicts, line, low, high, melting, reason });

  if (low !== null && high !== null && low > high)
    return outcome(
      null,
      null,
      `the crystal grows at ${low} K but melts at ${high} K: the runs contradict each other; use longer ones`,
    );
  const first = sorted[0]!.temperature;
  const last = sorted.at(-1)!.temperature;
  if (of('melts').length === runs.length)
    return outcome(
      null,
      null,
      `the crystal melts at every temperature: the melting temperature is below ${first} K`,
    );
  if (of('freezes').length === runs.length)
    return outcome(
      null,
      null,
      `the crystal grows at every temperature: the melting temperature is above ${last} K`,
    );
  const used = verdicts.filter(({ drift }) => drift !== null);
  if (used.length < LEAST_RUNS)
    return outcome(
      null,
      null,
      `${used.length} of ${runs.length} runs held both phases long enough for a slope, a regression needs ${LEAST_RUNS}: ${bracket(low, high)}`,
    );
  const line = weightedLineFit(
    used.map(({ temperature }) => temperature),
    used.map(({ drift }) => drift!.slope),
    used.map(({ error }) => error!),
  );
  const melting = zeroOfLine(line);
  if (melting === null || line.slope < 0)
    return outcome(
      line,
      null,
      `the fronts' speed does not change with temperature beyond its error: ${bracket(low, high)}; use longer runs or temperatures farther apart`,
    );
  if (melting.value < first || melting.value > last)
    return outcome(
      line,
      null,
      `the fronts' speed vanishes near ${melting.value.toFixed(0)} K, outside ${first} to ${last} K: ${bracket(low, high)}; add temperatures there`,
    );
  return outcome(line, melting, null);
}

function bracket(low: number | null, high: number | null): string {
  if (low !== null && high !== null)
    return `the melting temperature is between ${low} and ${high} K`;
  if (low !== null) return `the melting temperature is above ${low} K`;
  if (high !== null) return `the melting temperature is below ${high} K`;
  return 'no run shows a direction';
}
