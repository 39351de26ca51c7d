/** What a comparison of a value with its reference says. */
import type { Reference } from './match.ts';

/**
 * - `agrees`: within two combined standard deviations, which are small enough to say something;
 * - `differs`: further apart than two combined standard deviations;
 * - `not resolved`: not known to differ, but the combined standard deviation is unknown or larger
 *   than the quantity's resolution, so that "agrees" would say nothing;
 * - `extrapolated`: the reference, or the potential, is used outside what it was made from; the
 *   deviation is shown and not judged.
 */
export type Verdict = 'agrees' | 'differs' | 'not resolved' | 'extrapolated';

export interface Comparison {
  readonly verdict: Verdict;
  /** Value less reference, in their unit. */
  readonly deviation: number;
  /** Standard deviations of value and reference in quadrature; null where the value's is unknown. */
  readonly combined: number | null;
  /** `deviation` over `combined`. */
  readonly sigmas: number | null;
  /** What the verdict rests on, where it is not plain from the numbers. */
  readonly reason: string | null;
}

/** Two standard deviations. */
const COVERAGE = 2;

/**
 * @param error      standard error of the value, all of its parts; null where unknown
 * @param resolution largest combined standard deviation, as a fraction of the reference, with
 *   which an agreement is worth saying
 * @param outside    true where the value's potential worked outside its training
 */
export function compareValue(
  value: number,
  error: number | null,
  reference: Reference,
  resolution: number,
  outside: boolean,
): Comparison {
  const deviation = value - reference.value;
  const combined =
    error === null
      ? null
      : Math.sqrt(error * error + reference.uncertainty * reference.uncertainty);
  const sigmas = combined === null ? null : deviation / combined;
  const judged = (verdict: Verdict, reason: string | null): Comparison => ({
    verdict,
    deviation,
    combined,
    sigmas,
    reason,
  });
  const extrapolations = [
    ...(outside ? ['the potential worked outside its training'] : []),
    ...(reference.extrapolated === null ? [] : [reference.extrapolated]),
  ];
  if (extrapolations.length > 0) return judged('extrapolated', extrapolations.join('; '));
  if (combined === null || sigmas === null)
    return judged('not resolved', 'the value has no standard error');
  if (Math.abs(sigmas) > COVERAGE) return judged('differs', null);
  const fraction = combined / Math.abs(reference.value);
  if (fraction > resolution)
    return judged(
      'not resolved',
      `combined standard deviation ${percent(fraction)} of the reference; up to ${percent(resolution)} would tell`,
    );
  return judged('agrees', null);
}

function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(2))} %`;
}
