import { defineStep } from '../../engine/step.ts';

export const evaluate = defineStep({
  type: 'evaluate',
  revision: 1,
  about:
    'Errors of a potential on labelled frames that it has not seen: energy, force and pressure by element and kind, and whether the committee knows where it errs.',
  inputs: {
    potential: { kind: 'artifact', type: 'model' },
    frames: { kind: 'list', of: { kind: 'artifact', type: 'frames' }, min: 1 },
  },
  outputs: {
    force_rmse: {
      kind: 'quantity',
      dimension: 'force',
      unit: 'eV/Å',
      about: 'over the frames of the potential’s own spin treatment; of a classical one over all',
    },
    errors: { kind: 'json' },
  },
  resources: { threads: { min: 1, max: 1 }, memory: 400 },
  determinism: 'exact',
  cites: [],
});
