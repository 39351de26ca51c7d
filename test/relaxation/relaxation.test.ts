/** Minima of energy over volume and over positions, where they are known. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EV_PER_A3_TO_GPA } from '../../physics/constants.ts';
import { gaussian } from '../../physics/random.ts';
import { crystalCurve } from '../../physics/relaxation/crystal.ts';
import {
  convexBranches,
  fitEquationOfState,
  jackknife,
} from '../../physics/relaxation/equation-of-state.ts';
import { relaxAtoms } from '../../physics/relaxation/fire.ts';
import { populate } from '../../physics/structure/alloy.ts';
import { supercell, volumePerAtom } from '../../physics/structure/crystal.ts';
import { lennardJones } from '../oracle/lennard-jones.ts';
import { listedIron } from '../oracle/listed.ts';

/** E₀ + 9V₀B/16 [ (x-1)³ B' + (x-1)² (6-4x) ], x = (V₀/V)^{2/3} */
function birchMurnaghan(volume: number, v0: number, e0: number, b: number, prime: number): number {
  const x = (v0 / volume) ** (2 / 3);
  return (
    e0 +
    ((9 * v0 * b) / 16 / EV_PER_A3_TO_GPA) * ((x - 1) ** 3 * prime + (x - 1) ** 2 * (6 - 4 * x))
  );
}

const curves = suite('equations of state');

curves('a Birch-Murnaghan curve gives its own parameters back', async () => {
  const points = [9.5, 10.1, 11, 12.2, 13].map((volume) => ({
    volume,
    energy: birchMurnaghan(volume, 11.4, -8.9, 180, 4.7),
  }));
  const fit = fitEquationOfState(points)!;
  assert.ok(Math.abs(fit.volume - 11.4) < 1e-9);
  assert.ok(Math.abs(fit.energy + 8.9) < 1e-11);
  assert.ok(Math.abs(fit.bulkModulus - 180) < 1e-6);
  assert.ok(fit.residual < 1e-12);
  assert.ok(Math.abs(fit.at(10.5) - birchMurnaghan(10.5, 11.4, -8.9, 180, 4.7)) < 1e-11);
});

curves('points without a minimum between them have no equation of state', async () => {
  const points = [9, 9.5, 10, 10.5, 11].map((volume) => ({
    volume,
    energy: birchMurnaghan(volume, 11.5, -8, 180, 4.7),
  }));
  assert.is(fitEquationOfState(points), null);
});

curves('noise of the points shows in the jackknife as in many repetitions', async () => {
  const volumes = [9.5, 10, 10.5, 11, 11.5, 12, 12.5, 13.2];
  const minima: number[] = [];
  const errors: number[] = [];
  for (let seed = 0; seed < 200; seed++) {
    const points = volumes.map((volume, k) => ({
      volume,
      energy: birchMurnaghan(volume, 11.4, -8.9, 180, 4.7) + 0.002 * gaussian(seed, 'noise', k),
    }));
    minima.push(fitEquationOfState(points)!.volume);
    errors.push(jackknife(points)!.volume);
  }
  const center = minima.reduce((s, v) => s + v, 0) / 200;
  const spread = Math.sqrt(minima.reduce((s, v) => s + (v - center) ** 2, 0) / 200);
  const claimed = errors.reduce((s, v) => s + v, 0) / 200;
  assert.ok(claimed > 0.7 * spread && claimed < 2.5 * spread, `${claimed} ${spread}`);
});

curves('two branches are told apart where the energy bends down', async () => {
  const low = (v: number) => birchMurnaghan(v, 10.7, -8.78, 200, 4.5);
  const high = (v: number) => birchMurnaghan(v, 12, -8.77, 150, 4.5);
  const points = [9.3, 9.8, 10.3, 10.8, 11.1, 11.7, 12.2, 12.8, 13.2].map((volume) => ({
    volume,
    energy: Math.min(low(volume), high(volume)),
  }));
  const branches = convexBranches(points);
  assert.is(branches.length, 2);
  assert.ok(Math.abs(fitEquationOfState(branches[0]!)!.volume - 10.7) < 0.15);
});

curves('Lennard-Jones fcc: the cut-off lattice sum’s own minimum', async () => {
  const cutoff = 6;
  const field = lennardJones({ epsilon: 0.4, sigma: 2.3, cutoff, elements: ['Fe'] });
  const alloy = populate(supercell('fcc', [1, 1, 1], 10), { Fe: 1 }, ['Fe'], 1);
  // Shells of fcc in units of a; the minimum of Σ n (s¹²/r¹² - s⁶/r⁶) in closed form.
  let [p12, p6] = [0, 0];
  for (let i = -8; i <= 8; i++)
    for (let j = -8; j <= 8; j++)
      for (let k = -8; k <= 8; k++) {
        const r2 = (i * i + j * j + k * k) / 4;
        if ((i + j + k) % 2 !== 0 || r2 === 0) continue;
        // The cut-off at the minimum; shells do not cross it within the fit's window.
        if (Math.sqrt(r2) * 3.54 > cutoff) continue;
        p12 += r2 ** -6;
        p6 += r2 ** -3;
      }
  const a = 2.3 * ((2 * p12) / p6) ** (1 / 6);
  const { minimum } = await crystalCurve(field, alloy, 4, [9, 13]);
  // Shells that enter within the window bend the curve a little.
  const found = (minimum!.volume * 4) ** (1 / 3);
  assert.ok(Math.abs(found - a) < 0.02, `${found} ${a}`);
});

curves('embedded-atom iron: the published lattice, energy and bulk modulus', async () => {
  const field = listedIron();
  for (const [kind, a, energy, modulus] of [
    ['bcc', 2.8665, -4.316, 174],
    ['fcc', 3.6081, -4.2296, 130],
  ] as const) {
    const alloy = populate(supercell(kind, [4, 4, 4], 11.5), { Fe: 1 }, ['Fe'], 1);
    const { minimum } = await crystalCurve(field, alloy, alloy.types.length, [10.5, 14]);
    const volume = volumePerAtom(kind, a);
    assert.ok(
      Math.abs(minimum!.volume / volume - 1) < 0.002,
      `${kind} ${minimum!.volume} ${volume}`,
    );
    assert.ok(Math.abs(minimum!.energy - energy) < 5e-4, `${minimum!.energy}`);
    assert.ok(Math.abs(minimum!.bulkModulus / modulus - 1) < 0.1, `${minimum!.bulkModulus}`);
  }
});

curves('a range on one side of the minimum has none', async () => {
  const alloy = populate(supercell('bcc', [4, 4, 4], 11.5), { Fe: 1 }, ['Fe'], 1);
  assert.is((await crystalCurve(listedIron(), alloy, 128, [12.5, 14])).minimum, null);
});

curves('rattled atoms fall back to the crystal', async () => {
  const field = listedIron();
  const { positions, cell } = supercell('bcc', [3, 3, 3], volumePerAtom('bcc', 2.87));
  const perfect = -4.315914 * 54;
  const rattled = positions.map((x, k) => x + 0.1 * gaussian(1, 'rattle', k));
  const relaxed = await relaxAtoms(field, new Uint8Array(54), rattled, cell);
  assert.ok(relaxed.converged && relaxed.force < 0.005);
  assert.ok(Math.abs(relaxed.energy - perfect) < 1e-3, `${relaxed.energy} ${perfect}`);
});
curves.run();
