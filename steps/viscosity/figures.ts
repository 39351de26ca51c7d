import type { Cell, Figure, Series } from '../../engine/step.ts';
import type { RangeReport, Watch } from '../../physics/dynamics/monitor.ts';
import type { Finished } from '../../physics/dynamics/program.ts';
import { invariantDrift, thermoColumn } from '../../physics/dynamics/thermo.ts';
import {
  MPAS_PER_GPA_FS,
  type ViscosityPlan,
  type ViscosityResult,
} from '../../physics/dynamics/viscosity.ts';
import { mean } from '../../physics/statistics/series.ts';
import { deviationFigure, distanceTable, picoseconds, thinned } from '../figures.ts';

/** Everything that the report shows of a viscosity. */
export function viscosityFigures(
  plan: ViscosityPlan,
  result: ViscosityResult,
  range: RangeReport,
): Figure[] {
  return [
    integralFigure(result),
    correlationFigure(result),
    replicaFigure(result),
    replicaTable(plan, result),
    ...deviationFigure(result.productions, plan.watch),
    distanceTable(range, plan.watch),
  ];
}

/** What there is to see of runs that gave no viscosity. */
export function unfinishedFigures(runs: readonly Finished[], watch: Watch): Figure[] {
  return [temperatureFigure(runs), ...deviationFigure(runs, watch)];
}

function integralFigure({ integral, value, statistical }: ViscosityResult): Figure {
  const { times, cut, fitted } = integral;
  const at = cut ?? times.at(-1)!;
  const x = picoseconds(times);
  const top = Math.max(...integral.integral.map((of, k) => of + integral.error[k]!));
  const series: Series[] = [
    {
      name: 'running integral',
      mark: 'line',
      role: 'measured',
      ...thinned(x, integral.integral),
      error: thinned(x, integral.error).y,
    },
  ];
  if (cut !== null)
    series.push(
      { name: 'cut', mark: 'line', role: 'limit', x: [at / 1000, at / 1000], y: [0, top] },
      {
        name: 'viscosity',
        mark: 'dots',
        role: 'fit',
        x: [at / 1000],
        y: [value],
        error: [statistical],
      },
    );
  const read =
    cut === null
      ? 'The correlation has not decayed within the sixth part of a replica.'
      : `It is read off at ${(at / 1000).toFixed(2)} ps, ten correlation times of the stress.`;
  const extrapolated = Number.isFinite(fitted)
    ? ` A double-exponential fit extrapolates to ${fitted.toFixed(2)} mPa·s.`
    : '';
  return {
    kind: 'plot',
    id: 'integral',
    title: 'Running Green-Kubo integral',
    caption: `Mean over five components of the stress and all replicas, with its standard error. ${read}${extrapolated}`,
    x: { label: 'time', unit: 'ps' },
    y: { label: 'viscosity', unit: 'mPa·s' },
    series,
  };
}

function correlationFigure({ integral }: ViscosityResult): Figure {
  const modulus = integral.correlation.map((of) => of / MPAS_PER_GPA_FS);
  return {
    kind: 'plot',
    id: 'correlation',
    title: 'Stress correlation',
    caption: 'V/(k_B T) times the autocorrelation of the shear stress; no mean is subtracted.',
    x: { label: 'time', unit: 'ps' },
    y: { label: 'relaxation modulus', unit: 'GPa' },
    series: [
      {
        name: 'stress correlation',
        mark: 'line',
        role: 'measured',
        ...thinned(picoseconds(integral.times), modulus),
      },
    ],
  };
}

function replicaFigure({ integral, value, statistical }: ViscosityResult): Figure {
  const { replicas } = integral;
  const own = statistical * Math.sqrt(replicas.length);
  const ends = [0.5, replicas.length + 0.5];
  return {
    kind: 'plot',
    id: 'replicas',
    title: 'Scatter of the replicas',
    caption:
      'The viscosity that each replica gives by itself, with the standard error of one, and their mean with its own.',
    x: { label: 'replica' },
    y: { label: 'viscosity', unit: 'mPa·s' },
    series: [
      {
        name: 'mean',
        mark: 'line',
        role: 'fit',
        x: ends,
        y: [value, value],
        error: [statistical, statistical],
      },
      {
        name: 'replicas',
        mark: 'dots',
        role: 'measured',
        x: replicas.map((_, k) => k + 1),
        y: replicas,
        error: replicas.map(() => own),
      },
    ],
  };
}

function replicaTable({ members }: ViscosityPlan, result: ViscosityResult): Figure {
  const rows = result.productions.map((run, k): Cell[] => [
    run.name,
    `member ${(k % members) + 1}`,
    { value: mean(thermoColumn(run, 'temperature_K')), unit: 'K' },
    { value: mean(thermoColumn(run, 'pressure_GPa')), unit: 'GPa' },
    { value: result.integral.replicas[k]!, unit: 'mPa·s' },
    { value: invariantDrift(run), unit: 'meV/atom/ps' },
  ]);
  return {
    kind: 'table',
    id: 'replica-table',
    title: 'Replicas',
    caption:
      'Each runs at constant energy, so its temperature is measured, not set; the drift is that of its energy.',
    columns: [
      { label: 'replica' },
      { label: 'driven by' },
      { label: 'temperature', unit: 'K' },
      { label: 'pressure', unit: 'GPa' },
      { label: 'viscosity', unit: 'mPa·s' },
      { label: 'energy drift', unit: 'meV/atom/ps' },
    ],
    rows,
  };
}

function temperatureFigure(runs: readonly Finished[]): Figure {
  return {
    kind: 'plot',
    id: 'temperature',
    title: 'Temperature',
    x: { label: 'time', unit: 'ps' },
    y: { label: 'temperature', unit: 'K' },
    series: runs.map((run): Series => {
      const times = picoseconds(thermoColumn(run, 'time_fs'));
      const points = thinned(times, thermoColumn(run, 'temperature_K'));
      return { name: run.name, mark: 'line', role: 'measured', ...points };
    }),
  };
}
