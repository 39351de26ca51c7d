import { defineStep } from '../../engine/step.ts';

export const lennardJones = defineStep({
  type: 'lennard-jones',
  revision: 1,
  about:
    'A potential of Lennard-Jones, V(r) = 4ε((σ/r)¹² - (σ/r)⁶), for every step that takes one. Embedded-atom files need no step: potential: { file: Fe.eam.fs }.',
  inputs: {
    epsilon: {
      kind: 'map',
      of: { kind: 'quantity', dimension: 'energy', unit: 'eV', above: 0 },
      about: 'depth, by element (Ar) and by pair of elements (Ar-Kr)',
    },
    sigma: {
      kind: 'map',
      of: { kind: 'quantity', dimension: 'length', unit: 'Å', above: 0 },
      about: 'where the energy is zero; for the same elements and pairs',
    },
    cutoff: { kind: 'quantity', dimension: 'length', unit: 'Å', above: 0 },
    shifted: {
      kind: 'boolean',
      default: true,
      about: 'energies shifted to vanish at the cut-off; forces jump there either way',
    },
  },
  outputs: {
    model: { kind: 'artifact', type: 'model', extension: 'curie' },
  },
  resources: { threads: { min: 1, max: 1 }, memory: 200 },
  determinism: 'exact',
  cites: ['10.1098/rspa.1924.0082'],
});
