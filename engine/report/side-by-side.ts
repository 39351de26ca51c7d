/**
 * Tables with one row for each source, turned so that sources stand side by side: `DP-NM` and
 * `DP-M` in columns of their own where rows differ in the label of one axis. Plain data; the
 * page and the terminal show it each in its way.
 */
import type { Cell, Figure } from '../step.ts';
import type { Source, Sources } from './sources.ts';

type TableFigure = Figure & { readonly kind: 'table' };

export interface SideBySide {
  /** What the columns stand for: the axis, such as `potential`. */
  readonly axis: string;
  /** Labels of the axis in the order of the study. */
  readonly labels: readonly string[];
  readonly same: readonly { readonly label: string; readonly unit?: string }[];
  /** Columns that each label has. */
  readonly own: readonly { readonly label: string; readonly unit?: string }[];
  readonly rows: readonly SideRow[];
}

export interface SideRow {
  readonly same: readonly Cell[];
  /** By label; null where there is no such source. */
  readonly cells: readonly (readonly Cell[] | null)[];
}

interface Line {
  readonly row: readonly Cell[];
  readonly source: Source;
}

/** Undefined where the figure does not ask for it or its sources do not share an axis. */
export function sideBySide(figure: TableFigure, sources: Sources): SideBySide | undefined {
  const layout = figure.sideBySide;
  if (layout === undefined) return undefined;
  const lines: Line[] = [];
  const met = new Map<string, number>();
  for (const row of figure.rows) {
    const cell = row[layout.source];
    const digest = cell !== null && typeof cell === 'object' && 'source' in cell ? cell.source : '';
    const times = met.get(digest) ?? 0;
    met.set(digest, times + 1);
    // The same value twice comes from two tasks that gave the same.
    const source = sources.get(digest)?.[times];
    if (source === undefined) return undefined;
    lines.push({ row, source });
  }
  const axis = sharedAxis(lines);
  if (axis === undefined) return undefined;
  const ids = new Map<string, number>();
  for (const { source } of lines) {
    const label = source.task.labels[axis]!;
    ids.set(label, Math.min(source.task.id, ids.get(label) ?? Number.POSITIVE_INFINITY));
  }
  const labels = [...ids].sort(([, a], [, b]) => a - b).map(([label]) => label);
  const ownColumns = figure.columns
    .map((_, k) => k)
    .filter((k) => k !== layout.source && !layout.same.includes(k));
  const groups: { key: string; same: readonly Cell[]; cells: (readonly Cell[] | null)[] }[] = [];
  // Rows without what they share, those of missing values, join the group that their labels name.
  const isMissing = ({ row }: Line) => layout.same.every((k) => row[k] === null);
  const ordered = [...lines.filter((line) => !isMissing(line)), ...lines.filter(isMissing)];
  for (const line of ordered) {
    const { row, source } = line;
    const key = `${source.task.step}\0${subjectOf(source, axis)}`;
    const same = layout.same.map((k) => row[k]!);
    const own = ownColumns.map((k) => row[k]!);
    const column = labels.indexOf(source.task.labels[axis]!);
    const group = groups.find(
      (each) =>
        each.key === key &&
        each.cells[column] === null &&
        (isMissing(line) || JSON.stringify(each.same) === JSON.stringify(same)),
    );
    if (group !== undefined) {
      group.cells[column] = own;
      continue;
    }
    const cells: (readonly Cell[] | null)[] = labels.map(() => null);
    cells[column] = own;
    const named = isMissing(line) ? [subjectOf(source, axis), ...same.slice(1)] : same;
    groups.push({ key, same: named, cells });
  }
  return {
    axis,
    labels,
    same: layout.same.map((k) => figure.columns[k]!),
    own: ownColumns.map((k) => figure.columns[k]!),
    rows: groups.map(({ same, cells }) => ({ same, cells })),
  };
}

/** What a source's value is of, without its label on `axis`: `lattice parameter bcc`. */
function subjectOf({ task, output }: Source, axis: string): string {
  const labels = Object.entries(task.labels).flatMap(([name, label]) =>
    name === axis ? [] : [label],
  );
  return [output.replaceAll('_', ' '), ...labels].join(' ');
}

/** The first axis that all sources have, with more than one label, telling equal subjects apart. */
function sharedAxis(lines: readonly Line[]): string | undefined {
  const [first] = lines;
  if (first === undefined) return undefined;
  return Object.keys(first.source.task.labels).find((axis) => {
    const labels = lines.map(({ source }) => source.task.labels[axis]);
    if (!lines.every(({ source }) => axis in source.task.labels)) return false;
    if (new Set(labels).size < 2) return false;
    const cells = lines.map(
      ({ source }) =>
        `${source.task.step}\0${subjectOf(source, axis)}\0${source.task.labels[axis]}`,
    );
    return new Set(cells).size === cells.length;
  });
}
