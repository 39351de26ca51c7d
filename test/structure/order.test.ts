/** The order parameter on crystals, cold and hot, and on what is none. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simulateNow } from '../../physics/dynamics/driver.ts';
import { createState } from '../../physics/dynamics/state.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import { gaussian, uniform } from '../../physics/random.ts';
import { nearCubic, supercell } from '../../physics/structure/crystal.ts';
import { couplings, harmonics } from '../../physics/structure/harmonics.ts';
import {
  bondOrder,
  crystallineFraction,
  crystallineOrder,
  metalAtoms,
} from '../../physics/structure/order.ts';
import { listedIron } from '../oracle/listed.ts';

const kinds = ['bcc', 'fcc', 'hcp'] as const;
/** Nearest distance in cube roots of the volume per atom. */
const NEAREST = { bcc: 1.0911, fcc: 1.1225, hcp: 1.1225 };

const order = suite('order');

order('perfect crystals have the tabulated invariants', () => {
  // Mickel et al., J. Chem. Phys. 138, 044501 (2013), and Steinhardt et al. (1983).
  const known = {
    bcc: [0.0364, 0.5107, 0.1593, 0.0132],
    fcc: [0.1909, 0.5745, -0.1593, -0.0132],
    hcp: [0.0972, 0.4848, 0.1341, -0.0124],
  };
  for (const kind of kinds) {
    const { positions, cell } = supercell(kind, [3, 3, 3], 11);
    const { q4, q6, w4, w6 } = bondOrder(positions, cell);
    for (const [k, values] of [q4, q6, w4, w6].entries())
      for (const value of values)
        assert.ok(Math.abs(value - known[kind][k]!) < 2e-4, `${kind} ${k}: ${value}`);
  }
});

order('harmonics are orthonormal and the third-order couplings unitary', () => {
  for (const l of [4, 6]) {
    const add = harmonics(l);
    // Σ_m |Y_lm|² = (2l+1)/4π in any direction.
    for (const [x, y, z] of [
      [0, 0, 1],
      [0.6, 0, 0.8],
      [2 / 3, -2 / 3, 1 / 3],
    ] as const) {
      const y0 = new Float64Array(2 * l + 2);
      add(x, y, z, y0, 0);
      const sum = y0.reduce((s, v, k) => s + (k < 2 ? 1 : 2) * v * v, 0);
      assert.ok(Math.abs(sum - (2 * l + 1) / (4 * Math.PI)) < 1e-12);
    }
    // Σ over all m of the squared 3j symbols is 1.
    const unity = couplings(l).reduce((s, { coefficient }) => s + coefficient * coefficient, 0);
    assert.ok(Math.abs(unity - 1) < 1e-10, `${unity}`);
  }
});

for (const kind of kinds) {
  order(`${kind} keeps its order and its name with displacements up to 12 %`, () => {
    const { positions, cell } = supercell(kind, nearCubic(kind, 250), 11.5);
    for (const share of [0.04, 0.08, 0.12]) {
      const width = (share * NEAREST[kind] * Math.cbrt(11.5)) / Math.sqrt(3);
      const moved = positions.map((x, k) => x + width * gaussian(1, 'displacement', k));
      const found = crystallineOrder(moved, cell);
      assert.ok(found.fraction > 0.95, `${share}: ${found.fraction}`);
      assert.ok(found.kinds[kind] > 0.9 * found.crystalline.length, JSON.stringify(found.kinds));
    }
  });
}

order('atoms placed at random are not crystalline', () => {
  const cell = Float64Array.of(15, 0, 0, 0, 15, 0, 0, 0, 15);
  const positions = Float64Array.from({ length: 900 }, (_, k) => 15 * uniform(2, 'place', k));
  assert.ok(crystallineFraction(positions, cell) < 0.05);
});

order('order is blind to rotation, density and which atom comes first', () => {
  const { positions, cell } = supercell('bcc', [4, 4, 4], 11);
  const moved = positions.map((x, k) => x + 0.12 * gaussian(1, 'displacement', k));
  const [c, s] = [0.6, 0.8];
  const turn = (v: Float64Array) =>
    v.map((x, k) => {
      const axis = k % 3;
      if (axis === 0) return 1.1 * (c * x - s * v[k + 1]!);
      return axis === 1 ? 1.1 * (s * v[k - 1]! + c * x) : 1.1 * x;
    });
  const one = bondOrder(moved, cell);
  const two = bondOrder(turn(moved), turn(cell));
  for (const name of ['q4', 'q6', 'w4', 'w6'] as const)
    for (let i = 0; i < one[name].length; i++)
      assert.ok(Math.abs(one[name][i]! - two[name][i]!) < 1e-9);
});

order('iron near melting: hot crystals above 80 %, the liquid below 5 %', () => {
  const field = listedIron(0.8);
  const npt = (temperature: number) =>
    ({ kind: 'npt', temperature, pressure: 0, coupling: 'iso', barostatPeriod: 300 }) as const;
  for (const kind of kinds) {
    const { positions, cell } = supercell(kind, nearCubic(kind, 128), 12.4);
    const types = new Uint8Array(positions.length / 3);
    const state = createState({ elements: ['Fe'], types, positions, cell });
    maxwellBoltzmann(state, 2 * 1630, 1);
    simulateNow(state, field, npt(1630), { steps: 500, timestep: 2 });
    const { fraction, kinds: found } = crystallineOrder(state.positions, state.cell);
    assert.ok(fraction > 0.8, `${kind}: ${fraction}`);
    assert.ok(found[kind] > 0.6 * fraction * types.length, `${kind}: ${JSON.stringify(found)}`);
    if (kind !== 'bcc') continue;
    simulateNow(state, field, npt(2700), { steps: 700, timestep: 2 });
    simulateNow(state, field, npt(1811), { steps: 800, timestep: 2 });
    const liquid = crystallineFraction(state.positions, state.cell);
    assert.ok(liquid < 0.05, `liquid: ${liquid}`);
  }
});

order('carbon on interstices does not count', () => {
  const positions = Float64Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2);
  assert.equal(
    metalAtoms(positions, Uint8Array.of(0, 2, 1), ['Fe', 'Cr', 'C']),
    Float64Array.of(0, 0, 0, 2, 2, 2),
  );
});
order.run();
