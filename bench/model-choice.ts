/**
 * Which architecture is best on the shipped frames: cut-off, embedding and fitting widths against
 * errors on frames that were not trained on, and against time. docs/model-choice.md holds what
 * came out, and what was chosen by it.
 *
 *   node bench/model-choice.ts [updates, 20000] [--speed]
 *
 * Errors need the whole training (an hour on two cores) and are the same on every machine;
 * `--speed` measures times alone. Three members by seed each; a row is printed as it is done.
 */
import { readFileSync } from 'node:fs';
import { readFrames } from '../physics/dft/frames.ts';
import { splitFrames } from '../physics/dft/split.ts';
import { openDeepPotential } from '../physics/potentials/deep/force-field.ts';
import type { Model } from '../physics/potentials/deep/model.ts';
import {
  energyError,
  forceError,
  predict,
  pressureError,
} from '../physics/potentials/evaluation.ts';
import { gaussian } from '../physics/random.ts';
import type { Frame } from '../physics/structure/frame.ts';
import { initialModel } from '../physics/training/initial.ts';
import { Training } from '../physics/training/session.ts';
import { planOf } from './pre-training.ts';

const updates = Number(process.argv[2]) || 20_000;
const MEMBERS = 3;

const data = new URL('../workflows/data/fe-cr-c-pbe/nonmagnetic.extxyz', import.meta.url);
const parts = splitFrames(readFrames(readFileSync(data, 'utf8'), 'nonmagnetic.extxyz'), {
  test: 0.18,
  validation: 0.15,
  seed: 12,
});

interface Choice {
  readonly cutoff: number;
  readonly embedding: readonly number[];
  readonly fitting: readonly number[];
}
const choices: readonly Choice[] = [4.5, 5, 6].flatMap((cutoff) =>
  [
    [8, 16, 32],
    [16, 32, 64],
  ].flatMap((embedding) =>
    [
      [48, 48, 48],
      [120, 120, 120],
    ].map((fitting) => ({ cutoff, embedding, fitting })),
  ),
);

const plan = planOf(updates);

const start = (choice: Choice) =>
  initialModel(parts.train, { ...choice, inner: 0.5, axis: 8 }, MEMBERS, 1);

function trained(choice: Choice): Model {
  const training = new Training(start(choice), parts.train, parts.validation, plan);
  training.setThreads(2);
  while (!training.finished) training.advance(200);
  training.close();
  return training.model();
}

/** Errors of each member by itself: mean and scatter over members. */
function errors(model: Model, frames: readonly Frame[]) {
  const single = model.members.map((_, k) => {
    const field = openDeepPotential(model, k, { compress: false });
    const predictions = predict([field], frames);
    field.close();
    return {
      force: forceError(predictions)?.value ?? Number.NaN,
      energy: 1000 * (energyError(predictions, false)?.value ?? Number.NaN),
      pressure: pressureError(predictions)?.value ?? Number.NaN,
    };
  });
  return (name: 'force' | 'energy' | 'pressure', digits: number) => {
    const values = single.map((error) => error[name]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return `${mean.toFixed(digits)} ± ${Math.sqrt(square / (values.length - 1)).toFixed(digits)}`;
  };
}

/** Least CPU time of several spells, in microseconds a piece: others on the machine hardly show. */
function leastTime(pieces: number, spell: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 12; k++) {
    const before = process.cpuUsage();
    spell();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / pieces);
  }
  return least;
}

function updateTime(choice: Choice): number {
  const training = new Training(start(choice), parts.train, parts.validation, {
    ...plan,
    updates: 1e9,
    validateEvery: 1e9,
  });
  const time = leastTime(50 * MEMBERS, () => training.advance(50));
  training.close();
  return time;
}

/** A force call by tables on 128 atoms of bcc iron, rattled, for one atom. */
function forceTime(choice: Choice): number {
  const positions: number[] = [];
  for (let x = 0; x < 4; x++)
    for (let y = 0; y < 4; y++)
      for (let z = 0; z < 4; z++)
        for (const half of [0, 0.5])
          positions.push((x + half) * 2.83, (y + half) * 2.83, (z + half) * 2.83);
  const rattled = Float64Array.from(positions, (x, k) => x + 0.1 * gaussian(1, 'rattle', k));
  const field = openDeepPotential(start(choice), 0);
  field.setAtoms(new Uint8Array(128));
  const cell = Float64Array.of(11.32, 0, 0, 0, 11.32, 0, 0, 0, 11.32);
  const time = leastTime(128 * 20, () => {
    for (let k = 0; k < 20; k++) field.compute(rattled, cell);
  });
  field.close();
  return time;
}

const row = (cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);
const named = ({ cutoff, embedding, fitting }: Choice) => [
  cutoff,
  embedding.join('-'),
  `${fitting[0]}x${fitting.length}`,
];

if (process.argv.includes('--speed')) {
  row(['cut-off, Å', 'embedding', 'fitting', 'update, µs', 'MD, µs/atom']);
  row(Array(5).fill('---'));
  for (const choice of choices)
    row([...named(choice), updateTime(choice).toFixed(0), forceTime(choice).toFixed(1)]);
} else {
  const head = ['force, eV/Å', 'energy, meV/atom', 'pressure, GPa'];
  row([
    'cut-off, Å',
    'embedding',
    'fitting',
    ...head.map((name) => `validation ${name}`),
    ...head.map((name) => `held out ${name}`),
  ]);
  row(Array(9).fill('---'));
  for (const choice of choices) {
    const model = trained(choice);
    const cells = [parts.validation, parts.test].flatMap((frames) => {
      const error = errors(model, frames);
      return [error('force', 3), error('energy', 1), error('pressure', 2)];
    });
    row([...named(choice), ...cells]);
  }
}
process.exit();
