/** One section of the page for each step: what it is, its values, its figures. */
import type { RecordedOutput } from '../../cache/index.ts';
import type { Figure, Json, OutputField } from '../step.ts';
import type { StudyStep, Task } from '../study/expanded.ts';
import { drawAtoms } from './atoms.ts';
import { anchor, type Content, type Html, html } from './html.ts';
import { formatNumber, formatValue } from './number.ts';
import type { Sources } from './sources.ts';
import type { TaskState } from './state.ts';
import { drawTable } from './table.ts';

/** A task of the step with what it left. */
export interface Element {
  readonly task: Task;
  readonly state: TaskState['state'];
  readonly outputs: { readonly [name: string]: RecordedOutput };
  readonly warnings: readonly string[];
  readonly figures: readonly Figure[];
}

export interface Drawing {
  /** `columns`: how many figures share the page's width. */
  readonly plot: (
    figure: Figure & { readonly kind: 'plot' },
    accent: number,
    columns: number,
  ) => Html;
  readonly sources: Sources;
  /** Colour of a label on the first axis of a step, 1 to 6: the same label, the same colour. */
  readonly accent: (task: Task) => number;
}

/** As many kinds of figure are shown at once; the others open on demand. */
const SHOWN_KINDS = 4;
/** As many elements are shown of each kind. */
const SHOWN_ELEMENTS = 12;

export function drawStep(step: StudyStep, elements: readonly Element[], drawing: Drawing): Html {
  const [first] = elements;
  const about = first?.task.interface.about ?? '';
  return html`<section class="step" id="${anchor('step', step.name)}"><header><h3>${step.name}</h3><span class="uses">${step.uses}${step.axes.length > 0 && html` · ${step.axes.join(' × ')}`}</span></header><p class="about">${about}</p>${callouts(elements)}${valuesTable(elements, drawing)}${figures(step, elements, drawing)}</section>`;
}

function callouts(elements: readonly Element[]): Content {
  const several = elements.length > 1;
  return elements.map((element) => callout(element, several));
}

function callout({ task, state, warnings }: Element, several: boolean): Content {
  const who = several && html`<strong>${task.name}</strong> `;
  const warned =
    warnings.length > 0 &&
    html`<div class="callout">${who}${[...new Set(warnings)].map((warning) => html`<span class="sub">${warning}</span>`)}</div>`;
  switch (state.kind) {
    case 'done':
      return warned;
    case 'inconclusive':
      return html`<div class="callout open">${who}<strong class="tone-neutral">Inconclusive</strong>: ${state.reason}</div>${warned}`;
    case 'failed':
      return html`<div class="callout failed">${who}<strong class="tone-bad">Failed</strong>: ${state.message}${state.log.length > 0 && html`<pre class="log">${state.log.join('\n')}</pre>`}</div>`;
    case 'skipped':
      return html`<div class="callout">${who}<strong>Skipped</strong>: ${state.because}</div>`;
    case 'not run':
      return html`<div class="callout failed">${who}<strong>Not run</strong>${state.by !== null && html`: it needs ${state.by}`}</div>`;
  }
}

/** Measured values and plain numbers; artifacts and JSON are in results/. */
function valuesTable(elements: readonly Element[], { accent }: Drawing): Content {
  const fields = Object.entries(elements[0]?.task.interface.outputs ?? {}).filter(
    ([name, field]) =>
      field.kind !== 'artifact' &&
      field.kind !== 'json' &&
      elements.some(({ outputs }) => outputs[name]?.kind === 'value'),
  );
  if (fields.length === 0) return null;
  const named = elements.length > 1;
  const head = fields.map(
    ([name, field]) =>
      html`<th scope="col" class="number">${name.replaceAll('_', ' ')}${'unit' in field && field.unit !== '' && html` <span class="unit">${field.unit}</span>`}</th>`,
  );
  const rows = elements.map(({ task, outputs }) => {
    const cells = fields.map(([name, field]) => {
      const output = outputs[name];
      return html`<td class="number">${output?.kind === 'value' ? valueCell(output.value, field) : html`<span class="quiet">–</span>`}</td>`;
    });
    const label =
      named &&
      html`<th scope="row"><span class="swatch series-${accent(task)}"></span>${labelOf(task)}</th>`;
    return html`<tr>${label}${cells}</tr>`;
  });
  return html`<div class="scroll"><table class="values"><thead><tr>${named && html`<th scope="col"></th>`}${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function valueCell(value: Json, field: OutputField): Content {
  if (field.kind === 'measured') {
    if (typeof value !== 'object' || value === null || !('value' in value)) return null;
    const { standard_error, contributions, marks } = value;
    if (typeof value.value !== 'number') return null;
    const error = typeof standard_error === 'number' ? standard_error : null;
    return html`${formatValue(value.value, error)}${parts(contributions ?? null, error)}${Array.isArray(marks) && marks.map((mark) => html`<span class="mark">${String(mark)}</span>`)}`;
  }
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : null;
}

/** `0.012 statistical, 0.045 committee`, to the digits of the whole error. */
function parts(contributions: Json, error: number | null): Content {
  if (typeof contributions !== 'object' || contributions === null || error === null) return null;
  const named = Object.entries(contributions).flatMap(([name, part]) =>
    typeof part === 'number' ? [`${Number(part.toPrecision(2))} ${name}`] : [],
  );
  return named.length < 2 ? null : html`<span class="sub">${named.join(', ')}</span>`;
}

function labelOf(task: Task): string {
  const labels = Object.values(task.labels);
  return labels.length > 0 ? labels.join(' / ') : task.name;
}

/** Figures of one kind, one for each element that has it. */
interface Row {
  readonly cells: { readonly element: Element; readonly figure: Figure }[];
}

function figures(step: StudyStep, elements: readonly Element[], drawing: Drawing): Content {
  const rows = rowsOf(elements);
  if (rows.length === 0) return null;
  const drawn =
    step.axes.length === 0 ? [together(rows, drawing)] : rows.map((row) => drawRow(row, drawing));
  if (step.axes.length === 0) return drawn;
  const more = drawn.slice(SHOWN_KINDS);
  return html`${drawn.slice(0, SHOWN_KINDS)}${more.length > 0 && html`<details class="more"><summary>${more.length} more ${more.length === 1 ? 'kind' : 'kinds'} of figure</summary>${more}</details>`}`;
}

/** By id in the order of the first element that has it; pictures of atoms make one kind. */
function rowsOf(elements: readonly Element[]): Row[] {
  const rows = new Map<string, Row>();
  for (const element of elements)
    for (const figure of element.figures) {
      const key = figure.kind === 'atoms' ? 'atoms' : figure.id;
      const row = rows.get(key) ?? { cells: [] };
      row.cells.push({ element, figure });
      rows.set(key, row);
    }
  return [...rows.values()];
}

/** What a figure is not told, because it stands above all of its row. */
interface Shared {
  readonly title: boolean;
  readonly caption: boolean;
}

/** A step of one task: figures side by side, tables across. */
function together(rows: readonly Row[], drawing: Drawing): Html {
  const shared = { title: false, caption: false };
  const drawn = rows.flatMap(({ cells }) =>
    cells.map(({ element, figure }) => drawFigure(figure, element, drawing, shared, 2)),
  );
  return html`<div class="grid">${drawn}</div>`;
}

/** The same figure of every element: title and caption once where they are the same. */
function drawRow({ cells }: Row, drawing: Drawing): Html {
  const { title, caption } = cells[0]!.figure;
  const shared = {
    title: cells.every(({ figure }) => figure.title === title),
    caption: cells.every(({ figure }) => figure.caption === caption),
  };
  const columns = columnsOf(cells);
  const drawn = cells.map(({ element, figure }) =>
    drawFigure(figure, element, drawing, shared, columns),
  );
  const grid = (of: readonly Html[]) =>
    html`<div class="grid${columns === 3 && ' thirds'}">${of}</div>`;
  const rest = drawn.slice(SHOWN_ELEMENTS);
  return html`<div class="row">${shared.title && html`<h4>${title}</h4>`}${shared.caption && caption !== undefined && html`<p class="caption">${caption}</p>`}${grid(drawn.slice(0, SHOWN_ELEMENTS))}${rest.length > 0 && html`<details class="more"><summary>${rest.length} more</summary>${grid(rest)}</details>`}</div>`;
}

/** Three where figures come in threes, by the first label or altogether; two otherwise. */
function columnsOf(cells: Row['cells']): number {
  const group = (task: Task) => Object.values(task.labels)[0];
  const groups = new Set(cells.map(({ element }) => group(element.task))).size;
  const each = cells.length / groups;
  return each === 3 || (each === 1 && cells.length === 3) ? 3 : 2;
}

function drawFigure(
  figure: Figure,
  element: Element,
  drawing: Drawing,
  shared: Shared,
  columns: number,
): Html {
  const { task } = element;
  const named = Object.keys(task.labels).length > 0;
  const accent = drawing.accent(task);
  const label =
    named &&
    html`<span class="element"><span class="swatch series-${accent}"></span>${labelOf(task)}</span>`;
  const head =
    (named || !shared.title) &&
    html`<figcaption class="head">${label}${!shared.title && html`<span class="title">${figure.title}</span>`}</figcaption>`;
  const caption =
    !shared.caption &&
    figure.caption !== undefined &&
    html`<p class="caption">${figure.caption}</p>`;
  const wide = figure.kind === 'table' && figure.columns.length > 4;
  return html`<figure class="figure kind-${figure.kind}${wide && ' wide'}" id="${anchor('figure', task.name, figure.id)}">${head}${drawBody(figure, drawing, accent, columns)}${caption}</figure>`;
}

function drawBody(figure: Figure, drawing: Drawing, accent: number, columns: number): Html {
  switch (figure.kind) {
    case 'plot':
      return drawing.plot(figure, accent, columns);
    case 'atoms':
      return drawAtoms(figure);
    case 'table':
      return drawTable(figure, drawing.sources);
  }
}
