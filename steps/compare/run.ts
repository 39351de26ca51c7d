import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Inputs,
  type Json,
  type Measured,
  type MeasuredInput,
  type Outcome,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import { findReference, type Subject } from '../../physics/reference/match.ts';
import { type ReferenceTable, readReferenceTable } from '../../physics/reference/table.ts';
import { compareValue } from '../../physics/reference/verdict.ts';
import { ReferenceFileError } from '../../physics/reference/yaml.ts';
import { comparisonFigure, trendsFigure } from './figures.ts';
import type { compare } from './interface.ts';
import { type Row, verdictOf } from './row.ts';

/** The mark by which steps say that a potential worked where it was not trained. */
const OUTSIDE = 'outside training';
/** Of a quantity that `resolution` does not name. */
const DEFAULT_RESOLUTION = 0.1;

export async function run(inputs: Inputs<typeof compare>, task: TaskContext): Promise<Outcome> {
  const table = readTable(inputs.reference.path);
  const rows = inOrder(
    inputs.measured.map((input) => compareOne(input, table, inputs.resolution)),
    table,
  );
  writeFileSync(
    join(task.folder, 'table.json'),
    `${JSON.stringify(asJson(rows, table), null, 2)}\n`,
  );
  const verdicts: { [verdict: string]: number } = {};
  for (const row of rows) {
    const verdict = verdictOf(row);
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  }
  const figures = [comparisonFigure(rows, table), ...trendsFigure(table)];
  return { kind: 'done', outputs: { table: { file: 'table.json' }, verdicts }, figures };
}

function readTable(path: string): ReferenceTable {
  try {
    return readReferenceTable(readFileSync(path, 'utf8'), basename(path));
  } catch (error) {
    if (error instanceof ReferenceFileError) throw new StepError(error.message);
    throw error;
  }
}

function compareOne(
  input: MeasuredInput,
  table: ReferenceTable,
  resolution: { readonly [quantity: string]: number },
): Row {
  const source = input.digest;
  if (input.kind === 'missing') return { kind: 'inconclusive', source, reason: input.reason };
  const { measured } = input;
  const subject = subjectOf(measured);
  const match = findReference(table, subject);
  if (match.kind === 'none')
    return { kind: 'no reference', source, subject, measured, reason: match.reason };
  const { reference } = match;
  const comparison = compareValue(
    measured.value,
    measured.standard_error,
    reference,
    resolution[measured.quantity] ?? DEFAULT_RESOLUTION,
    measured.marks.includes(OUTSIDE),
  );
  return { kind: 'compared', source, subject, measured, reference, comparison };
}

function subjectOf({ quantity, unit, conditions }: Measured): Subject {
  const number = (value: Json | undefined) => (typeof value === 'number' ? value : null);
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : null);
  return {
    quantity,
    unit,
    composition: compositionOf(conditions.composition),
    temperature: number(conditions.temperature),
    pressure: number(conditions.pressure),
    phase: text(conditions.phase),
    axis: text(conditions.axis),
  };
}

function compositionOf(value: Json | undefined): { [element: string]: number } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const composition: { [element: string]: number } = {};
  for (const [element, fraction] of Object.entries(value)) {
    if (typeof fraction !== 'number') return null;
    composition[element] = fraction;
  }
  return composition;
}

/**
 * Rows sorted by what they are about, so that the order of the inputs does not reach the result:
 * quantities as the reference table first names them, others behind, values that are missing last.
 */
function inOrder(rows: readonly Row[], table: ReferenceTable): Row[] {
  const quantities = [
    ...new Set([...table.points, ...table.correlations].map(({ quantity }) => quantity)),
  ];
  const order = (row: Row): readonly (string | number)[] => {
    if (row.kind === 'inconclusive') return [2, 0, '', '', '', 0, row.source];
    const { quantity, composition, phase, axis, temperature } = row.subject;
    const listed = quantities.indexOf(quantity);
    const elements = Object.entries(composition ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      listed < 0 ? 1 : 0,
      listed,
      `${quantity} ${axis ?? ''}`,
      JSON.stringify([elements.length, elements]),
      phase ?? '',
      temperature ?? 0,
      row.source,
    ];
  };
  return rows
    .map((row) => ({ row, order: order(row) }))
    .sort((a, b) => {
      const k = a.order.findIndex((part, i) => part !== b.order[i]);
      return k < 0 ? 0 : a.order[k]! < b.order[k]! ? -1 : 1;
    })
    .map(({ row }) => row);
}

function asJson(rows: readonly Row[], table: ReferenceTable): Json {
  return {
    schema: 'curie/comparison@1',
    rows: rows.map((row): Json => {
      const { source } = row;
      if (row.kind === 'inconclusive')
        return { source, verdict: 'inconclusive', reason: row.reason };
      const { quantity, value, unit, standard_error, contributions, marks, conditions } =
        row.measured;
      const measured = { source, quantity, conditions, value, unit, standard_error, contributions };
      if (row.kind === 'no reference')
        return { ...measured, marks, reference: null, verdict: row.kind, reason: row.reason };
      const { reference, comparison } = row;
      return {
        ...measured,
        marks,
        reference: {
          value: reference.value,
          standard_uncertainty: reference.uncertainty,
          source: reference.source,
          citation: table.sources[reference.source] ?? reference.source,
          formula: reference.formula,
          extrapolated: reference.extrapolated !== null,
          note: reference.note,
        },
        deviation: comparison.deviation,
        combined_standard_uncertainty: comparison.combined,
        sigmas: comparison.sigmas,
        verdict: comparison.verdict,
        reason: comparison.reason,
      };
    }),
    trends: table.trends.map(({ text, source }) => ({ text, source })),
    sources: { ...table.sources },
  };
}
