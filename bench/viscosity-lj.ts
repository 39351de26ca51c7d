/**
 * Green-Kubo viscosity of the Lennard-Jones liquid near its triple point against LAMMPS's
 * (N = 864, ρ* = 0.8442, T* = 0.7224, cut-off 2.5 σ, 4000 τ: 3.34 ± 0.06).
 *
 *   node bench/viscosity-lj.ts [steps per replica, 20000] [replicas, 5] [cells along an edge, 6]
 */
import { simulateNow } from '../physics/dynamics/driver.ts';
import { createState } from '../physics/dynamics/state.ts';
import { REDUCED } from '../physics/dynamics/units.ts';
import { maxwellBoltzmann, temperatureOf } from '../physics/dynamics/velocities.ts';
import type { ForceField, Forces } from '../physics/potentials/force-field.ts';
import { type FluxSeries, greenKubo } from '../physics/statistics/green-kubo.ts';

const [steps = 20000, replicas = 5, edge = 6] = process.argv.slice(2).map(Number);
const cutoff = 2.5;
const skin = 0.4;
const timestep = 0.004;
const every = 4;

/** Lennard-Jones in a cubic cell with a list of pairs that is renewed as atoms move. */
function cubicLennardJones(): ForceField {
  let forces: Forces & { energy: number };
  let pairs = new Int32Array(0);
  let listed: Float64Array | null = null;
  const build = (x: Float64Array, length: number): void => {
    const found: number[] = [];
    const reach = (cutoff + skin) * (cutoff + skin);
    for (let i = 0; i < x.length; i += 3)
      for (let j = 0; j < i; j += 3) {
        let r2 = 0;
        for (let a = 0; a < 3; a++) {
          const d = x[j + a] - x[i + a];
          const near = d - length * Math.round(d / length);
          r2 += near * near;
        }
        if (r2 < reach) found.push(i, j);
      }
    pairs = Int32Array.from(found);
    listed = x.slice();
  };
  const moved = (x: Float64Array): boolean => {
    if (listed === null) return true;
    for (let k = 0; k < x.length; k += 3) {
      const [dx, dy, dz] = [x[k] - listed[k], x[k + 1] - listed[k + 1], x[k + 2] - listed[k + 2]];
      if (4 * (dx * dx + dy * dy + dz * dz) > skin * skin) return true;
    }
    return false;
  };
  return {
    elements: ['Ar'],
    cutoff,
    setAtoms(types) {
      listed = null;
      forces = {
        energy: 0,
        nearest: 0,
        forces: new Float64Array(3 * types.length),
        virial: new Float64Array(9),
        atomEnergies: new Float64Array(types.length),
      };
    },
    compute(x, cell) {
      const length = cell[0];
      if (moved(x)) build(x, length);
      const f = forces.forces.fill(0);
      const w = forces.virial.fill(0);
      let energy = 0;
      for (let p = 0; p < pairs.length; p += 2) {
        const i = pairs[p];
        const j = pairs[p + 1];
        let dx = x[j] - x[i];
        let dy = x[j + 1] - x[i + 1];
        let dz = x[j + 2] - x[i + 2];
        dx -= length * Math.round(dx / length);
        dy -= length * Math.round(dy / length);
        dz -= length * Math.round(dz / length);
        const r2 = dx * dx + dy * dy + dz * dz;
        if (r2 >= cutoff * cutoff) continue;
        const i2 = 1 / r2;
        const i6 = i2 * i2 * i2;
        energy += 4 * (i6 * i6 - i6);
        const s = -24 * (2 * i6 * i6 - i6) * i2;
        f[i] += s * dx;
        f[i + 1] += s * dy;
        f[i + 2] += s * dz;
        f[j] -= s * dx;
        f[j + 1] -= s * dy;
        f[j + 2] -= s * dz;
        w[0] -= s * dx * dx;
        w[1] -= s * dx * dy;
        w[2] -= s * dx * dz;
        w[4] -= s * dy * dy;
        w[5] -= s * dy * dz;
        w[8] -= s * dz * dz;
      }
      w[3] = w[1];
      w[6] = w[2];
      w[7] = w[5];
      forces.energy = energy;
      return forces;
    },
    setThreads() {},
    close() {},
  };
}

const length = edge * Math.cbrt(4 / 0.8442);
const positions: number[] = [];
for (let x = 0; x < edge; x++)
  for (let y = 0; y < edge; y++)
    for (let z = 0; z < edge; z++)
      for (const [p, q, r] of [
        [0, 0, 0],
        [0.5, 0.5, 0],
        [0.5, 0, 0.5],
        [0, 0.5, 0.5],
      ] as const)
        positions.push(
          ((x + p) * length) / edge,
          ((y + q) * length) / edge,
          ((z + r) * length) / edge,
        );

const series: FluxSeries[] = [];
const field = cubicLennardJones();
const began = performance.now();
for (let replica = 0; replica < replicas; replica++) {
  const state = createState({
    elements: ['Ar'],
    types: new Uint8Array(positions.length / 3),
    positions: Float64Array.from(positions),
    cell: Float64Array.of(length, 0, 0, 0, length, 0, 0, 0, length),
    masses: [1],
  });
  const options = { timestep, units: REDUCED };
  maxwellBoltzmann(state, 2.5, 1, replica, REDUCED);
  simulateNow(
    state,
    field,
    { kind: 'nvt', temperature: 1.5, period: 0.2 },
    { ...options, steps: 1500 },
  );
  simulateNow(
    state,
    field,
    { kind: 'nvt', temperature: 0.7224, period: 0.2 },
    { ...options, steps: 4000 },
  );
  // A thermostat this slow changes no correlation and holds the mean temperature.
  const components = Array.from({ length: 5 }, () => new Float64Array(Math.floor(steps / every)));
  let n = 0;
  let heat = 0;
  state.step = 0;
  simulateNow(
    state,
    field,
    { kind: 'nvt', temperature: 0.7224, period: 5 },
    {
      ...options,
      steps,
      every,
      observe: ({ tensor: p, temperature }) => {
        components[0]![n] = p[1];
        components[1]![n] = p[2];
        components[2]![n] = p[5];
        components[3]![n] = (p[4] - p[8]) / 2;
        components[4]![n] = (2 * p[0] - p[4] - p[8]) / (2 * Math.sqrt(3));
        heat += temperature;
        n += 1;
      },
    },
  );
  const temperature = heat / n;
  series.push({ components, prefactor: length ** 3 / temperature });
  console.log(
    `replica ${replica}: T* ${temperature.toFixed(4)} (now ${temperatureOf(state, REDUCED).toFixed(3)})`,
  );
}
const seconds = (performance.now() - began) / 1000;
const result = greenKubo(series, timestep * every, 8);
for (const time of [0.5, 1, 1.4, 2, 3, 5]) {
  const k = Math.round(time / (timestep * every));
  if (k < result.times.length)
    console.log(
      `to ${time.toFixed(1)} τ: ${result.integral[k].toFixed(3)} ± ${result.error[k].toFixed(3)}`,
    );
}
console.log(
  `G∞ term ${result.correlation[0].toFixed(1)} (LAMMPS 24.2); cut ${result.cut}: ${result.value.toFixed(3)} ± ${result.standardError.toFixed(3)} (LAMMPS 3.34 ± 0.06); double exponential ${result.fitted.toFixed(3)}; ${seconds.toFixed(0)} s`,
);
