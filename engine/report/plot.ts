/**
 * Plots as SVG. Observable Plot draws into linkedom's document, so no browser is needed; both are
 * loaded when the first plot is drawn. Colours are CSS variables, so that one page serves light
 * and dark; text is of the size of the page's small print at the width that figures have there.
 */
import type { Axis, Figure, Series } from '../step.ts';
import { type Content, Html, html } from './html.ts';
import { linearTicks, logTicks, type Ticks } from './ticks.ts';

type PlotFigure = Figure & { readonly kind: 'plot' };
type Draw = (figure: PlotFigure, accent: number, columns: number) => Html;

/** Of a figure that shares the page's width with one, or two, others. */
const WIDTHS = { two: 440, three: 340 };
/** More dots than this become small, faint and one path. */
const MANY_DOTS = 200;

let drawing: Promise<Draw> | undefined;

/** Loads the libraries, once. */
export function plotDrawer(): Promise<Draw> {
  drawing ??= loadDrawer();
  return drawing;
}

async function loadDrawer(): Promise<Draw> {
  const [Plot, { parseHTML }] = await Promise.all([
    import('@observablehq/plot'),
    import('linkedom'),
  ]);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');

  return (figure, accent, columns) => {
    const width = columns === 3 ? WIDTHS.three : WIDTHS.two;
    const styled = styles(figure.series, accent);
    const x = scaleOf(figure, 'x');
    const y = figure.parity ? { ...x, label: labelOf(figure.y) } : scaleOf(figure, 'y');
    const widest = Math.max(...y.ticks.labels.map((label) => label.length));
    const layers: { readonly depth: number; readonly mark: ReturnType<typeof Plot.lineY> }[] = [];
    const put = (depth: number, mark: ReturnType<typeof Plot.lineY>) =>
      layers.push({ depth, mark });
    if (figure.parity)
      put(
        1,
        Plot.line(
          [
            [x.low, x.low],
            [x.high, x.high],
          ],
          { stroke: 'var(--faint)', strokeWidth: 1 },
        ),
      );
    for (const { series, colour, dash } of styled) {
      const points = pointsOf(series, figure);
      const { role, mark } = series;
      const depth = { limit: 2, fit: 4, reference: 6, measured: 5 }[role];
      const at = { x: 'x', y: 'y' };
      if (mark === 'line') {
        if (series.error)
          put(
            0,
            Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.16 }),
          );
        const strokeWidth = { limit: 1, fit: 1.4, reference: 1.6, measured: 1.8 }[role];
        put(
          depth,
          Plot.line(points, {
            ...at,
            stroke: colour,
            strokeWidth,
            ...(dash && { strokeDasharray: dash }),
          }),
        );
        continue;
      }
      if (series.error)
        put(
          depth,
          Plot.link(points, {
            x1: 'x',
            x2: 'x',
            y1: 'low',
            y2: 'high',
            stroke: colour,
            strokeWidth: 1.3,
          }),
        );
      const many = points.length > MANY_DOTS;
      const hollow = role === 'reference' && !many;
      put(
        depth + 1,
        Plot.dot(points, {
          ...at,
          r: many ? 1.5 : 3.4,
          fill: many ? 'none' : hollow ? 'var(--card)' : colour,
          stroke: many || hollow ? colour : 'none',
          strokeWidth: 1.5,
        }),
      );
    }
    const marks = [
      Plot.gridX(x.ticks.at, { stroke: 'var(--grid)', strokeOpacity: 1 }),
      Plot.gridY(y.ticks.at, { stroke: 'var(--grid)', strokeOpacity: 1 }),
      ...[...layers].sort((a, b) => a.depth - b.depth).map(({ mark }) => mark),
      Plot.axisX(x.ticks.at, {
        tickSize: 0,
        tickPadding: 7,
        tickFormat: labeller(x.ticks),
        label: x.label,
        labelAnchor: 'right',
        labelArrow: 'none',
        labelOffset: 34,
      }),
      Plot.axisY(y.ticks.at, {
        tickSize: 0,
        tickPadding: 6,
        tickFormat: labeller(y.ticks),
        label: y.label,
        labelAnchor: 'top',
        labelArrow: 'none',
        labelOffset: 10 + 6.6 * widest,
      }),
    ];
    const svg = Plot.plot({
      document,
      className: 'plot',
      width,
      height: figure.parity ? width - 20 : width === WIDTHS.three ? 240 : 280,
      marginTop: 26,
      marginRight: 14,
      marginBottom: 38,
      marginLeft: 14 + 6.6 * widest,
      x: { type: x.type, domain: [x.low, x.high] },
      y: { type: y.type, domain: [y.low, y.high] },
      marks,
    });
    return html`${legend(styled)}${new Html(named(compact(String(svg.outerHTML)), figure.title))}`;
  };
}

interface Styled {
  readonly series: Series;
  readonly colour: string;
  readonly dash: string | null;
}

/** One measured series has its element's colour, several have the ramp's, in their order. */
function styles(series: readonly Series[], accent: number): Styled[] {
  const measured = series.filter(({ role }) => role === 'measured').length;
  let k = 0;
  return series.map((each): Styled => {
    const { role } = each;
    if (role === 'measured') {
      const ramp = measured < 2 ? 0 : Math.round((4 * k++) / (measured - 1)) + 1;
      const colour = ramp === 0 ? `var(--series-${accent})` : `var(--ramp-${ramp})`;
      return { series: each, colour, dash: null };
    }
    if (role === 'reference') return { series: each, colour: 'var(--ink)', dash: null };
    if (role === 'fit') return { series: each, colour: 'var(--ink-2)', dash: '5 3' };
    return { series: each, colour: 'var(--faint)', dash: '2 3' };
  });
}

function legend(styled: readonly Styled[]): Content {
  if (styled.length < 2) return null;
  const limits = styled.filter(({ series }) => series.role === 'limit');
  // "member 1, discarded", "member 2, discarded" look the same and are named once.
  const endings = new Set(limits.map(({ series }) => /, ([^,]+)$/.exec(series.name)?.[1]));
  const [ending] = endings;
  const folded = limits.length > 1 && endings.size === 1 && ending !== undefined;
  const entries = styled
    .filter((each) => !folded || each.series.role !== 'limit' || each === limits[0])
    .map((each) => {
      const { series, colour, dash } = each;
      const name = folded && series.role === 'limit' ? ending : series.name;
      const sign =
        series.mark === 'dots'
          ? html`<circle cx="9" cy="5" r="3.2" fill="${series.role === 'reference' ? 'var(--card)' : colour}" stroke="${colour}" stroke-width="1.5"/>`
          : html`<path d="M0 5h18" stroke="${colour}" stroke-width="2" ${dash === null ? null : html`stroke-dasharray="${dash}"`}/>`;
      return html`<li><svg class="key" width="18" height="10" aria-hidden="true">${sign}</svg>${name}</li>`;
    });
  return html`<ul class="legend">${entries}</ul>`;
}

interface Scale {
  readonly type: 'linear' | 'log';
  readonly low: number;
  readonly high: number;
  readonly ticks: Ticks;
  readonly label: string;
}

function scaleOf(figure: PlotFigure, axis: 'x' | 'y'): Scale {
  const of = figure[axis];
  const type = of.scale ?? 'linear';
  const values = figure.series.flatMap((series) => {
    if (figure.parity) return [...series.x, ...series.y];
    if (axis === 'x') return [...series.x];
    const { y, error } = series;
    return error ? y.flatMap((value, k) => [value - error[k]!, value + error[k]!]) : [...y];
  });
  const shown = values.filter(
    (value) => Number.isFinite(value) && (type === 'linear' || value > 0),
  );
  let [low, high] = shown.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  if (!(low <= high)) [low, high] = type === 'log' ? [1, 10] : [0, 1];
  if (type === 'log') {
    if (high < low * 1.5) [low, high] = [low / 1.5, high * 1.5];
    return { type, low, high, ticks: logTicks(low, high), label: labelOf(of) };
  }
  if (low === high)
    [low, high] = [low - (Math.abs(low) || 1) / 10, high + (Math.abs(high) || 1) / 10];
  const lines = figure.series.every(({ mark }) => mark === 'line');
  const margin = (high - low) * (axis === 'x' && lines ? 0 : 0.045);
  [low, high] = [low - margin, high + margin];
  return {
    type,
    low,
    high,
    ticks: linearTicks(low, high, axis === 'x' ? 6 : 5),
    label: labelOf(of),
  };
}

function labelOf({ label, unit }: Axis): string {
  return unit === undefined || unit === '' ? label : `${label} (${unit})`;
}

function labeller({ at, labels }: Ticks): (value: number) => string {
  return (value) => labels[at.indexOf(value)] ?? '';
}

interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** Points that the scales can show; a gap in a line stays a gap. */
function pointsOf({ x, y, error }: Series, figure: PlotFigure): PlotPoint[] {
  const visible = (value: number, axis: Axis) =>
    Number.isFinite(value) && (axis.scale !== 'log' || value > 0) ? value : Number.NaN;
  return x.map((at, k): PlotPoint => {
    const [value, half] = [visible(y[k]!, figure.y), error?.[k] ?? 0];
    const low = figure.y.scale === 'log' ? Math.max(value - half, value / 100) : value - half;
    return { x: visible(at, figure.x), y: value, low, high: value + half };
  });
}

/** Says what the picture is; the library leaves < and > as they are in attributes, `html` does not. */
function named(svg: string, title: string): string {
  const { markup } = html`<svg role="img" aria-label="${title}" `;
  return svg.replace(/^<svg /, () => markup);
}

/** Fewer digits, no style of its own, many dots as one path. */
function compact(svg: string): string {
  return svg
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))))
    .replace(
      /(?:<circle r="1\.5" cy="[-\d.]+" cx="[-\d.]+"\s*\/?>(?:<\/circle>)?){2,}/g,
      (circles) => {
        const centres = [...circles.matchAll(/cy="([-\d.]+)" cx="([-\d.]+)"/g)];
        const path = centres.map(([, y, x]) => `M${x} ${y}h0`).join('');
        return `<path class="dots" d="${path}"/>`;
      },
    );
}
