import { defineStep } from '../../engine/step.ts';

export const train = defineStep({
  type: 'train',
  revision: 1,
  about:
    'Trains a committee of Deep Potentials (se_e2_a) on labelled frames: from random weights, or from the members of another model, whose energies per element are first shifted to the new frames. Of each member the state at its best validation is kept.',
  inputs: {
    from: {
      kind: 'artifact',
      type: 'model',
      optional: true,
      about: 'a trained model to go on from, member k from its member k; it fixes the architecture',
    },
    train: { kind: 'artifact', type: 'frames' },
    validation: {
      kind: 'artifact',
      type: 'frames',
      about: 'frames that decide when a member is at its best, and nothing else',
    },
    updates: {
      kind: 'integer',
      min: 1,
      about: 'frames that each member is trained on, one after another, over and over',
    },
    members: {
      kind: 'integer',
      min: 1,
      optional: true,
      about: 'where none is given, as many as `from` has, else 1',
    },
    seed: { kind: 'integer', default: 1, min: 0 },
    patience: {
      kind: 'integer',
      min: 1,
      optional: true,
      about:
        'a member ends after so many updates without a better validation; where none is given, after all of them',
    },
    batch: {
      kind: 'integer',
      default: 1,
      min: 1,
      about: 'frames between two steps of the optimiser',
    },
    precision: { kind: 'choice', values: ['f32', 'f64'], default: 'f32' },
    cutoff: {
      kind: 'quantity',
      dimension: 'length',
      unit: 'Å',
      above: 0,
      optional: true,
      about: 'of a new model; ours is 5 Å',
    },
    inner_cutoff: {
      kind: 'quantity',
      dimension: 'length',
      unit: 'Å',
      above: 0,
      optional: true,
      about: 'of a new model, where the weight of neighbours begins to fall; ours is 0.5 Å',
    },
    embedding: {
      kind: 'list',
      of: { kind: 'integer', min: 1 },
      optional: true,
      about: 'of a new model, widths of the embedding nets; ours are 16, 32, 64',
    },
    axis: {
      kind: 'integer',
      min: 1,
      optional: true,
      about:
        'of a new model, columns of the embedding that the descriptor is squared with; ours is 8',
    },
    fitting: {
      kind: 'list',
      of: { kind: 'integer', min: 1 },
      optional: true,
      about: 'of a new model, widths of the fitting nets; ours are 120, 120, 120',
    },
    learning_rate: {
      kind: 'number',
      above: 0,
      optional: true,
      about: 'at the first update; ours is 1e-3, going on from a model 2e-4',
    },
    last_learning_rate: {
      kind: 'number',
      above: 0,
      optional: true,
      about:
        'at the last update, on the way to which it falls evenly on a log scale; ours is 2/updates, at most a tenth of the first and at least 1e-6',
    },
    optimiser: {
      kind: 'choice',
      values: ['adam', 'averaged-adam'],
      default: 'adam',
      about:
        'averaged-adam: the learning rate stays at its first value, and a member is the average over the last part of its path; as good after half the updates where they are few',
    },
    energy_weight: {
      kind: 'list',
      of: { kind: 'number', min: 0 },
      default: [0.02, 1],
      about: 'in the loss, at the first learning rate and at rate zero',
    },
    force_weight: { kind: 'list', of: { kind: 'number', min: 0 }, default: [1000, 1] },
    virial_weight: { kind: 'list', of: { kind: 'number', min: 0 }, default: [0.02, 0.2] },
    weights: {
      kind: 'map',
      of: { kind: 'number', min: 0 },
      default: {},
      about:
        'factors of the loss of frames by their config_type (liquid_fe), in training and in validation; 1 where none is given, 0 leaves frames out of it',
    },
  },
  outputs: {
    model: { kind: 'artifact', type: 'model', extension: 'curie' },
    curve: {
      kind: 'artifact',
      type: 'table',
      extension: 'csv',
      about: 'errors of each member on training and validation frames over the updates',
    },
    force_rmse: {
      kind: 'quantity',
      dimension: 'force',
      unit: 'eV/Å',
      about: 'of the validation frames, root mean square over members',
    },
    summary: { kind: 'json' },
  },
  resources: { threads: { min: 1, max: 8 }, memory: 400 },
  determinism: 'exact',
  cites: [
    '10.1103/PhysRevLett.120.143001',
    '10.1016/j.cpc.2018.03.016',
    '10.48550/arXiv.1412.6980',
    '10.48550/arXiv.1212.1824',
    '10.1007/978-3-642-68779-2_5',
  ],
});
