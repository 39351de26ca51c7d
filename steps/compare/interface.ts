import { defineStep } from '../../engine/step.ts';

export const compare = defineStep({
  type: 'compare',
  revision: 1,
  about:
    'Measured values beside reference values of the same quantity and conditions, with a verdict for each. Labels play no part.',
  inputs: {
    measured: { kind: 'list', of: { kind: 'measured' }, min: 1 },
    reference: {
      kind: 'file',
      about: 'a table of reference values (YAML, schema curie/reference@1)',
    },
    resolution: {
      kind: 'map',
      of: { kind: 'number', above: 0 },
      default: {
        density: 0.02,
        lattice_parameter: 0.01,
        melting_temperature: 0.05,
        viscosity: 0.2,
      },
      about:
        'by quantity: the largest combined standard deviation, as a fraction of the reference, with which "agrees" is said; 0.1 for a quantity that is not named',
    },
  },
  outputs: {
    table: {
      kind: 'artifact',
      type: 'comparison',
      extension: 'json',
      about: 'one row for each value: conditions, reference, deviation, verdict and its reason',
    },
    verdicts: { kind: 'json', about: 'how many values got each verdict' },
  },
  resources: { threads: { min: 1, max: 1 }, memory: 100 },
  determinism: 'exact',
  cites: [],
});
