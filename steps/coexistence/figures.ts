import type { Cell, Figure, Series } from '../../engine/step.ts';
import type { CommitteeMelting } from '../../physics/coexistence/committee.ts';
import type { CoexistencePlan } from '../../physics/coexistence/plan.ts';
import {
  type CoexistenceResult,
  crossSection,
  frontSpeed,
} from '../../physics/coexistence/result.ts';
import type { CoexistenceRun } from '../../physics/coexistence/runs.ts';
import type { SolidTest } from '../../physics/coexistence/solid.ts';
import { orderOf } from '../../physics/dynamics/phase.ts';
import { weightedLineFit } from '../../physics/statistics/regression.ts';
import { fractional } from '../../physics/structure/cells.ts';
import { deviationFigure, thinned } from '../figures.ts';

/** What the step shows: atoms, traces, fronts' speeds with the line through them, crystals tried. */
export function coexistenceFigures(
  plan: CoexistencePlan,
  result: CoexistenceResult,
  committee: CommitteeMelting | null,
): Figure[] {
  const speeds = speedFigure(result, committee);
  return [
    ...result.runs.map((run) => atomsFigure(run)),
    ...speeds,
    tracesFigure(result.runs),
    orderFigure(result.runs),
    solidTable(result.tests, result.solid.kind),
    ...deviationFigure(
      result.runs.map(({ watched }) => watched),
      plan.watch,
    ),
  ];
}

const FATES = {
  'both phases': 'both phases are left',
  molten: 'the crystal has melted',
  frozen: 'the melt has frozen',
} as const;

/** Atoms at the end of a run, seen along y with the normal to the right. */
function atomsFigure(run: CoexistenceRun): Figure {
  const { state } = run.pieces.at(-1)!;
  const { crystalline } = orderOf(state);
  const inside = fractional(state.positions, state.cell);
  const groups = new Map<string, { x: number[]; y: number[] }>();
  let metal = 0;
  state.types.forEach((type, i) => {
    const element = state.elements[type]!;
    const name = element === 'C' ? 'carbon' : crystalline[metal++] === 1 ? 'crystalline' : 'liquid';
    const group = groups.get(name) ?? { x: [], y: [] };
    groups.set(name, group);
    group.x.push(rounded(inside[3 * i + 2]! * state.cell[8]!));
    group.y.push(rounded(inside[3 * i]! * state.cell[0]!));
  });
  return {
    kind: 'atoms',
    id: `atoms-${run.temperature}`,
    title: `${run.temperature} K: ${FATES[run.end]} after ${run.times.at(-1)!.toFixed(1)} ps`,
    caption:
      'Crystalline: averaged bond order q̄6 above 0.29. The fronts’ normal points to the right.',
    width: rounded(state.cell[8]!),
    height: rounded(state.cell[0]!),
    groups: ['crystalline', 'liquid', 'carbon'].flatMap((name) => {
      const group = groups.get(name);
      return group ? [{ name, ...group }] : [];
    }),
  };
}

/** To 0.01 Å: more is not to be seen. */
function rounded(x: number): number {
  return Math.round(100 * x) / 100;
}

/** Fronts' speed, or the enthalpy's slope where the latent heat is not known. */
function speedFigure(result: CoexistenceResult, committee: CommitteeMelting | null): Figure[] {
  const { verdict, runs, solid } = result;
  const used = verdict.runs.flatMap((run, k) =>
    run.drift === null ? [] : [{ run, drift: run.drift, error: run.error!, of: runs[k]! }],
  );
  if (used.length === 0) return [];
  const atoms = solid.halves.whole.types.length;
  const convert = (slope: number, of: CoexistenceRun): number =>
    committee === null
      ? -1000 * slope
      : frontSpeed(slope, committee.latentHeat, atoms, solid.volume, crossSection(of));
  const temperatures = used.map(({ run }) => run.temperature);
  const y = used.map(({ drift, of }) => convert(drift.slope, of));
  const error = used.map((point) => Math.abs(convert(point.error, point.of)));
  const ends = [Math.min(...temperatures), Math.max(...temperatures)];
  const series: Series[] = [
    { name: 'simulation', mark: 'dots', role: 'measured', x: temperatures, y, error },
    { name: 'standstill', mark: 'line', role: 'limit', x: ends, y: [0, 0] },
  ];
  if (verdict.line !== null) {
    const { slope, intercept } = weightedLineFit(temperatures, y, error);
    const line = ends.map((temperature) => intercept + slope * temperature);
    series.push({ name: 'line', mark: 'line', role: 'fit', x: ends, y: line });
  }
  const melting = verdict.melting;
  return [
    {
      kind: 'plot',
      id: 'speed',
      title: 'Speed of the fronts',
      caption: `Positive where the crystal grows${
        melting === null
          ? ''
          : `; it vanishes at ${melting.value.toFixed(0)} ± ${melting.error.toFixed(0)} K (the regression’s error alone; cells of this size add some 50 K)`
      }.`,
      x: { label: 'temperature', unit: 'K' },
      y:
        committee === null
          ? { label: 'loss of enthalpy', unit: 'meV/atom/ps' }
          : { label: 'speed', unit: 'm/s' },
      series,
    },
  ];
}

function tracesFigure(runs: readonly CoexistenceRun[]): Figure {
  return {
    kind: 'plot',
    id: 'enthalpy',
    title: 'Enthalpy with both phases',
    caption:
      'Without the kinetic part. It falls where the crystal grows and rises where it melts; a run ends when a phase is gone.',
    x: { label: 'time', unit: 'ps' },
    y: { label: 'enthalpy per atom', unit: 'eV' },
    series: runs.map((run) => ({
      name: `${run.temperature} K`,
      mark: 'line',
      role: 'measured',
      ...thinned(run.times, run.enthalpy),
    })),
  };
}

function orderFigure(runs: readonly CoexistenceRun[]): Figure {
  return {
    kind: 'plot',
    id: 'crystalline',
    title: 'Share of atoms in crystalline surroundings',
    x: { label: 'time', unit: 'ps' },
    y: { label: 'crystalline share' },
    series: runs.map((run) => ({
      name: `${run.temperature} K`,
      mark: 'line',
      role: 'measured',
      ...thinned(run.orderTimes, run.crystalline),
    })),
  };
}

/** The crystals that were tried, the chosen one first found by its least enthalpy. */
export function solidTable(tests: readonly SolidTest[], chosen: string | null): Figure {
  return {
    kind: 'table',
    id: 'solids',
    title: 'Which crystal',
    caption:
      'Each crystal alone at zero-pressure equilibrium; of the survivors at the middle temperature the one of least enthalpy is the solid. Entropies are not compared.',
    columns: [
      { label: 'crystal' },
      { label: 'temperature', unit: 'K' },
      { label: 'crystalline share' },
      { label: 'volume', unit: 'Å³/atom' },
      { label: 'enthalpy', unit: 'eV/atom' },
      { label: 'fate' },
    ],
    rows: tests.map((test): Cell[] => [
      test.kind,
      { value: test.temperature },
      { value: test.crystalline },
      { value: test.volume },
      { value: test.enthalpy },
      test.survived
        ? test.kind === chosen
          ? { verdict: 'chosen', tone: 'good' }
          : { verdict: 'survived', tone: 'neutral' }
        : {
            verdict: test.became === test.kind ? 'lost its order' : `turned into ${test.became}`,
            tone: 'bad',
          },
    ]),
  };
}
