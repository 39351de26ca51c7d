/**
 * Frames per second of training on the shipped non-magnetic frames (16-18 atoms, 75 neighbours
 * within 6 Å): nets 16-32-64, axis 8, fitting 120x3, f32. Beside it DeePMD-kit (TensorFlow, f32,
 * two threads) on the same frames with the same sizes, where .peers has it.
 *
 *   node bench/training-speed.ts [seconds per row, 4] [--no-peer]
 *
 * On 2 cores (AMD EPYC, Zen 4) that other programs used too, best spells, 6 Å: batch 1 on 1 and 2
 * threads 581, 887; batch 4: 870, 1136. A frame takes 1.7 ms of one core's time at batch 1 and
 * 1.2 ms at batch 4, on any number of threads or members. DeePMD-kit 3.2 in the same run, the
 * machine busier by then: 27, 32 and 28 at batch 1, 4 and 16; idle, 75, 108 and 141 elsewhere.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFrames } from '../physics/dft/frames.ts';
import type { Precision } from '../physics/kernels/writer.ts';
import { initialModel } from '../physics/training/initial.ts';
import type { Prefactors } from '../physics/training/schedule.ts';
import { Training } from '../physics/training/session.ts';
import { deepmdIsThere, trainDeepmd } from './deepmd.ts';

const seconds = Number(process.argv[2] ?? 4) || 4;
const sizes = { inner: 0.5, embedding: [16, 32, 64], axis: 8, fitting: [120, 120, 120] } as const;
const prefactors: Prefactors = {
  energy: { start: 0.02, end: 1 },
  force: { start: 1000, end: 1 },
  virial: { start: 0.02, end: 0.02 },
};
const data = new URL('../workflows/data/fe-cr-c-pbe/nonmagnetic.extxyz', import.meta.url);
const frames = readFrames(readFileSync(data, 'utf8'), 'nonmagnetic.extxyz');

/** Frames/s of spells of a quarter second, in rising order. */
async function ours(
  cutoff: number,
  batch: number,
  members: number,
  threads: number,
  precision: Precision,
) {
  const model = initialModel(frames, { ...sizes, cutoff }, members, 1);
  const training = new Training(model, frames, frames.slice(0, 1), {
    optimiser: 'adam',
    precision,
    batch,
    updates: 1e9,
    seed: 1,
    rate: { start: 1e-3, end: 1e-6 },
    prefactors,
    weights: new Map(),
    validateEvery: 1e9,
    patience: null,
  });
  training.setThreads(threads);
  // Helpers start in the background, and compilers take a while to make up their minds.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const begin = performance.now(); performance.now() - begin < 1000; ) training.advance(8);
  const speeds: number[] = [];
  for (const begin = performance.now(); performance.now() - begin < 1000 * seconds; ) {
    const start = performance.now();
    const before = training.done;
    do training.advance(Math.ceil(64 / batch));
    while (performance.now() - start < 250);
    const done = (training.done - before) * batch * members;
    speeds.push((1000 * done) / (performance.now() - start));
  }
  training.close();
  return speeds.sort((a, b) => a - b);
}

const table = (cells: readonly (string | number)[]) =>
  console.log(cells.map((cell) => String(cell).padStart(11)).join(''));

console.log('frames/s: median (best) of spells of 0.25 s; other programs on the machine show');
table(['cut-off', 'batch', 'members', 'threads', 'in', 'median', 'best']);
for (const [cutoff, batch, members, threads, precision = 'f32'] of [
  [6, 1, 1, 1],
  [6, 1, 1, 2],
  [6, 4, 1, 1],
  [6, 4, 1, 2],
  [6, 16, 1, 2],
  [6, 1, 3, 2],
  [6, 4, 3, 2],
  [5, 1, 1, 1],
  [5, 1, 3, 2],
  [4.5, 1, 3, 2],
  [6, 1, 1, 2, 'f64'],
  [6, 4, 1, 2, 'f64'],
  [6, 16, 1, 2, 'f64'],
] as const) {
  const speeds = await ours(cutoff, batch, members, threads, precision);
  const [median, best] = [speeds[Math.floor(speeds.length / 2)], speeds[speeds.length - 1]];
  table([`${cutoff} Å`, batch, members, threads, precision, median.toFixed(0), best.toFixed(0)]);
}

if (process.argv.includes('--no-peer')) process.exit();
if (!deepmdIsThere()) {
  console.log('no DeePMD-kit in .peers: run .ci/peers to compare with it');
  process.exit();
}

/** Frames/s of `dp train` from its own clock, the first half left out. */
function peerSpeed(batch: number, precision: Precision): number {
  const folder = mkdtempSync(join(tmpdir(), 'curie-training-speed-'));
  try {
    const times = trainDeepmd(folder, {
      frames,
      elements: ['Fe', 'Cr', 'C'],
      shape: { ...sizes, cutoff: 6 },
      sel: [110, 60, 30],
      batch,
      updates: 200,
      rate: { start: 1e-3, end: 1e-5 },
      prefactors,
      seed: 1,
      display: 20,
      precision,
    });
    const later = times.slice(Math.floor(times.length / 2));
    return (20 * batch * later.length) / later.reduce((sum, time) => sum + time, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

console.log('DeePMD-kit, 2 threads, 6 Å');
table(['batch', 'in', 'frames/s']);
for (const precision of ['f32', 'f64'] as const)
  for (const batch of [1, 4, 16]) table([batch, precision, peerSpeed(batch, precision).toFixed(0)]);
