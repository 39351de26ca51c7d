import type { Cell, Figure, Series } from '../../engine/step.ts';
import { AMU_PER_A3_TO_G_PER_CM3 } from '../../physics/constants.ts';
import {
  type DensityPlan,
  type DensityResult,
  productionsOf,
} from '../../physics/dynamics/density.ts';
import type { RangeReport } from '../../physics/dynamics/monitor.ts';
import type { Finished } from '../../physics/dynamics/program.ts';
import { thermoColumn } from '../../physics/dynamics/thermo.ts';
import { deviationFigure, distanceTable, picoseconds, thinned } from '../figures.ts';
import { errorsOf } from '../simulation.ts';

/** Everything that the report shows of a density. */
export function densityFigures(
  plan: DensityPlan,
  done: readonly Finished[],
  result: DensityResult,
  range: RangeReport,
): Figure[] {
  const { productions } = result;
  return [
    densityTraces(plan, productions, result),
    temperatureTraces(plan, result),
    memberTable(plan, result),
    ...deviationFigure(productions, plan.watch),
    distanceTable(range, plan.watch),
    ...preparation(done),
  ];
}

/** What there is to see of runs that gave no density. */
export function unfinishedFigures(plan: DensityPlan, runs: readonly Finished[]): Figure[] {
  const productions = productionsOf(runs);
  return [
    ...(productions.length > 0 ? [densityTraces(plan, productions, null)] : []),
    ...preparation(runs),
    ...deviationFigure(runs, plan.watch),
  ];
}

/** g/cm³ over a run. */
function densities(run: Finished): Float64Array {
  const mass = run.state.masses.reduce((sum, value) => sum + value, 0);
  return thermoColumn(run, 'volume_A3').map((volume) => (AMU_PER_A3_TO_G_PER_CM3 * mass) / volume);
}

/** One quantity over the productions; what equilibration takes away is set apart. */
function traces(
  productions: readonly Finished[],
  result: DensityResult | null,
  values: (run: Finished) => Float64Array,
): Series[] {
  return productions.flatMap((run, k): Series[] => {
    const discard = result?.analyses[k]?.discard ?? 0;
    const times = picoseconds(thermoColumn(run, 'time_fs'));
    const all = values(run);
    const part = (from: number, to: number) =>
      thinned(times.subarray(from, to), all.subarray(from, to));
    const name = `member ${k + 1}`;
    const kept: Series = { name, mark: 'line', role: 'measured', ...part(discard, times.length) };
    return discard === 0
      ? [kept]
      : [
          { name: `${name}, discarded`, mark: 'line', role: 'limit', ...part(0, discard + 1) },
          kept,
        ];
  });
}

function densityTraces(
  plan: DensityPlan,
  productions: readonly Finished[],
  result: DensityResult | null,
): Figure {
  const end = Math.max(...productions.map((run) => thermoColumn(run, 'time_fs').at(-1) ?? 0));
  const series = traces(productions, result, densities);
  if (result !== null) {
    const { value } = result.density;
    const error = errorsOf(result.density).standard_error;
    series.push({
      name: 'mean',
      mark: 'line',
      role: 'fit',
      x: [0, end / 1000],
      y: [value, value],
      error: [error, error],
    });
  }
  return {
    kind: 'plot',
    id: 'density',
    title: 'Density',
    caption: `One production for each member of the committee at ${plan.temperature} K and ${plan.pressure} GPa.${result === null ? '' : ' The grey beginning is equilibration (MSER-5) and left out; the band is the standard error of the mean, the committee’s scatter included.'}`,
    x: { label: 'time', unit: 'ps' },
    y: { label: 'density', unit: 'g/cm³' },
    series,
  };
}

function temperatureTraces(plan: DensityPlan, result: DensityResult): Figure {
  return {
    kind: 'plot',
    id: 'temperature',
    title: 'Temperature',
    caption: `The thermostat holds ${plan.temperature} K; after equilibration the mean is ${result.temperature.toFixed(1)} K, that of the pressure ${result.pressure.toFixed(2)} GPa.`,
    x: { label: 'time', unit: 'ps' },
    y: { label: 'temperature', unit: 'K' },
    series: traces(result.productions, result, (run) => thermoColumn(run, 'temperature_K')),
  };
}

function memberTable(plan: DensityPlan, { analyses, productions }: DensityResult): Figure {
  const atoms = plan.crystal.types.length;
  const rows = analyses.map((analysis, k): Cell[] => {
    const times = thermoColumn(productions[k]!, 'time_fs');
    return [
      `member ${k + 1}`,
      { value: analysis.mean / atoms, error: analysis.error / atoms, unit: 'Å³' },
      { value: analysis.byCorrelation / atoms, unit: 'Å³' },
      { value: analysis.byBlocking / atoms, unit: 'Å³' },
      { value: analysis.effectiveSamples },
      { value: (times[analysis.discard] ?? 0) / 1000, unit: 'ps' },
      analysis.settled
        ? { verdict: 'settled', tone: 'good' }
        : { verdict: 'still drifting', tone: 'bad' },
    ];
  });
  return {
    kind: 'table',
    id: 'members',
    title: 'Volume by member',
    caption:
      'The larger of two errors counts: from the autocorrelation of the volume, and by blocking. Effective samples are independent values.',
    columns: [
      { label: 'production' },
      { label: 'volume per atom', unit: 'Å³' },
      { label: 'error by correlation', unit: 'Å³' },
      { label: 'by blocking', unit: 'Å³' },
      { label: 'effective samples' },
      { label: 'discarded', unit: 'ps' },
      { label: 'equilibration' },
    ],
    rows,
  };
}

/** Melting and cooling one after another, where there was any. */
function preparation(runs: readonly Finished[]): Figure[] {
  const parts = runs.filter(({ name }) => !name.startsWith('production'));
  if (parts.length === 0) return [];
  const times: number[] = [];
  const values: number[] = [];
  let begin = 0;
  for (const part of parts) {
    const own = picoseconds(thermoColumn(part, 'time_fs'));
    for (const time of own) times.push(begin + time);
    values.push(...densities(part));
    begin = times.at(-1) ?? begin;
  }
  return [
    {
      kind: 'plot',
      id: 'melting',
      title: 'Melting and cooling',
      caption: `How the liquid was made from a crystal: ${parts.map(({ name }) => name).join(', ')}.`,
      x: { label: 'time', unit: 'ps' },
      y: { label: 'density', unit: 'g/cm³' },
      series: [{ name: 'density', mark: 'line', role: 'measured', ...thinned(times, values) }],
    },
  ];
}
