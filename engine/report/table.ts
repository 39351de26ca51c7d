/** Tables: figures of kind `table`, and those that stand sources side by side. */
import type { Cell, Figure } from '../step.ts';
import { type Content, type Html, html } from './html.ts';
import { formatNumber, formatSigned, formatValue } from './number.ts';
import { type SideBySide, sideBySide } from './side-by-side.ts';
import type { Sources } from './sources.ts';

type TableFigure = Figure & { readonly kind: 'table' };
type Column = TableFigure['columns'][number];

export function drawTable(figure: TableFigure, sources: Sources): Html {
  const turned = sideBySide(figure, sources);
  return turned === undefined ? drawLong(figure, sources) : drawSideBySide(turned);
}

function drawLong({ columns, rows }: TableFigure, sources: Sources): Html {
  const numeric = columns.map((_, k) => rows.some((row) => isNumber(row[k])));
  const places = columns.map((_, k) => sharedPlaces(rows.map((row) => row[k] ?? null)));
  const head = columns.map(
    (column, k) =>
      html`<th scope="col"${numeric[k] && html` class="number"`}>${heading(column)}</th>`,
  );
  const body = rows.map(
    (row) =>
      html`<tr>${columns.map((column, k) => html`<td${numeric[k] && html` class="number"`}>${cell(row[k], column, sources, places[k])}</td>`)}</tr>`,
  );
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function isNumber(of: Cell | undefined): boolean {
  return of !== null && typeof of === 'object' && 'value' in of;
}

/** A unit at the head of a column is not repeated in its cells. */
function heading({ label, unit }: Column): Content {
  return unit === undefined || unit === ''
    ? label
    : html`${label} <span class="unit">${unit}</span>`;
}

function cell(
  of: Cell | undefined,
  column: Column,
  sources: Sources,
  places: number | undefined,
): Content {
  if (of === null || of === undefined) return html`<span class="quiet">–</span>`;
  if (typeof of === 'string') return of;
  if ('verdict' in of) return verdict(of);
  if ('source' in of) return sourceName(of.source, sources);
  const number =
    places === undefined ? formatValue(of.value, of.error ?? null) : formatNumber(of.value, places);
  const unit = of.unit === undefined || of.unit === column.unit ? null : of.unit;
  return unit === null ? number : html`${number} <span class="unit">${unit}</span>`;
}

/** The tasks that gave a value; what is left of its digest where none did. */
function sourceName(digest: string, sources: Sources): string {
  const names = sources.get(digest)?.map(({ task }) => task.name);
  return names?.join(', ') ?? digest.slice(0, 12);
}

/** Decimal places for a column of numbers without errors, so that their points stand in line. */
function sharedPlaces(column: readonly Cell[]): number | undefined {
  const texts: string[] = [];
  for (const each of column) {
    if (each === null || typeof each !== 'object' || !('value' in each)) continue;
    if (each.error !== undefined && each.error !== null) return undefined;
    texts.push(formatNumber(each.value));
  }
  if (texts.length === 0 || texts.some((text) => text.includes('·'))) return undefined;
  return Math.max(...texts.map((text) => (text.split('.')[1] ?? '').length));
}

export function verdict({
  verdict,
  tone,
}: Cell & { readonly verdict: string; readonly tone: string }): Html {
  const sign = { good: '✓', bad: '≠', neutral: '○' }[tone] ?? '○';
  return html`<span class="verdict ${tone}"><span aria-hidden="true">${sign}</span> ${verdict}</span>`;
}

/** Each source's cells are stacked: its value, the verdict with deviations, remarks. */
function drawSideBySide({ labels, same, own, rows }: SideBySide): Html {
  const lead = leadColumns(same);
  const head = html`<tr><th scope="col">${lead.map((k) => same[k]!.label).join(', ')}</th>${labels.map((label, k) => html`<th scope="col"><span class="swatch series-${(k % 6) + 1}"></span>${label}</th>`)}${lead.length < same.length && html`<th scope="col">${same[lead.length]!.label}</th>`}</tr>`;
  const body = rows.map(({ same: shared, cells }) => {
    const [first, ...others] = lead.map((k) => shared[k] ?? null);
    const title = html`<th scope="row">${plain(first ?? null)}${others.map((each) => each !== null && html`<span class="sub">${plain(each)}</span>`)}</th>`;
    const columns = cells.map((stack, k) =>
      stack === null
        ? html`<td class="quiet">–</td>`
        : html`<td data-label="${labels[k]!}">${stacked(stack, own)}</td>`,
    );
    const rest = same.flatMap((_, k) => (lead.includes(k) ? [] : [shared[k] ?? null]));
    const [reference, ...notes] = rest;
    const last =
      rest.length === 0
        ? null
        : html`<td data-label="${same[lead.length]!.label}">${reference === null || reference === undefined ? html`<span class="quiet">none</span>` : html`<span class="big">${plain(reference)}</span>`}${notes.map((note) => note !== null && html`<span class="sub">${plain(note)}</span>`)}</td>`;
    return html`<tr>${title}${columns}${last}</tr>`;
  });
  return html`<div class="scroll"><table class="sides"><thead>${head}</thead><tbody>${body}</tbody></table></div>`;
}

/** What a row is about: the shared columns before the first that may hold a number. */
function leadColumns(same: readonly Column[]): number[] {
  return same.map((_, k) => k).slice(0, 2);
}

function stacked(cells: readonly Cell[], own: readonly Column[]): Content {
  const values: Content[] = [];
  const small: Content[] = [];
  const verdicts: Content[] = [];
  const remarks: Content[] = [];
  for (const [k, each] of cells.entries()) {
    if (each === null) continue;
    if (typeof each === 'string') remarks.push(html`<span class="sub">${each}</span>`);
    else if ('verdict' in each) verdicts.push(verdict(each));
    else if ('value' in each) {
      if (values.length === 0) values.push(html`<span class="big">${plain(each)}</span>`);
      else {
        const unit = each.unit ?? own[k]!.unit;
        small.push(`${formatSigned(each.value)}${unit === undefined ? '' : ` ${unit}`}`);
      }
    }
  }
  const line =
    verdicts.length + small.length > 0 &&
    html`<span class="line">${verdicts}${small.length > 0 && html`<span class="deviation">${small.flatMap((each, k) => (k === 0 ? [each] : [' · ', each]))}</span>`}</span>`;
  return [values, line, remarks];
}

/** A cell with its unit, outside columns. */
function plain(of: Cell): Content {
  if (of === null) return null;
  if (typeof of === 'string') return of;
  if ('verdict' in of) return verdict(of);
  if ('source' in of) return of.source.slice(0, 12);
  const number =
    of.error === undefined || of.error === null
      ? formatNumber(of.value)
      : formatValue(of.value, of.error);
  return of.unit === undefined ? number : html`${number} <span class="unit">${of.unit}</span>`;
}
