/**
 * Whether a simulation stays where its potential was trained: how far the members of the
 * committee differ, how close atoms come, and how much room they have, seen every 50 steps.
 */
import type { TrainingRange } from '../potentials/deep/model.ts';
import type { ForceField } from '../potentials/force-field.ts';
import { nearestPairs } from '../structure/nearest-pairs.ts';
import type { Finished, Recorder } from './program.ts';
import type { State } from './state.ts';

/** Steps between two looks. */
export const MONITOR_EVERY = 50;
/** eV/Å: a frame that deviates more lies outside what the members agree on. */
export const DEVIATION_LIMIT = 0.5;
/** Share of such frames from which a value is marked. */
export const DEVIATION_SHARE = 0.05;
/** eV/Å: a frame that deviates more ends the run. */
export const DEVIATION_MAXIMUM = 2;
/** The mark of a value that was measured outside the training range. */
export const OUTSIDE_TRAINING = 'outside training';

/** Root mean square over the atoms of the members' force spread at a configuration, eV/Å. */
export type CommitteeDeviation = (state: State) => number;

/**
 * sqrt(Σ over atoms and axes of the members' force variance / atoms); null for a single member.
 *
 * @param fields one for each member, which nothing else uses while this does
 */
export function committeeDeviation(fields: readonly ForceField[]): CommitteeDeviation | null {
  if (fields.length < 2) return null;
  let types: Uint8Array | null = null;
  const sums = { first: new Float64Array(0), second: new Float64Array(0) };
  return (state) => {
    const length = state.positions.length;
    if (types !== state.types) {
      for (const field of fields) field.setAtoms(state.types);
      types = state.types;
      sums.first = new Float64Array(length);
      sums.second = new Float64Array(length);
    }
    const { first, second } = sums;
    first.fill(0);
    second.fill(0);
    for (const field of fields) {
      const { forces } = field.compute(state.positions, state.cell);
      for (let k = 0; k < length; k++) {
        first[k] += forces[k];
        second[k] += forces[k] * forces[k];
      }
    }
    let spread = 0;
    for (let k = 0; k < length; k++) {
      const mean = first[k] / fields.length;
      spread += Math.max(0, second[k] / fields.length - mean * mean);
    }
    return Math.sqrt((3 * spread) / length);
  };
}

/** No training frames are known, so nothing tells where the potential holds. */
export interface Unranged {
  /** Of every value that it gives. */
  readonly mark: string;
}

export interface Watch {
  readonly range: TrainingRange | Unranged;
  /** Types as the range counts them. */
  readonly elements: readonly string[];
  /** Null for a single member: then nothing is known of the deviation. */
  readonly deviation: CommitteeDeviation | null;
}

/** Rows of [step, deviation, smallest distance of each pair of types (upper triangle)]. */
export function monitorRecorder(watch: Watch): Recorder {
  const columns = monitorColumns(watch.elements.length);
  return {
    name: 'monitor',
    every: MONITOR_EVERY,
    columns,
    row: ({ state, step }, into) => {
      const deviation = watch.deviation?.(state) ?? Number.NaN;
      into[0] = step;
      into[1] = deviation;
      nearestPairs(state, state.elements.length, into.subarray(2));
      return deviation > DEVIATION_MAXIMUM
        ? `the members of the committee differ by ${deviation.toFixed(2)} eV/Å (rms over atoms), above ${DEVIATION_MAXIMUM} eV/Å`
        : null;
    },
  };
}

/** A row's width for so many types. */
export function monitorColumns(types: number): number {
  return 2 + (types * (types + 1)) / 2;
}

/** The deviation over a segment: fs and eV/Å. */
export function monitorTrace(
  segment: Finished,
  { elements }: Watch,
): { readonly times: Float64Array; readonly deviations: Float64Array } {
  const rows = segment.rows.monitor ?? new Float64Array(0);
  const width = monitorColumns(elements.length);
  const column = (at: number): Float64Array =>
    Float64Array.from({ length: rows.length / width }, (_, k) => rows[k * width + at]);
  return { times: column(0).map((step) => step * segment.timestep), deviations: column(1) };
}

/** Metal atoms of a state, and the atomic fraction of each element. */
export function contentsOf({ types, elements }: State): {
  readonly metals: number;
  readonly fractions: readonly number[];
} {
  const counts = elements.map((_, element) => types.filter((type) => type === element).length);
  return {
    metals: types.length - (counts[elements.indexOf('C')] ?? 0),
    fractions: counts.map((count) => count / types.length),
  };
}

/** What the monitor's rows say of a production. */
export interface RangeReport {
  readonly marks: readonly string[];
  /** Each reason for a mark, in words. */
  readonly reasons: readonly string[];
  /** Mean and largest deviation, eV/Å; NaN for a single member. */
  readonly meanDeviation: number;
  readonly maxDeviation: number;
  /** Smallest distance of each pair of types met, Å (upper triangle). */
  readonly nearest: Float64Array;
}

/**
 * What a production's monitor has to say.
 *
 * @param runs                productions of all members, with the monitor's rows
 * @param volumePerMetalAtom  mean of the production, Å³; NaN without a metal atom
 * @param fractions           atomic fraction of each element
 */
export function reportRange(
  runs: readonly Finished[],
  watch: Watch,
  volumePerMetalAtom: number,
  fractions: readonly number[],
): RangeReport {
  const { range, elements } = watch;
  const columns = monitorColumns(elements.length);
  const nearest = new Float64Array(columns - 2).fill(Number.POSITIVE_INFINITY);
  let [frames, sum, most, above] = [0, 0, 0, 0];
  const rows = runs.flatMap((run) => {
    const values = run.rows.monitor ?? new Float64Array(0);
    return Array.from({ length: values.length / columns }, (_, k) =>
      values.subarray(k * columns, (k + 1) * columns),
    );
  });
  for (const row of rows) {
    frames += 1;
    const deviation = row[1];
    sum += deviation;
    most = Math.max(most, deviation);
    if (deviation > DEVIATION_LIMIT) above += 1;
    for (let k = 0; k < nearest.length; k++) nearest[k] = Math.min(nearest[k], row[2 + k]);
  }
  const reasons: string[] = [];
  if (above > DEVIATION_SHARE * frames)
    reasons.push(
      `the members' forces differ by more than ${DEVIATION_LIMIT} eV/Å in ${((100 * above) / frames).toFixed(0)} % of the frames`,
    );
  if (!('mark' in range))
    reasons.push(...outsideRange(range, elements, volumePerMetalAtom, fractions));
  return {
    marks: [
      ...('mark' in range ? [range.mark] : []),
      ...(reasons.length > 0 ? [OUTSIDE_TRAINING] : []),
    ],
    reasons,
    meanDeviation: frames > 0 ? sum / frames : Number.NaN,
    maxDeviation: frames > 0 && watch.deviation ? most : Number.NaN,
    nearest,
  };
}

/** What of a composition and its volume lies outside the training frames', in words. */
function outsideRange(
  range: TrainingRange,
  elements: readonly string[],
  volumePerMetalAtom: number,
  fractions: readonly number[],
): string[] {
  const reasons: string[] = [];
  const [least, largest] = range.volume;
  if (volumePerMetalAtom < least || volumePerMetalAtom > largest)
    reasons.push(
      `the mean volume per metal atom, ${volumePerMetalAtom.toFixed(2)} Å³, lies outside the training frames' ${least.toFixed(2)} to ${largest.toFixed(2)} Å³`,
    );
  elements.forEach((element, type) => {
    const [low, high] = range.fractions[type] ?? [0, 0];
    const fraction = fractions[type] ?? 0;
    if (fraction < low - 1e-9 || fraction > high + 1e-9)
      reasons.push(
        `${(100 * fraction).toFixed(1)} at% ${element} lies outside the training frames' ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} at%`,
      );
  });
  return reasons;
}
