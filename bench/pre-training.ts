/** The study's pre-training, for benchmarks: its frames, its model, its plan. */
import { readFileSync } from 'node:fs';
import { readFrames } from '../physics/dft/frames.ts';
import { splitFrames } from '../physics/dft/split.ts';
import type { Shape } from '../physics/training/initial.ts';
import type { TrainingPlan } from '../physics/training/session.ts';

/** Shipped frames, split as `dft-import` does by default. */
export function shippedFrames(name: 'nonmagnetic' | 'polarised') {
  const file = `${name}.extxyz`;
  const data = new URL(`../workflows/data/fe-cr-c-pbe/${file}`, import.meta.url);
  return splitFrames(readFrames(readFileSync(data, 'utf8'), file), {
    test: 0.18,
    validation: 0.15,
    seed: 12,
  });
}

/** The defaults of `train`. */
export const shape: Shape = {
  inner: 0.5,
  cutoff: 5,
  embedding: [16, 32, 64],
  axis: 8,
  fitting: [120, 120, 120],
};

/** The defaults of `train` for a new model. */
export function planOf(updates: number): TrainingPlan {
  return {
    optimiser: 'adam',
    precision: 'f32',
    batch: 1,
    updates,
    seed: 1,
    rate: { start: 1e-3, end: Math.max(1e-6, Math.min(1e-4, 2 / updates)) },
    prefactors: {
      energy: { start: 0.02, end: 1 },
      force: { start: 1000, end: 1 },
      virial: { start: 0.02, end: 0.2 },
    },
    weights: new Map(),
    validateEvery: Math.ceil(updates / 100),
    patience: null,
  };
}

/** Mean ± standard error; of one, the value. */
export function summary(values: readonly number[], digits: number): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return mean.toFixed(digits);
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(square / (values.length - 1) / values.length);
  return `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`;
}
