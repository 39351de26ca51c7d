import { defineStep } from '../../engine/step.ts';

export const lattice = defineStep({
  type: 'lattice',
  revision: 1,
  about:
    'Lattice parameter and bulk modulus of a crystal at 0 K and no pressure, from the energy over volume, beside the DFT cells of the same structure and spin treatment.',
  inputs: {
    potential: { kind: 'artifact', type: 'model' },
    structure: { kind: 'choice', values: ['bcc', 'fcc'] },
    composition: { kind: 'composition', about: 'atomic fractions, held within 0.5 at%' },
    reference: {
      kind: 'artifact',
      type: 'frames',
      optional: true,
      about: 'DFT frames; perfect crystals of this structure and composition among them are used',
    },
    atoms: {
      kind: 'integer',
      default: 54,
      min: 2,
      about: 'of an alloy’s cell, whose sites are dealt out at random; an element needs one cell',
    },
    seed: { kind: 'integer', default: 1, min: 0 },
  },
  outputs: {
    lattice_parameter: {
      kind: 'measured',
      unit: 'Å',
      about: 'at 0 K; of an alloy the cube root of the volume of a unit cell’s metal atoms',
    },
    bulk_modulus: { kind: 'measured', unit: 'GPa' },
    dft_lattice_parameter: {
      kind: 'measured',
      unit: 'Å',
      about: 'from the DFT cells by the same fit',
    },
    deviation: {
      kind: 'quantity',
      dimension: 'length',
      unit: 'Å',
      about: 'lattice parameter less that of the potential’s own DFT',
    },
    energy: { kind: 'json', about: 'minima of each member, of DFT’s branches, and the curves' },
  },
  resources: { threads: { min: 1, max: 1 }, memory: 400 },
  determinism: 'exact',
  cites: ['10.1103/PhysRev.71.809'],
});
