/** The tables that a study ends with, as text: values beside references, one column a potential. */

import type { Content } from '../../cache/index.ts';
import type { Upstream } from '../plan/upstream.ts';
import { formatValue } from '../report/number.ts';
import { type SideBySide, sideBySide } from '../report/side-by-side.ts';
import { type Sources, sourcesOf } from '../report/sources.ts';
import type { Cell, Figure } from '../step.ts';
import type { ExpandedStudy } from '../study/expanded.ts';
import { columns } from './text.ts';

type TableFigure = Figure & { readonly kind: 'table' };

/** Tables that set sources side by side, of all tasks, in the order of the study. */
export function resultTables(
  study: ExpandedStudy,
  ended: readonly Upstream[],
  figures: (of: Content) => readonly Figure[],
): string[] {
  const sources = sourcesOf(study, ended);
  const lines: string[] = [];
  for (const { id } of study.tasks) {
    const end = ended[id];
    if (end?.kind !== 'record' || end.record.figures === undefined) continue;
    if (study.tasks[id]!.interface.outputs.verdicts === undefined) continue;
    for (const figure of figures(end.record.figures))
      if (figure.kind === 'table' && figure.sideBySide !== undefined)
        lines.push(...tableText(figure, sources));
  }
  return lines;
}

function tableText(figure: TableFigure, sources: Sources): string[] {
  const turned = sideBySide(figure, sources);
  if (turned !== undefined) return sidesText(turned);
  const head = figure.columns.map(({ label, unit }) =>
    unit === undefined ? label : `${label} ${unit}`,
  );
  return columns([head, ...figure.rows.map((row) => row.map((cell) => cellText(cell, sources)))]);
}

function sidesText({ labels, same, rows }: SideBySide): string[] {
  const reference = same[2]?.label ?? '';
  return columns([
    ['', ...labels, reference],
    ...rows.map(({ same: shared, cells }) => [
      subject(shared),
      ...cells.map((own) => (own === null ? '–' : judged(own))),
      shared[2] === undefined ? '' : plain(shared[2]),
    ]),
  ]);
}

/** `density, liquid Fe, 2000 K` */
function subject([quantity, conditions]: readonly Cell[]): string {
  return [quantity, conditions]
    .filter((cell) => typeof cell === 'string' && cell !== '')
    .join(', ');
}

/** `6.88 ± 0.05 g/cm³, agrees (+0.4 σ)` */
function judged(cells: readonly Cell[]): string {
  let value = '';
  let verdict = '';
  for (const cell of cells) {
    if (cell === null || typeof cell !== 'object') continue;
    if ('verdict' in cell) verdict = cell.verdict;
    else if (value === '' && 'value' in cell) value = plain(cell);
  }
  return [value, verdict].filter((part) => part !== '').join('  ');
}

function plain(cell: Cell): string {
  if (cell === null) return '–';
  if (typeof cell === 'string') return cell;
  if ('verdict' in cell) return cell.verdict;
  if ('source' in cell) return cell.source.slice(0, 12);
  const unit = cell.unit === undefined || cell.unit === '' ? '' : ` ${cell.unit}`;
  return `${formatValue(cell.value, cell.error ?? null)}${unit}`;
}

function cellText(cell: Cell, sources: Sources): string {
  if (cell !== null && typeof cell === 'object' && 'source' in cell)
    return (
      sources
        .get(cell.source)
        ?.map(({ task }) => task.name)
        .join(', ') ?? plain(cell)
    );
  return plain(cell);
}
