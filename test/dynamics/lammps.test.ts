/**
 * Trajectories step by step against LAMMPS, with its constants, which differ from CODATA in the
 * seventh digit.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simulateNow } from '../../physics/dynamics/driver.ts';
import type { Ensemble } from '../../physics/dynamics/ensemble.ts';
import { createState, type State } from '../../physics/dynamics/state.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import { lennardJones } from '../oracle/lennard-jones.ts';

const lammps = suite('dynamics against LAMMPS');

const LAMMPS = { boltzmann: 8.617343e-5, massVelocity2: 103.64269, pressure: 160.21765 };
const program = ['/usr/bin/lmp', 'lmp'].find((path) => {
  try {
    execFileSync(path, ['-h'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

function start(): State {
  const a = 3.7;
  const positions: number[] = [];
  for (let x = 0; x < 2; x++)
    for (let y = 0; y < 2; y++)
      for (let z = 0; z < 2; z++)
        for (const [p, q, r] of [
          [0, 0, 0],
          [0.5, 0.5, 0],
          [0.5, 0, 0.5],
          [0, 0.5, 0.5],
        ] as const)
          positions.push((x + p + 0.1) * a, (y + q + 0.1) * a, (z + r + 0.1) * a * 1.03);
  const state = createState({
    elements: ['Fe'],
    types: new Uint8Array(32),
    positions: Float64Array.from(positions),
    cell: Float64Array.of(2 * a, 0, 0, 0, 2 * a, 0, 0, 0, 2 * a * 1.03),
  });
  maxwellBoltzmann(state, 1500, 11, 0, LAMMPS);
  return state;
}

/** Positions [atoms][3] (unwrapped), cell lengths and pressure (GPa) after each tenth step. */
function runLammps(state: State, fix: string, steps: number) {
  const folder = mkdtempSync(join(tmpdir(), 'curie-lammps-'));
  try {
    const rows = (values: Float64Array, scale: number) =>
      Array.from(state.types, (_, i) =>
        Array.from(values.subarray(3 * i, 3 * i + 3), (v) => v * scale),
      );
    const [lx, ly, lz] = [state.cell[0], state.cell[4], state.cell[8]];
    writeFileSync(
      join(folder, 'data'),
      `start\n\n32 atoms\n1 atom types\n0 ${lx} xlo xhi\n0 ${ly} ylo yhi\n0 ${lz} zlo zhi\n\nMasses\n\n1 ${state.masses[0]}\n\nAtoms # atomic\n\n${rows(
        state.positions,
        1,
      )
        .map((r, i) => `${i + 1} 1 ${r.join(' ')}`)
        .join('\n')}\n\nVelocities\n\n${rows(state.velocities, 1000)
        .map((r, i) => `${i + 1} ${r.join(' ')}`)
        .join('\n')}\n`,
    );
    writeFileSync(
      join(folder, 'in'),
      `units metal
atom_style atomic
boundary p p p
read_data data
pair_style lj/cut 4.6
pair_coeff 1 1 0.15 2.3
neigh_modify every 1 delay 0 check yes
timestep 0.002
fix 1 all ${fix}
dump 1 all custom 10 dump id xu yu zu
dump_modify 1 sort id format float %.17g first no
thermo_style custom step temp press lx ly lz pe
thermo_modify format float %.17g
thermo 10
run ${steps}
`,
    );
    const log = execFileSync(program!, ['-in', 'in', '-log', 'none'], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        OMP_NUM_THREADS: '1',
        OMPI_ALLOW_RUN_AS_ROOT: '1',
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      },
    });
    const thermo = log
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter((row) => row.length === 7 && row.every(Number.isFinite));
    const frames = readFileSync(join(folder, 'dump'), 'utf8')
      .split('ITEM: TIMESTEP\n')
      .slice(1)
      .map((text) =>
        text
          .slice(text.indexOf('ITEM: ATOMS'))
          .split('\n')
          .slice(1, 33)
          .flatMap((line) => line.trim().split(/\s+/).slice(1).map(Number)),
      );
    return { thermo, frames };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Periods in fs here, in ps there; the fixed point makes both strain about the origin. */
const cases: { readonly [name: string]: readonly [Ensemble, string] } = {
  NVE: [{ kind: 'nve' }, 'nve'],
  NVT: [{ kind: 'nvt', temperature: 1200, period: 100 }, 'nvt temp 1200 1200 0.1'],
  'isotropic NPT': [
    { kind: 'npt', temperature: 1200, pressure: 1, coupling: 'iso', barostatPeriod: 200 },
    'npt temp 1200 1200 0.1 iso 10000 10000 0.2 fixedpoint 0 0 0',
  ],
  'NPT along z': [
    { kind: 'npt', temperature: 1200, pressure: 1, coupling: 'z', barostatPeriod: 200 },
    'npt temp 1200 1200 0.1 z 10000 10000 0.2 fixedpoint 0 0 0',
  ],
  'isotropic NPH': [
    { kind: 'nph', temperature: 1500, pressure: 1, coupling: 'iso', barostatPeriod: 200 },
    'nph iso 10000 10000 0.2 pchain 0 fixedpoint 0 0 0',
  ],
  'NPH with x and y coupled': [
    { kind: 'nph', temperature: 1500, pressure: 1, coupling: 'xy,z', barostatPeriod: 200 },
    'nph x 10000 10000 0.2 y 10000 10000 0.2 z 10000 10000 0.2 couple xy pchain 0 fixedpoint 0 0 0',
  ],
};

for (const [name, [ensemble, fix]] of Object.entries(cases)) {
  const title = `${name}: 100 steps agree to 1e-8 Å and 1e-8 of the pressure`;
  if (!program) {
    lammps.skip(`${title} (no lmp here)`, () => {});
    continue;
  }
  lammps(title, () => {
    const theirs = runLammps(start(), fix, 100);
    const state = start();
    const field = lennardJones({ epsilon: 0.15, sigma: 2.3, cutoff: 4.6 });
    let compared = 0;
    simulateNow(state, field, ensemble, {
      steps: 100,
      timestep: 2,
      every: 10,
      units: LAMMPS,
      observe: (sample) => {
        const [step, temperature, pressure, lx, ly, lz, energy] = theirs.thermo[sample.step / 10];
        assert.is(step, sample.step);
        const near = (ours: number, other: number, tolerance: number, what: string) =>
          assert.ok(
            Math.abs(ours - other) < tolerance,
            `${what} at step ${step}: ${ours} ${other}`,
          );
        for (let k = 0; k < state.positions.length; k++)
          near(state.positions[k], theirs.frames[step / 10][k], 1e-8, `coordinate ${k}`);
        near(state.cell[0], lx, 1e-9, 'lx');
        near(state.cell[4], ly, 1e-9, 'ly');
        near(state.cell[8], lz, 1e-9, 'lz');
        near(sample.temperature, temperature, 1e-5, 'temperature');
        near(
          sample.pressure,
          pressure / 10000,
          1e-8 * Math.max(1, Math.abs(pressure / 10000)),
          'pressure',
        );
        near(sample.potential, energy, 1e-8, 'energy');
        compared += 1;
      },
    });
    assert.is(compared, 10);
  });
}

lammps.run();
