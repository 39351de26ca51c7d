/** Frames, kernels and plans for tests of training. */
import { readFileSync } from 'node:fs';
import { readFrames } from '../../physics/dft/frames.ts';
import { splitFrames } from '../../physics/dft/split.ts';
import * as layout from '../../physics/kernels/assembly/training-layout.ts';
import type { Model } from '../../physics/potentials/deep/model.ts';
import { gaussian } from '../../physics/random.ts';
import type { Frame } from '../../physics/structure/frame.ts';
import type { Shape } from '../../physics/training/initial.ts';
import type { MemberMemory } from '../../physics/training/member-memory.ts';
import type { Training, TrainingPlan } from '../../physics/training/session.ts';
import { randomConfiguration } from '../oracle/random-model.ts';

const data = new URL('../../workflows/data/fe-cr-c-pbe/', import.meta.url);

/** The shipped frames of one file, split as `dft-import` does by default. */
export function shipped(name: 'nonmagnetic' | 'polarised') {
  const file = `${name}.extxyz`;
  return splitFrames(readFrames(readFileSync(new URL(file, data), 'utf8'), file), {
    test: 0.18,
    validation: 0.15,
    seed: 12,
  });
}

/** Atoms thrown into small triclinic cells, with random labels. */
export function randomFrames(
  { architecture: { elements } }: Model,
  sizes: readonly number[],
  virial = true,
): Frame[] {
  return sizes.map((atoms, seed) => {
    const { types, positions, cell } = randomConfiguration(seed + 1, atoms, {
      types: elements.length,
    });
    const random = (count: number, name: string) =>
      Float64Array.from({ length: count }, (_, k) => gaussian(seed, name, k));
    return {
      species: Array.from(types, (type) => elements[type]),
      positions,
      cell,
      labels: {
        energy: -7 * atoms,
        forces: random(3 * atoms, 'force'),
        virial: virial ? random(9, 'virial') : null,
      },
      id: String(seed),
      group: 'random',
      spin: 'none',
    };
  });
}

/** Constant weights of energy, force and virial in a member's loss. */
export function weigh({ reals }: MemberMemory, weights: readonly [number, number, number]): void {
  reals[layout.X_RATE] = 1;
  reals[layout.X_START_RATE] = 1;
  reals.set([...weights, ...weights], layout.X_PREFACTORS);
}

export const small: Shape = {
  inner: 0.5,
  cutoff: 4.5,
  embedding: [4, 8, 16],
  axis: 4,
  fitting: [24, 24],
};

export function plan(changes: Partial<TrainingPlan> = {}): TrainingPlan {
  return {
    optimiser: 'adam',
    precision: 'f32',
    batch: 1,
    updates: 60,
    seed: 1,
    rate: { start: 1e-3, end: 1e-5 },
    prefactors: {
      energy: { start: 0.02, end: 1 },
      force: { start: 1000, end: 1 },
      virial: { start: 0.02, end: 1 },
    },
    weights: new Map(),
    validateEvery: 20,
    patience: null,
    ...changes,
  };
}

/** Trains to the end in blocks of the given sizes. */
export function finish(training: Training, blocks: readonly number[] = [100]): void {
  for (let k = 0; !training.finished; k++) training.advance(blocks[k % blocks.length]);
}

export const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

export const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  largest(Array.from(a, (value, k) => value - b[k]));
