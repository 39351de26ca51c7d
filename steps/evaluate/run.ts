import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Cell, Figure, Inputs, Json, Outcome, TaskContext } from '../../engine/step.ts';
import { readFrames } from '../../physics/dft/frames.ts';
import {
  alignedEnergies,
  deviationAndError,
  energyError,
  forceError,
  type Prediction,
  predict,
  pressureError,
  type Rmse,
  rankCorrelation,
} from '../../physics/potentials/evaluation.ts';
import type { Frame } from '../../physics/structure/frame.ts';
import { openPotential, type Potential } from '../potential.ts';
import { explained } from '../simulation.ts';
import type { evaluate } from './interface.ts';

const treatments = { none: 'without spin', collinear: 'with spin' } as const;

export async function run(inputs: Inputs<typeof evaluate>, task: TaskContext): Promise<Outcome> {
  const frames = inputs.frames.flatMap((file) =>
    readFrames(readFileSync(file.path, 'utf8'), basename(file.path)),
  );
  // The net itself, not its tables: errors are the model's.
  const potential = await openPotential(inputs.potential, { exact: true });
  try {
    return measureErrors(potential, frames, task);
  } catch (error) {
    throw explained(error);
  } finally {
    potential.close();
  }
}

/** The step with a potential and frames at hand. */
function measureErrors(potential: Potential, frames: readonly Frame[], task: TaskContext): Outcome {
  const { elements } = potential;
  const predictions = predict(potential.fields, frames, (done) => {
    task.throwIfStopped();
    task.progress(done);
  });
  const of = (spin: 'none' | 'collinear') => predictions.filter(({ frame }) => frame.spin === spin);
  const own = potential.spin === null ? [] : of(potential.spin);
  const force = forceError(own.length > 0 ? own : predictions)!;
  const errors: Record<string, Json> = {};
  const figures: Figure[] = [];
  const rows: Cell[][] = [];
  for (const spin of ['none', 'collinear'] as const) {
    const group = of(spin);
    if (group.length === 0) continue;
    errors[spin] = summary(group, elements);
    rows.push(...tableRows(group, spin, elements));
    figures.push(
      forceParity(group, spin, elements),
      energyParity(group, spin, spin !== potential.spin),
    );
  }
  if (potential.members > 1) figures.push(deviationFigure(predictions));
  figures.unshift({
    kind: 'table',
    id: 'errors',
    title: 'Errors on held-out frames',
    caption: `Root mean square, with the labels' own in brackets; errors by bootstrap over frames, none below five frames. ${origin(potential)}`,
    columns: [
      { label: 'frames' },
      { label: 'n' },
      { label: 'force', unit: 'eV/Å' },
      { label: 'labels', unit: 'eV/Å' },
      { label: 'energy', unit: 'meV/atom' },
      { label: 'energy, shifted', unit: 'meV/atom' },
      { label: 'pressure', unit: 'GPa' },
      { label: 'labels', unit: 'GPa' },
    ],
    rows,
  });
  return { kind: 'done', outputs: { force_rmse: force.value, errors }, figures };
}

/** What the labels are to the potential. */
function origin({ spin }: Potential): string {
  return spin === null
    ? 'The potential is a classical one, which was not made from DFT of this kind, so energies are also given after a shift per element.'
    : `The potential was trained ${treatments[spin]}; frames of the other treatment show what the two levels of theory differ by, so their energies are also given after a shift per element.`;
}

function json(rmse: Rmse | null, scale = 1): Json {
  if (rmse === null) return null;
  return {
    value: rmse.value * scale,
    error: rmse.error === null ? null : rmse.error * scale,
    labels: rmse.labels * scale,
    frames: rmse.frames,
  };
}

function kinds(predictions: readonly Prediction[]): Map<string, Prediction[]> {
  const groups = new Map<string, Prediction[]>();
  for (const prediction of predictions) {
    const kind = prediction.frame.group.split('_')[0]!;
    groups.set(kind, [...(groups.get(kind) ?? []), prediction]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function summary(predictions: readonly Prediction[], elements: readonly string[]): Json {
  const deviations = predictions.map(deviationAndError);
  const correlation = rankCorrelation(
    deviations.map((d) => d.deviation),
    deviations.map((d) => d.error),
  );
  return {
    force_eV_per_A: json(forceError(predictions)),
    force_by_element: Object.fromEntries(
      elements.map((element) => [element, json(forceError(predictions, element))]),
    ),
    energy_meV_per_atom: json(energyError(predictions, false), 1000),
    energy_shifted_meV_per_atom: json(energyError(predictions, true), 1000),
    pressure_GPa: json(pressureError(predictions)),
    by_kind: Object.fromEntries(
      [...kinds(predictions)].map(([kind, group]) => [kind, json(forceError(group))]),
    ),
    deviation_error_rank_correlation: Number.isNaN(correlation) ? null : correlation,
  };
}

function cell(rmse: Rmse | null, scale = 1): Cell {
  return rmse === null
    ? null
    : { value: rmse.value * scale, error: rmse.error === null ? null : rmse.error * scale };
}

function tableRows(
  predictions: readonly Prediction[],
  spin: 'none' | 'collinear',
  elements: readonly string[],
): Cell[][] {
  const row = (
    label: string,
    group: readonly Prediction[],
    force: Rmse | null,
    all: boolean,
  ): Cell[] => {
    const pressure = pressureError(group);
    return [
      label,
      { value: force?.frames ?? 0 },
      cell(force),
      force === null ? null : { value: force.labels },
      // Reference energies per element need more frames than one kind has.
      all ? cell(energyError(group, false), 1000) : null,
      all ? cell(energyError(group, true), 1000) : null,
      cell(pressure),
      pressure === null ? null : { value: pressure.labels },
    ];
  };
  return [
    row(`all ${treatments[spin]}`, predictions, forceError(predictions), true),
    ...elements.map((element): Cell[] => {
      const force = forceError(predictions, element);
      return [
        `${element} atoms, ${treatments[spin]}`,
        { value: force?.frames ?? 0 },
        cell(force),
        force === null ? null : { value: force.labels },
        ...Array<null>(4).fill(null),
      ];
    }),
    ...[...kinds(predictions)].map(([kind, group]) =>
      row(`${kind}, ${treatments[spin]}`, group, forceError(group), false),
    ),
  ];
}

function forceParity(
  predictions: readonly Prediction[],
  spin: 'none' | 'collinear',
  elements: readonly string[],
): Figure {
  const series = elements.map((element) => {
    const [x, y]: [number[], number[]] = [[], []];
    for (const { frame, forces } of predictions) {
      frame.species.forEach((symbol, atom) => {
        if (symbol !== element) return;
        for (let k = 3 * atom; k < 3 * atom + 3; k++) {
          x.push(frame.labels.forces[k]!);
          y.push(forces[0]![k]!);
        }
      });
    }
    return { name: element, mark: 'dots' as const, role: 'measured' as const, x, y };
  });
  return {
    kind: 'plot',
    id: `forces-${spin}`,
    title: `Forces on frames computed ${treatments[spin]}`,
    caption: 'Every component; first member of the committee.',
    x: { label: 'DFT force', unit: 'eV/Å' },
    y: { label: 'predicted force', unit: 'eV/Å' },
    series: series.filter(({ x }) => x.length > 0),
    parity: true,
  };
}

function energyParity(
  predictions: readonly Prediction[],
  spin: 'none' | 'collinear',
  shift: boolean,
): Figure {
  const { labels, members } = alignedEnergies(predictions, shift);
  const center = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    kind: 'plot',
    id: `energies-${spin}`,
    title: `Energies of frames computed ${treatments[spin]}`,
    caption: `Relative to a least-squares energy per element${shift ? ', and after a shift per element, since the potential is of another level of theory' : ''}; bars are the committee's spread.`,
    x: { label: 'DFT energy', unit: 'eV/atom' },
    y: { label: 'predicted energy', unit: 'eV/atom' },
    series: [
      {
        name: 'frames',
        mark: 'dots',
        role: 'measured',
        x: labels,
        y: members.map(center),
        error: members.map((values) => {
          const middle = center(values);
          return Math.sqrt(center(values.map((value) => (value - middle) * (value - middle))));
        }),
      },
    ],
    parity: true,
  };
}

function deviationFigure(predictions: readonly Prediction[]): Figure {
  const points = predictions.map((prediction) => ({
    spin: prediction.frame.spin,
    ...deviationAndError(prediction),
  }));
  return {
    kind: 'plot',
    id: 'deviation',
    title: 'What the committee claims and what it gets wrong',
    caption:
      'One dot a frame: spread of the members’ forces against the true error of their mean, both rms over atoms.',
    x: { label: 'committee deviation', unit: 'eV/Å', scale: 'log' },
    y: { label: 'force error', unit: 'eV/Å', scale: 'log' },
    series: (['none', 'collinear'] as const)
      .map((spin) => {
        const own = points.filter((point) => point.spin === spin);
        return {
          name: treatments[spin],
          mark: 'dots' as const,
          role: 'measured' as const,
          x: own.map((point) => point.deviation),
          y: own.map((point) => point.error),
        };
      })
      .filter(({ x }) => x.length > 0),
    parity: true,
  };
}
