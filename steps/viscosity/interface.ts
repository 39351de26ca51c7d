import { defineStep } from '../../engine/step.ts';

export const viscosity = defineStep({
  type: 'viscosity',
  revision: 1,
  about:
    'Shear viscosity of a liquid by Green-Kubo: replicas at constant energy, replica k driven by member k mod members of the committee, and the integral of their stress correlation up to a cut found by rule.',
  inputs: {
    potential: { kind: 'artifact', type: 'model' },
    start: {
      kind: 'artifact',
      type: 'state',
      about: 'a liquid at the potential’s own volume, as npt hands on',
    },
    temperature: {
      kind: 'quantity',
      dimension: 'temperature',
      unit: 'K',
      above: 0,
      optional: true,
      about: 'that of the state where none is given',
    },
    replicas: { kind: 'integer', default: 5, min: 1 },
    length: {
      kind: 'quantity',
      dimension: 'time',
      unit: 'ps',
      above: 0,
      about: 'of each replica; more than six times the time within which the stress forgets itself',
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
    viscosity: { kind: 'measured', unit: 'mPa·s' },
    integral: {
      kind: 'artifact',
      type: 'table',
      extension: 'csv',
      about: 'stress correlation and its running integral',
    },
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
  cites: ['10.1063/1.466970', '10.1021/acs.jctc.5b00351', '10.1063/1.442716'],
});
