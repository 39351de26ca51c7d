/**
 * The pre-training of the shipped study beside DeePMD-kit's `dp train`: what both are worth on
 * frames that were not trained on, and how long they take, one model at a time on two threads.
 *
 *   node bench/quality.ts [updates, 5000]
 *
 * Same frames, split, short-range repulsion taken from the labels, cut-off, `sel`, nets, loss,
 * rates, number of updates of one frame and f32 nets. Random weights and the order of frames are
 * each program's own. Ours is the state at its best validation, as `train` hands it on;
 * DeePMD-kit's is its last, as `dp freeze` hands it on. Times are the median over hundredths of a
 * training, times a hundred, validation included on our side: spells in which other programs took
 * the cores do not count. A training is reported as it is done.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDeepPotential } from '../physics/potentials/deep/force-field.ts';
import {
  energyError,
  forceError,
  type Prediction,
  predict,
} from '../physics/potentials/evaluation.ts';
import { defaultShortRange } from '../physics/potentials/zbl.ts';
import type { Frame } from '../physics/structure/frame.ts';
import { initialModel } from '../physics/training/initial.ts';
import { labelsWithout } from '../physics/training/labels.ts';
import { Training } from '../physics/training/session.ts';
import { deepmdIsThere, deepmdVersion, predictDeepmd, trainDeepmd } from './deepmd.ts';
import { planOf, shape, shippedFrames, summary } from './pre-training.ts';

const updates = Number(process.argv[2]) || 5000;
const SEEDS = [1, 2, 3];

const parts = shippedFrames('nonmagnetic');
const plan = planOf(updates);

/** One training; errors in eV/Å and meV/atom, times in seconds. */
interface Result {
  readonly force: number;
  readonly energy: number;
  readonly validation: number;
  readonly seconds: number;
}

function errors(test: readonly Prediction[], validation: readonly Prediction[]) {
  return {
    force: forceError(test)?.value ?? Number.NaN,
    energy: 1000 * (energyError(test, false)?.value ?? Number.NaN),
    validation: frameError(validation),
  };
}

/** Root of the mean over frames of each one's mean square force error, as training curves have it. */
function frameError(predictions: readonly Prediction[]): number {
  const squares = predictions.map(({ frame: { labels }, forces: [forces] }) => {
    const sum = forces.reduce((total, f, k) => total + (f - labels.forces[k]) ** 2, 0);
    return sum / forces.length;
  });
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Also the validation force error after each hundredth. */
async function ours(seed: number) {
  const training = new Training(
    initialModel(parts.train, shape, 1, seed),
    parts.train,
    parts.validation,
    { ...plan, seed },
  );
  training.setThreads(2);
  // The second thread starts in the background.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const times: number[] = [];
  while (!training.finished) {
    const began = performance.now();
    training.advance(plan.validateEvery);
    times.push((performance.now() - began) / 1000);
  }
  training.close();
  const [, ...curve] = training.progress[0].curve.map((point) => point.validation.force);
  const field = openDeepPotential(training.model(), 0, { compress: false });
  const [test, validation] = [parts.test, parts.validation].map((frames) =>
    predict([field], frames),
  );
  field.close();
  const seconds = times.length * median(times);
  return { result: { ...errors(test, validation), seconds }, curve };
}

function theirs(seed: number): Result {
  const folder = mkdtempSync(join(tmpdir(), 'curie-quality-'));
  const { elements, sel } = initialModel(parts.train, shape, 1, seed).architecture;
  const withoutRepulsion = (frames: readonly Frame[]) =>
    frames.map((frame) => ({
      ...frame,
      labels: labelsWithout(frame, elements, defaultShortRange(elements)),
    }));
  try {
    const times = trainDeepmd(folder, {
      ...plan,
      frames: withoutRepulsion(parts.train),
      elements,
      shape,
      sel,
      seed,
      display: plan.validateEvery,
    });
    const asked = withoutRepulsion([...parts.test, ...parts.validation]);
    const found = predictDeepmd(folder, elements, asked);
    return {
      ...errors(found.slice(0, parts.test.length), found.slice(parts.test.length)),
      seconds: times.length * median(times),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const row = (cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);

function report(name: string, results: readonly Result[], equal = ''): void {
  const cell = (of: keyof Result, digits: number) =>
    summary(
      results.map((result) => result[of]),
      digits,
    );
  const quality = [cell('force', 3), cell('energy', 1), cell('validation', 3)];
  row([name, ...quality, cell('seconds', 1), equal]);
}

const { train, validation, test } = parts;
console.log(
  `${updates} updates, ${SEEDS.length} seeds; ${train.length} frames to train on, ${validation.length} to validate, ${test.length} held out`,
);
row([
  'program',
  'held out force, eV/Å',
  'held out energy, meV/atom',
  'validation force, eV/Å',
  'training, s',
  "to DeePMD-kit's last validation force, s",
]);
row(Array(6).fill('---'));
const own: { readonly result: Result; readonly curve: readonly number[] }[] = [];
for (const seed of SEEDS) {
  const trained = await ours(seed);
  report(`curie, seed ${seed}`, [trained.result]);
  own.push(trained);
}
const results = own.map(({ result }) => result);
if (!deepmdIsThere()) {
  report('curie', results);
  console.log('no DeePMD-kit in .peers: run .ci/peers to compare with it');
  process.exit();
}
const version = deepmdVersion();
const peer = SEEDS.map((seed) => {
  const result = theirs(seed);
  report(`${version}, seed ${seed}`, [result]);
  return result;
});
// Against the mean over seeds: seeds of two programs are not pairs.
const goal = peer.reduce((sum, result) => sum + result.validation, 0) / peer.length;
const times = own.flatMap(({ result: { seconds }, curve }) => {
  const first = curve.findIndex((force) => force <= goal);
  return first < 0 ? [] : [((first + 1) / curve.length) * seconds];
});
const equal =
  times.length === own.length ? summary(times, 1) : `reached by ${times.length} of ${own.length}`;
report('curie', results, equal);
report(version, peer);
process.exit();
