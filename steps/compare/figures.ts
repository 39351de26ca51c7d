import type { Cell, Figure } from '../../engine/step.ts';
import {
  describeTemperature,
  formulaOf,
  type Subject,
  spoken,
} from '../../physics/reference/match.ts';
import type { ReferenceTable } from '../../physics/reference/table.ts';
import type { Verdict } from '../../physics/reference/verdict.ts';
import { type Row, verdictOf } from './row.ts';

const TONES: {
  readonly [V in Verdict | 'no reference' | 'inconclusive']: 'good' | 'bad' | 'neutral';
} = {
  agrees: 'good',
  differs: 'bad',
  'not resolved': 'neutral',
  extrapolated: 'neutral',
  'no reference': 'neutral',
  inconclusive: 'neutral',
};

/**
 * One row for each value. The first four columns are about what is compared and the same for all
 * potentials; the report sets potentials side by side where labels allow.
 */
export function comparisonFigure(rows: readonly Row[], table: ReferenceTable): Figure {
  return {
    kind: 'table',
    id: 'comparison',
    title: 'Values beside their references',
    caption:
      'Standard errors are statistical and of the committee together. Agrees: within two combined standard deviations of value and reference. Not resolved: that deviation is too wide for "agrees" to say anything. Extrapolated: the reference, or the potential, is used outside its range, and nothing is judged.',
    columns: [
      { label: 'quantity' },
      { label: 'conditions' },
      { label: 'reference' },
      { label: 'reference from' },
      { label: 'source' },
      { label: 'value' },
      { label: 'deviation', unit: '%' },
      { label: 'deviation', unit: 'σ' },
      { label: 'verdict' },
      { label: 'remark' },
    ],
    sideBySide: { same: [0, 1, 2, 3], source: 4 },
    rows: rows.map((row) => cellsOf(row, table)),
  };
}

function cellsOf(row: Row, table: ReferenceTable): Cell[] {
  const source = { source: row.source };
  const verdict: Cell = { verdict: verdictOf(row), tone: TONES[verdictOf(row)] };
  if (row.kind === 'inconclusive')
    return [null, null, null, null, source, null, null, null, verdict, row.reason];
  const { measured, subject } = row;
  const { unit } = measured;
  const about: Cell[] = [quantityName(subject), conditionsOf(subject)];
  const value: Cell = { value: measured.value, error: measured.standard_error, unit };
  if (row.kind === 'no reference')
    return [
      ...about,
      null,
      null,
      source,
      value,
      null,
      null,
      verdict,
      remark(row.reason, measured.marks),
    ];
  const { reference, comparison } = row;
  const percent = (part: number): number => (100 * part) / reference.value;
  return [
    ...about,
    { value: reference.value, error: reference.uncertainty, unit },
    table.sources[reference.source] ?? reference.source,
    source,
    value,
    reference.value === 0
      ? null
      : {
          value: percent(comparison.deviation),
          error: comparison.combined && Math.abs(percent(comparison.combined)),
        },
    comparison.sigmas === null ? null : { value: comparison.sigmas },
    verdict,
    remark(comparison.reason, measured.marks),
  ];
}

/** Why the verdict is what it is, and the marks that the reason does not speak of. */
function remark(reason: string | null, marks: readonly string[]): string | null {
  const parts = [
    ...(reason === null ? [] : [reason]),
    ...marks.filter((mark) => mark !== 'outside training' || !reason?.includes('training')),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

function quantityName(subject: Subject): string {
  return [spoken(subject.quantity), ...(subject.axis === null ? [] : [subject.axis])].join(' ');
}

function conditionsOf(subject: Subject): string {
  const { phase, composition, temperature, pressure } = subject;
  const what = [
    ...(phase === null ? [] : [phase]),
    ...(composition === null ? [] : [formulaOf(composition)]),
  ].join(' ');
  return [
    ...(what === '' ? [] : [what]),
    ...(temperature === null ? [] : [describeTemperature(temperature)]),
    ...(pressure === null || pressure === 0 ? [] : [`${Number(pressure.toPrecision(4))} GPa`]),
  ].join(', ');
}

/** What experiment says without a number that could be compared. */
export function trendsFigure(table: ReferenceTable): Figure[] {
  if (table.trends.length === 0) return [];
  return [
    {
      kind: 'table',
      id: 'trends',
      title: 'What experiment says besides',
      caption: 'Without a number that could be compared.',
      columns: [{ label: 'trend' }, { label: 'source' }],
      rows: table.trends.map(({ text, source }) => [text, table.sources[source] ?? source]),
    },
  ];
}
