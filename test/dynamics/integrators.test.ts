import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Sample, simulateNow } from '../../physics/dynamics/driver.ts';
import type { Ensemble } from '../../physics/dynamics/ensemble.ts';
import type { Coupling } from '../../physics/dynamics/martyna-tobias-klein.ts';
import { encodeState, type State, volumeOf } from '../../physics/dynamics/state.ts';
import {
  kineticEnergy,
  maxwellBoltzmann,
  temperatureOf,
} from '../../physics/dynamics/velocities.ts';
import { openClassical } from '../../physics/potentials/classical/force-field.ts';
import { parseSetfl } from '../../physics/potentials/classical/setfl.ts';
import { IRON_FILE } from '../oracle/iron-eam.ts';
import { fcc } from '../oracle/lattices.ts';

const integrators = suite('integrators');

/** Iron whose fcc crystal, 3.61 Å wide, lasts. */
const field = openClassical(parseSetfl(readFileSync(IRON_FILE, 'utf8'), 'Fe.eam.fs'));

function crystal(n: number, temperature: number, a = 3.65): State {
  const state = fcc(n, a);
  maxwellBoltzmann(state, temperature, 7);
  return state;
}

function trace(state: State, ensemble: Ensemble, steps: number, timestep = 2, every = 1) {
  const samples: Sample[] = [];
  const ending = simulateNow(state, field, ensemble, {
    steps,
    timestep,
    every,
    observe: (sample) => samples.push({ ...sample, tensor: sample.tensor.slice() }),
  });
  assert.is(ending.kind, 'finished');
  return samples;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Root mean square about the mean. */
function spread(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

integrators('velocity Verlet conserves energy to second order in the step', () => {
  const drift = (timestep: number) =>
    spread(
      trace(crystal(2, 600), { kind: 'nve' }, 200 / timestep, timestep).map((s) => s.invariant),
    );
  const coarse = drift(2);
  const fine = drift(1);
  assert.ok(coarse < 0.002, `${coarse}`);
  assert.ok(coarse / fine > 3.5 && coarse / fine < 4.5, `ratio ${coarse / fine}`);
});

integrators('velocity Verlet runs back to where it came from', () => {
  const state = crystal(2, 600);
  const start = state.positions.slice();
  trace(state, { kind: 'nve' }, 100);
  for (let k = 0; k < state.velocities.length; k++) state.velocities[k] *= -1;
  trace(state, { kind: 'nve' }, 100);
  for (let k = 0; k < start.length; k++)
    assert.ok(Math.abs(state.positions[k] - start[k]) < 1e-9, `coordinate ${k}`);
});

const bath = { temperature: 600, period: 50 } as const;
const ensembles: { readonly [name: string]: Ensemble } = {
  'Nose-Hoover chain': { kind: 'nvt', ...bath },
  'isotropic NPT': { kind: 'npt', ...bath, pressure: 1, coupling: 'iso', barostatPeriod: 200 },
  'NPT along z': { kind: 'npt', ...bath, pressure: 1, coupling: 'z', barostatPeriod: 200 },
  'NPT with x and y coupled': {
    kind: 'npt',
    ...bath,
    pressure: 1,
    coupling: 'xy,z',
    barostatPeriod: 200,
  },
  'NPT with each axis by itself': {
    kind: 'npt',
    ...bath,
    pressure: 1,
    coupling: 'x,y,z',
    barostatPeriod: 200,
  },
  NPH: { kind: 'nph', temperature: 600, pressure: 1, coupling: 'iso', barostatPeriod: 200 },
  'NPH with x and y coupled': {
    kind: 'nph',
    temperature: 600,
    pressure: 1,
    coupling: 'xy,z',
    barostatPeriod: 200,
  },
};

for (const [name, ensemble] of Object.entries(ensembles))
  integrators(`${name}: the invariant's error shrinks fourfold with half the step`, () => {
    const drift = (timestep: number) =>
      spread(trace(crystal(2, 900), ensemble, 240 / timestep, timestep).map((s) => s.invariant));
    const coarse = drift(2);
    const fine = drift(1);
    assert.ok(coarse < 0.002, `spread ${coarse} eV`);
    assert.ok(coarse / fine > 3.5 && coarse / fine < 4.5, `ratio ${coarse / fine}`);
  });

integrators('a step depends on the state alone, to the last bit', () => {
  const others = {
    NVE: { kind: 'nve' },
    Langevin: { kind: 'langevin', ...bath, seed: 3 },
  } as const;
  for (const [name, ensemble] of Object.entries({ ...ensembles, ...others })) {
    const whole = crystal(2, 700);
    const pieces = crystal(2, 700);
    simulateNow(whole, field, ensemble, { steps: 150, timestep: 2 });
    for (let step = 0; step < 150; step++)
      simulateNow(pieces, field, ensemble, { steps: 1, timestep: 2 });
    assert.equal(encodeState(pieces), encodeState(whole), name);
  }
});

integrators('the coupling decides which lengths move', () => {
  const lengths = (coupling: Coupling) => {
    const state = crystal(2, 900);
    // Not cubic, so that the axes feel different pressures.
    for (let k = 2; k < state.positions.length; k += 3) state.positions[k] *= 1.02;
    state.cell[8] *= 1.02;
    for (let k = 1; k < state.positions.length; k += 3) state.positions[k] *= 1.01;
    state.cell[4] *= 1.01;
    const before = [state.cell[0], state.cell[4], state.cell[8]];
    trace(state, { kind: 'npt', temperature: 900, pressure: 0, coupling, barostatPeriod: 100 }, 30);
    return [0, 1, 2].map((axis) => state.cell[4 * axis] / before[axis]);
  };
  const iso = lengths('iso');
  assert.ok(Math.abs(iso[0] - 1) > 1e-4);
  assert.ok(Math.abs(iso[0] - iso[1]) < 1e-12 && Math.abs(iso[0] - iso[2]) < 1e-12);
  const z = lengths('z');
  assert.is(z[0], 1);
  assert.is(z[1], 1);
  assert.ok(Math.abs(z[2] - 1) > 1e-4);
  const pair = lengths('xy,z');
  assert.ok(Math.abs(pair[0] - pair[1]) < 1e-12);
  assert.ok(Math.abs(pair[0] - pair[2]) > 1e-4);
  const [x, y, free] = lengths('x,y,z');
  assert.ok(Math.abs(x - y) > 1e-5 && Math.abs(y - free) > 1e-5 && Math.abs(x - free) > 1e-5);
});

integrators('Langevin: energy less the heat drifts by less than 0.1 meV an atom and ps', () => {
  const langevin = { kind: 'langevin', ...bath, seed: 5 } as const;
  const invariants = (timestep: number) =>
    trace(crystal(2, 600), langevin, 4000 / timestep, timestep).map((s) => s.invariant);
  const [coarse, fine] = [invariants(4), invariants(2)];
  const half = fine.length / 2;
  const drift = (meanOf(fine.slice(half)) - meanOf(fine.slice(0, half))) / 2;
  assert.ok(Math.abs(drift) / 32 < 1e-4, `${drift / 32} eV/atom/ps`);
  // Paths differ, so the error is compared as it is spread about its mean.
  const ratio = spread(coarse) / spread(fine);
  assert.ok(ratio > 2.5 && ratio < 6, `ratio ${ratio}`);
});

integrators('Langevin: the random forces depend on the seed and move no centre of mass', () => {
  const run = (seed: number) => {
    const state = crystal(2, 600);
    simulateNow(state, field, { kind: 'langevin', ...bath, seed }, { steps: 20, timestep: 2 });
    return state;
  };
  assert.equal(encodeState(run(1)), encodeState(run(1)));
  const [a, b] = [run(1), run(2)];
  assert.ok(a.velocities.some((v, k) => Math.abs(v - b.velocities[k]) > 1e-3));
  for (let axis = 0; axis < 3; axis++) {
    const momentum = a.masses.reduce((sum, m, i) => sum + m * a.velocities[3 * i + axis], 0);
    assert.ok(Math.abs(momentum) < 1e-12);
  }
});

integrators(
  'velocities start at the temperature asked for, with the centre of mass at rest',
  () => {
    const state = crystal(3, 1234);
    assert.ok(Math.abs(temperatureOf(state) - 1234) < 1e-9);
    const momentum = (axis: number) =>
      state.masses.reduce((sum, mass, i) => sum + mass * state.velocities[3 * i + axis], 0);
    for (let axis = 0; axis < 3; axis++) assert.ok(Math.abs(momentum(axis)) < 1e-12);
    trace(state, { kind: 'npt', temperature: 1234, pressure: 0, coupling: 'iso' }, 50);
    for (let axis = 0; axis < 3; axis++) assert.ok(Math.abs(momentum(axis)) < 1e-10);
  },
);

for (const [name, ensemble] of Object.entries({
  'Nose-Hoover chain': { kind: 'nvt', temperature: 600, period: 40 },
  Langevin: { kind: 'langevin', temperature: 600, period: 40, seed: 1 },
} as const))
  integrators(`${name}: mean and variance of the kinetic energy are the canonical ones`, () => {
    const state = crystal(2, 600);
    const kinetic = trace(state, ensemble, 12000, 4)
      .slice(1000)
      .map((s) => s.kinetic);
    const mean = meanOf(kinetic);
    const variance = spread(kinetic) ** 2;
    const kT = 8.617333262145179e-5 * 600;
    const freedom = 3 * 32 - 3;
    assert.ok(
      Math.abs(mean / (0.5 * freedom * kT) - 1) < 0.015,
      `mean ${mean / (0.5 * freedom * kT)}`,
    );
    const relative = variance / (0.5 * freedom * kT * kT);
    assert.ok(relative > 0.8 && relative < 1.25, `variance ${relative}`);
    assert.is(state.degreesOfFreedom, freedom);
  });

integrators('a barostat brings the mean pressure to its target', () => {
  const state = crystal(2, 600, 3.8);
  const before = volumeOf(state.cell);
  const samples = trace(
    state,
    {
      kind: 'npt',
      temperature: 600,
      pressure: 2,
      coupling: 'iso',
      period: 40,
      barostatPeriod: 200,
    },
    6000,
    4,
  ).slice(1500);
  const mean = samples.reduce((sum, s) => sum + s.pressure, 0) / samples.length;
  assert.ok(Math.abs(mean - 2) < 0.05, `${mean} GPa`);
  assert.ok(volumeOf(state.cell) < before);
  assert.ok(Math.abs(kineticEnergy(state) / samples.at(-1)!.kinetic - 1) < 1e-12);
});

integrators('the volume fluctuates as the compressibility says', () => {
  const volumes = (pressure: number) =>
    trace(
      crystal(2, 1200),
      { kind: 'npt', ...bath, pressure, coupling: 'iso', barostatPeriod: 150 },
      22_000,
      2,
      5,
    )
      .slice(400)
      .map((s) => s.volume);
  const kT = 8.617333262145179e-5 * 600 * 160.2176634;
  const expected = (kT * (meanOf(volumes(-1)) - meanOf(volumes(1)))) / 2;
  const ratio = spread(volumes(0)) ** 2 / expected;
  assert.ok(ratio > 0.75 && ratio < 1.33, `⟨δV²⟩ is ${ratio} of kT V κ`);
});

integrators('a ramp follows its temperatures', () => {
  const state = crystal(2, 300);
  const ramp = { from: 300, to: 900, begin: 0, end: 2000 };
  const samples = trace(state, { kind: 'nvt', temperature: ramp, period: 40 }, 2000);
  const around = (from: number) =>
    samples.slice(from, from + 200).reduce((sum, s) => sum + s.temperature, 0) / 200;
  assert.ok(Math.abs(around(400) - 450) < 75, `${around(400)}`);
  assert.ok(Math.abs(around(1800) - 870) < 120, `${around(1800)}`);
});

integrators.run();
