import { defineStep } from '../../engine/step.ts';

export const npt = defineStep({
  type: 'npt',
  revision: 2,
  about:
    'Mean density of one phase at constant temperature and pressure. Each member of the committee drives a production of its own, so that their scatter shows what the potential does not know.',
  inputs: {
    potential: { kind: 'artifact', type: 'model' },
    composition: { kind: 'composition', about: 'atomic fractions, held within 0.5 at%' },
    temperature: { kind: 'quantity', dimension: 'temperature', unit: 'K', above: 0 },
    pressure: { kind: 'quantity', dimension: 'pressure', unit: 'GPa', default: 0 },
    phase: {
      kind: 'choice',
      values: ['liquid', 'bcc', 'fcc'],
      about:
        'a liquid is made by melting a crystal at up to 1.5 times the temperature, then cooling',
    },
    atoms: {
      kind: 'integer',
      default: 128,
      min: 54,
      about:
        'metal atoms, as near as a nearly cubic cell comes; melts of fewer order like crystals',
    },
    length: {
      kind: 'quantity',
      dimension: 'time',
      unit: 'ps',
      above: 0,
      about:
        'production, shared evenly by the members of the committee; melting and cooling come on top',
    },
    timestep: {
      kind: 'quantity',
      dimension: 'time',
      unit: 'fs',
      above: 0,
      optional: true,
      about: '2 fs for metals, 1 fs with carbon where none is given',
    },
    seed: { kind: 'integer', default: 1, min: 0 },
  },
  outputs: {
    density: { kind: 'measured', unit: 'g/cm³' },
    volume: { kind: 'measured', unit: 'Å³', about: 'per atom' },
    state: {
      kind: 'artifact',
      type: 'state',
      extension: 'extxyz',
      about:
        'one frame for each member: its last configuration with velocities (Å/fs), scaled to its mean volume',
    },
    trajectory: { kind: 'artifact', type: 'trajectory', extension: 'extxyz', about: 'thinned' },
    thermo: {
      kind: 'artifact',
      type: 'table',
      extension: 'csv',
      about: 'the log of every simulation',
    },
    runaway: {
      kind: 'artifact',
      type: 'state',
      extension: 'extxyz',
      about: 'where the simulation ran away, if it did',
    },
  },
  resources: { threads: { min: 1, max: 4 }, memory: 600 },
  determinism: 'exact',
  cites: ['10.1088/0305-4470/39/19/S18', '10.1063/1.467468', '10.1063/1.463940'],
});
