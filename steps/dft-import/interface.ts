import { defineStep } from '../../engine/step.ts';

export const dftImport = defineStep({
  type: 'dft-import',
  revision: 1,
  about:
    'Reads labelled DFT frames, checks them and splits them by geometry, so that a geometry stands on the same side in every data set.',
  inputs: {
    files: { kind: 'list', of: { kind: 'file' }, min: 1, about: 'extended XYZ files' },
    spin: {
      kind: 'choice',
      values: ['none', 'collinear', 'mixed'],
      about: 'how all frames were computed, or mixed: as each frame says',
    },
    split: {
      kind: 'choice',
      values: ['by-geometry', 'none'],
      default: 'by-geometry',
      about: 'none: only the output `frames`',
    },
    test: { kind: 'number', default: 0.18, min: 0, max: 0.9, about: 'share of the test part' },
    validation: {
      kind: 'number',
      default: 0.15,
      min: 0,
      max: 0.9,
      about: 'share of the validation part',
    },
    split_seed: {
      kind: 'integer',
      default: 12,
      min: 0,
      about: 'another seed, another split; data sets that share geometries need the same one',
    },
  },
  outputs: {
    train: { kind: 'artifact', type: 'frames', extension: 'extxyz' },
    validation: { kind: 'artifact', type: 'frames', extension: 'extxyz' },
    test: { kind: 'artifact', type: 'frames', extension: 'extxyz' },
    frames: { kind: 'artifact', type: 'frames', extension: 'extxyz', about: 'all frames' },
    summary: { kind: 'json', about: 'counts by part and config_type, ranges, cost of the labels' },
  },
  resources: { threads: { min: 1, max: 1 }, memory: 300 },
  determinism: 'exact',
  cites: [],
});
