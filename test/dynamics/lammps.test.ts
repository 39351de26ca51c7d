/**
 * Trajectories step by step against LAMMPS, with its constants, which differ from CODATA in the
 * seventh digit.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simulateNow } from '../../physics/dynamics/driver.ts';
import type { Ensemble } from '../../physics/dynamics/ensemble.ts';
import type { State } from '../../physics/dynamics/state.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import {
  type ClassicalPotential,
  openClassical,
} from '../../physics/potentials/classical/force-field.ts';
import { parseSetfl } from '../../physics/potentials/classical/setfl.ts';
import { IRON_FILE } from '../oracle/iron-eam.ts';
import { dataFile, dumpFrames, LAMMPS_METAL, runLammps } from '../oracle/lammps.ts';
import { fcc } from '../oracle/lattices.ts';
import { withPeer } from '../peers.ts';

const lammps = suite('dynamics against LAMMPS');

const iron = readFileSync(IRON_FILE, 'utf8');
const potentials: {
  readonly [name: string]: {
    readonly potential: ClassicalPotential;
    readonly pair: string;
    readonly lattice: number;
  };
} = {
  'Lennard-Jones': {
    potential: {
      kind: 'lennard-jones',
      elements: ['Fe'],
      pairs: [[{ epsilon: 0.15, sigma: 2.3, cutoff: 4.6 }]],
      shifted: false,
    },
    pair: 'pair_style lj/cut 4.6\npair_coeff 1 1 0.15 2.3',
    lattice: 3.7,
  },
  'embedded atoms': {
    potential: parseSetfl(iron, 'Fe.eam.fs'),
    pair: 'pair_style eam/fs\npair_coeff * * Fe.eam.fs Fe',
    lattice: 3.62,
  },
};

/** 32 atoms of fcc, hot, 3 % longer along z and 1 % along y. */
function start(lattice: number): State {
  const state = fcc(2, lattice);
  for (const vectors of [state.positions, state.cell])
    for (let k = 0; k < vectors.length; k += 3) {
      vectors[k + 1] *= 1.01;
      vectors[k + 2] *= 1.03;
    }
  maxwellBoltzmann(state, 1500, 11, 0, LAMMPS_METAL);
  return state;
}

/** Positions [atoms][3] (unwrapped) and thermo rows after each tenth step. */
function theirRun(lmp: string, state: State, pair: string, fix: string, steps: number) {
  const script = `units metal
atom_style atomic
boundary p p p
read_data data
${pair}
mass 1 ${state.masses[0]}
neigh_modify every 1 delay 0 check yes
timestep 0.002
fix 1 all ${fix}
dump 1 all custom 10 dump id xu yu zu
dump_modify 1 sort id format float %.17g
thermo_style custom step temp press lx ly lz pe
thermo_modify format float %.17g
thermo 10
run ${steps}
`;
  const atoms = { ...state, masses: [state.masses[0]] };
  // A cell without tilt keeps a box without tilt, which the barostats need.
  const data = dataFile(atoms).replace(/^.* xy xz yz$/m, '');
  const { log, files } = runLammps(lmp, script, { data, 'Fe.eam.fs': iron }, ['dump']);
  const thermo = log
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((row) => row.length === 7 && row.every(Number.isFinite));
  return { thermo, frames: dumpFrames(files.dump!, 3) };
}

/**
 * Periods in fs here, in ps there; the fixed point makes both strain about the origin. With only z
 * moving LAMMPS's 1/N terms differ from ours, which conserve the invariant: integrators.test.ts.
 */
const cases: { readonly [name: string]: readonly [Ensemble, string] } = {
  NVE: [{ kind: 'nve' }, 'nve'],
  NVT: [{ kind: 'nvt', temperature: 1200, period: 100 }, 'nvt temp 1200 1200 0.1'],
  'isotropic NPT': [
    { kind: 'npt', temperature: 1200, pressure: 1, coupling: 'iso', barostatPeriod: 200 },
    'npt temp 1200 1200 0.1 iso 10000 10000 0.2 fixedpoint 0 0 0',
  ],
  'NPT with each axis by itself': [
    { kind: 'npt', temperature: 1200, pressure: 1, coupling: 'x,y,z', barostatPeriod: 200 },
    'npt temp 1200 1200 0.1 aniso 10000 10000 0.2 fixedpoint 0 0 0',
  ],
  'isotropic NPH': [
    { kind: 'nph', temperature: 1500, pressure: 1, coupling: 'iso', barostatPeriod: 200 },
    'nph iso 10000 10000 0.2 pchain 0 fixedpoint 0 0 0',
  ],
  'NPH with each axis by itself': [
    { kind: 'nph', temperature: 1500, pressure: 1, coupling: 'x,y,z', barostatPeriod: 200 },
    'nph aniso 10000 10000 0.2 pchain 0 fixedpoint 0 0 0',
  ],
  'NPH with x and y coupled': [
    { kind: 'nph', temperature: 1500, pressure: 1, coupling: 'xy,z', barostatPeriod: 200 },
    'nph x 10000 10000 0.2 y 10000 10000 0.2 z 10000 10000 0.2 couple xy pchain 0 fixedpoint 0 0 0',
  ],
};

for (const [of, { potential, pair, lattice }] of Object.entries(potentials))
  for (const [name, [ensemble, fix]] of Object.entries(cases)) {
    const title = `${name}, ${of}: 100 steps agree to 1e-8 Å and 1e-8 of the pressure`;
    withPeer(lammps, 'lmp', title, (lmp) => {
      const theirs = theirRun(lmp, start(lattice), pair, fix, 100);
      const state = start(lattice);
      const field = openClassical(potential);
      let compared = 0;
      simulateNow(state, field, ensemble, {
        steps: 100,
        timestep: 2,
        every: 10,
        units: LAMMPS_METAL,
        observe: (sample) => {
          const [step, temperature, pressure, lx, ly, lz, energy] = theirs.thermo[sample.step / 10];
          assert.is(step, sample.step);
          const near = (ours: number, other: number, tolerance: number, what: string) =>
            assert.ok(
              Math.abs(ours - other) < tolerance,
              `${what} at step ${step}: ${ours} ${other}`,
            );
          const frame = theirs.frames[step / 10];
          for (let k = 0; k < state.positions.length; k++)
            near(state.positions[k], frame[k], 1e-8, `coordinate ${k}`);
          near(state.cell[0], lx, 1e-9, 'lx');
          near(state.cell[4], ly, 1e-9, 'ly');
          near(state.cell[8], lz, 1e-9, 'lz');
          near(sample.temperature, temperature, 1e-5, 'temperature');
          const scale = Math.max(1, Math.abs(pressure / 10000));
          near(sample.pressure, pressure / 10000, 1e-8 * scale, 'pressure');
          near(sample.potential, energy, 1e-8, 'energy');
          compared += 1;
        },
      });
      assert.is(compared, 10);
      field.close();
    });
  }

lammps.run();
