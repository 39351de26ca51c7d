/** Pieces of figures that simulations share. */
import type { Cell, Figure, Series } from '../engine/step.ts';
import {
  DEVIATION_LIMIT,
  DEVIATION_MAXIMUM,
  monitorTrace,
  type RangeReport,
  type Watch,
} from '../physics/dynamics/monitor.ts';
import type { Finished } from '../physics/dynamics/program.ts';
import { pairIndex } from '../physics/structure/nearest-pairs.ts';

/** As many points as a figure can show; more would only make the report heavy. */
const MOST_POINTS = 300;

/** Every n-th of a series of points, so that at most MOST_POINTS are left. */
export function thinned(x: ArrayLike<number>, y: ArrayLike<number>): { x: number[]; y: number[] } {
  const stride = Math.max(1, Math.ceil(x.length / MOST_POINTS));
  const kept = Array.from({ length: Math.ceil(x.length / stride) }, (_, k) => k * stride);
  return { x: kept.map((k) => x[k]!), y: kept.map((k) => y[k]!) };
}

/** Times in ps of times in fs. */
export function picoseconds(times: Float64Array): Float64Array {
  return times.map((time) => time / 1000);
}

/** The committee's deviation over the runs, with its limits; none for a single member. */
export function deviationFigure(runs: readonly Finished[], watch: Watch): Figure[] {
  if (watch.deviation === null) return [];
  const traces = runs.map((run): Series => {
    const { times, deviations } = monitorTrace(run, watch);
    const points = thinned(picoseconds(times), deviations);
    return { name: run.name, mark: 'line', role: 'measured', ...points };
  });
  // Runs that ended before the first look.
  if (traces.every(({ x }) => x.length === 0)) return [];
  const end = Math.max(...traces.flatMap(({ x }) => x));
  const seen = Math.max(...traces.flatMap(({ y }) => y));
  const limits = [DEVIATION_LIMIT, DEVIATION_MAXIMUM].filter(
    (limit, k) => k === 0 || seen > limit / 2,
  );
  return [
    {
      kind: 'plot',
      id: 'deviation',
      title: 'How far the members of the committee differ',
      caption: `Root mean square over the atoms of the members' force spread. Above ${DEVIATION_LIMIT} eV/Å in more than 5 % of the frames the value is marked; above ${DEVIATION_MAXIMUM} eV/Å the run ends.`,
      x: { label: 'time', unit: 'ps' },
      y: { label: 'force deviation', unit: 'eV/Å' },
      series: [
        ...traces,
        ...limits.map(
          (limit): Series => ({
            name: `limit ${limit} eV/Å`,
            mark: 'line',
            role: 'limit',
            x: [0, end],
            y: [limit, limit],
          }),
        ),
      ],
    },
  ];
}

/** Smallest distance of each pair of elements, beside the training frames' where there are any. */
export function distanceTable(report: RangeReport, { elements, range }: Watch): Figure {
  const trained = 'mark' in range ? null : range.nearest;
  const rows: Cell[][] = [];
  elements.forEach((first, a) => {
    elements.forEach((second, b) => {
      if (b < a) return;
      const met = report.nearest[pairIndex(a, b, elements.length)];
      if (!Number.isFinite(met)) return;
      const row: Cell[] = [`${first}–${second}`, { value: met, unit: 'Å' }];
      if (trained !== null) {
        const shortest = trained[a]?.[b] ?? null;
        row.push(shortest === null ? 'never seen' : { value: shortest, unit: 'Å' });
      }
      rows.push(row);
    });
  });
  return {
    kind: 'table',
    id: 'distances',
    title: 'Shortest distances',
    caption:
      trained === null
        ? 'No training frames tell from which distance on the potential holds.'
        : 'Below the training frames’ shortest distance a potential rests on its short-range repulsion.',
    columns: [
      { label: 'pair' },
      { label: 'simulation', unit: 'Å' },
      ...(trained === null ? [] : [{ label: 'training', unit: 'Å' }]),
    ],
    rows,
  };
}
