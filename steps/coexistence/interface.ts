import { defineStep } from '../../engine/step.ts';

export const coexistence = defineStep({
  type: 'coexistence',
  revision: 2,
  about:
    'Melting temperature from crystal and melt in one cell: at each temperature the fronts’ speed is read from the enthalpy, and it vanishes at the melting temperature. The solid is found, not assumed.',
  inputs: {
    potential: { kind: 'artifact', type: 'model' },
    composition: { kind: 'composition', about: 'atomic fractions, held within 0.5 at%' },
    solid: {
      kind: 'choice',
      values: ['auto', 'bcc', 'fcc', 'hcp'],
      default: 'auto',
      about:
        'auto: the crystal of least enthalpy among those that survive at the middle temperature',
    },
    temperatures: {
      kind: 'list',
      of: { kind: 'quantity', dimension: 'temperature', unit: 'K', above: 0 },
      min: 2,
      about: 'around the melting temperature; three or more give a value, two a bracket',
    },
    pressure: { kind: 'quantity', dimension: 'pressure', unit: 'GPa', default: 0 },
    atoms: {
      kind: 'integer',
      default: 800,
      min: 100,
      about: 'metal atoms at least; below 800 the value is marked',
    },
    length: {
      kind: 'quantity',
      dimension: 'time',
      unit: 'ps',
      above: 0,
      about: 'of each run with both phases; crystals, melt and equilibration come on top',
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
    melting_temperature: { kind: 'measured', unit: 'K' },
    bracket_low: {
      kind: 'quantity',
      dimension: 'temperature',
      unit: 'K',
      about: 'highest temperature at which the crystal grew',
    },
    bracket_high: {
      kind: 'quantity',
      dimension: 'temperature',
      unit: 'K',
      about: 'lowest temperature at which it melted',
    },
    solid: { kind: 'text', about: 'bcc, fcc or hcp' },
    latent_heat: { kind: 'quantity', dimension: 'energy', unit: 'eV', about: 'per atom' },
    analysis: {
      kind: 'json',
      about: 'crystals tried, fronts’ speeds, shifts of the committee’s members',
    },
    traces: {
      kind: 'artifact',
      type: 'table',
      extension: 'csv',
      about: 'the log of every simulation',
    },
    frames: {
      kind: 'artifact',
      type: 'trajectory',
      extension: 'extxyz',
      about: 'the last configuration at each temperature',
    },
    runaway: {
      kind: 'artifact',
      type: 'state',
      extension: 'extxyz',
      about: 'where the simulation ran away, if it did',
    },
  },
  resources: { threads: { min: 1, max: 4 }, memory: 800 },
  determinism: 'exact',
  cites: ['10.1063/1.2977970', '10.1063/1.467468', '10.1063/1.1740409'],
});
