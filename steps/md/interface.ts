import { defineStep } from '../../engine/step.ts';

export const md = defineStep({
  type: 'md',
  revision: 2,
  about:
    'Molecular dynamics of one system in one ensemble, from a crystal or from a state of another simulation: its trajectory, its log and its last state. The first member of a committee drives it.',
  inputs: {
    potential: { kind: 'artifact', type: 'model' },
    start: {
      kind: 'artifact',
      type: 'state',
      optional: true,
      about: 'with its velocities; without it the simulation starts from a crystal',
    },
    structure: { kind: 'choice', values: ['bcc', 'fcc', 'hcp'], default: 'bcc' },
    composition: {
      kind: 'composition',
      optional: true,
      about: 'of the crystal; that of the start where there is one',
    },
    atoms: {
      kind: 'integer',
      default: 128,
      min: 2,
      about: 'metal atoms of the crystal, as near as a nearly cubic cell comes',
    },
    ensemble: {
      kind: 'choice',
      values: ['nve', 'nvt', 'langevin', 'npt', 'nph'],
      about:
        'constant energy; temperature by Nose-Hoover chains or by friction and random forces; temperature and pressure, or enthalpy and pressure, by Martyna, Tobias and Klein',
    },
    temperature: {
      kind: 'quantity',
      dimension: 'temperature',
      unit: 'K',
      above: 0,
      about: 'of the bath; without one that which the crystal comes to',
    },
    pressure: { kind: 'quantity', dimension: 'pressure', unit: 'GPa', default: 0 },
    axes: {
      kind: 'choice',
      values: ['iso', 'aniso', 'xy', 'z'],
      default: 'iso',
      about:
        'of npt and nph: all together, each by itself, x and y together and z by itself, or z alone',
    },
    thermostat_period: {
      kind: 'quantity',
      dimension: 'time',
      unit: 'fs',
      default: 100,
      above: 0,
      about: 'in langevin the time within which velocities forget themselves',
    },
    barostat_period: {
      kind: 'quantity',
      dimension: 'time',
      unit: 'fs',
      default: 1000,
      above: 0,
    },
    length: { kind: 'quantity', dimension: 'time', unit: 'ps', above: 0 },
    timestep: {
      kind: 'quantity',
      dimension: 'time',
      unit: 'fs',
      above: 0,
      optional: true,
      about: '2 fs for metals, 1 fs with carbon where none is given',
    },
    every: {
      kind: 'quantity',
      dimension: 'time',
      unit: 'fs',
      default: 100,
      above: 0,
      about: 'between two frames of the trajectory',
    },
    format: {
      kind: 'choice',
      values: ['extxyz', 'f32', 'f64'],
      default: 'extxyz',
      about: 'of the trajectory: text, or binary with coordinates in single or double precision',
    },
    velocities: { kind: 'boolean', default: false, about: 'in the trajectory' },
    seed: { kind: 'integer', default: 1, min: 0 },
  },
  outputs: {
    trajectory: {
      kind: 'artifact',
      type: 'trajectory',
      extension: 'extxyz',
      about: 'with format: extxyz',
    },
    binary: {
      kind: 'artifact',
      type: 'trajectory',
      extension: 'traj',
      about: 'with format: f32 or f64; docs/dynamics.md tells how to read it',
    },
    state: {
      kind: 'artifact',
      type: 'state',
      extension: 'extxyz',
      about: 'the last configuration, with velocities (Å/fs)',
    },
    thermo: { kind: 'artifact', type: 'table', extension: 'csv', about: 'the log' },
    summary: {
      kind: 'json',
      about: 'means with their errors, and the drift of the conserved quantity',
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
  cites: [
    '10.1063/1.442716',
    '10.1063/1.463940',
    '10.1063/1.467468',
    '10.1088/0305-4470/39/19/S18',
    '10.1093/amrx/abs010',
  ],
});
