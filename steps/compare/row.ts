import type { Measured } from '../../engine/step.ts';
import type { Reference, Subject } from '../../physics/reference/match.ts';
import type { Comparison, Verdict } from '../../physics/reference/verdict.ts';

/** One value beside its reference, or why there is none. */
export type Row =
  | {
      readonly kind: 'compared';
      readonly source: string;
      readonly subject: Subject;
      readonly measured: Measured;
      readonly reference: Reference;
      readonly comparison: Comparison;
    }
  | {
      readonly kind: 'no reference';
      readonly source: string;
      readonly subject: Subject;
      readonly measured: Measured;
      readonly reason: string;
    }
  | { readonly kind: 'inconclusive'; readonly source: string; readonly reason: string };

/** What a row's verdict cell says. */
export function verdictOf(row: Row): Verdict | 'no reference' | 'inconclusive' {
  return row.kind === 'compared' ? row.comparison.verdict : row.kind;
}
