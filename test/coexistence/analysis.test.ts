/** Melting temperatures from traces that are made up, with the answer known. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assemble, halve, liquidHalf } from '../../physics/coexistence/assemble.ts';
import { committeeMelting, phaseEnergies } from '../../physics/coexistence/committee.ts';
import { driftOf, slopeErrors } from '../../physics/coexistence/front.ts';
import { bulkAtoms } from '../../physics/coexistence/phases.ts';
import { type InterfaceRun, judge } from '../../physics/coexistence/verdict.ts';
import { createState, volumeOf } from '../../physics/dynamics/state.ts';
import { temperatureOf } from '../../physics/dynamics/velocities.ts';
import type { ForceField } from '../../physics/potentials/force-field.ts';
import { gaussian, uniform } from '../../physics/random.ts';
import { populate } from '../../physics/structure/alloy.ts';
import { supercell } from '../../physics/structure/crystal.ts';
import { neighbourTable } from '../../physics/structure/neighbours.ts';

const INTERVAL = 0.02;
/** eV per atom and sqrt(ps): the walk of fronts; vibrations, eV per atom. */
const WALK = 0.008;
const VIBRATION = 0.004;

/** Enthalpy that drifts and walks as fronts do, with vibrations on top. */
function trace(slope: number, length: number, seed: number) {
  const n = Math.round(length / INTERVAL);
  const times = Float64Array.from({ length: n }, (_, k) => (k + 1) * INTERVAL);
  let h = -3;
  const enthalpy = times.map((_, k) => {
    h += slope * INTERVAL + WALK * Math.sqrt(INTERVAL) * gaussian(seed, 'walk', k);
    return h + VIBRATION * gaussian(seed, 'vibration', k);
  });
  return { times, enthalpy };
}

const run = (
  temperature: number,
  slope: number,
  seed: number,
  length = 10,
  end: InterfaceRun['end'] = 'both phases',
): InterfaceRun => ({ temperature, trace: trace(slope, length, seed + temperature), end });

/** Slope of the runs below: zero at 1810 K. */
const at = (temperature: number) => 4e-5 * (temperature - 1810);
const spread = (values: readonly number[]) => {
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  return Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
};

const fronts = suite('fronts');

fronts('the error of a slope is that of a walk, as many repetitions show', () => {
  const drifts = Array.from({ length: 300 }, (_, seed) => driftOf(trace(0.002, 10, seed))!);
  const slopes = drifts.map(({ slope }) => slope);
  assert.ok(Math.abs(slopes.reduce((s, v) => s + v, 0) / 300 - 0.002) < 5e-4);
  const claimed = slopeErrors(drifts)[0]!;
  assert.ok(claimed / spread(slopes) > 0.9 && claimed / spread(slopes) < 1.4, `${claimed}`);
});

fronts('a trace below 0.8 ps has no slope', () => {
  assert.is(driftOf(trace(0, 0.7, 1)), null);
  assert.is.not(driftOf(trace(0, 0.8, 1)), null);
});

fronts('the melting temperature is covered by its error as one σ must', () => {
  const temperatures = [1500, 1650, 1800, 1950, 2100];
  let [covered, values] = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const { melting } = judge(temperatures.map((t) => run(t, at(t), 10_000 * seed)));
    if (melting === null) continue;
    values += 1;
    if (Math.abs(melting.value - 1810) < melting.error) covered += 1;
  }
  assert.ok(values > 180, `${values}`);
  assert.ok(covered / values > 0.6 && covered / values < 0.92, `${covered / values}`);
});

fronts('a bracket is the nearest pair of resolved directions', () => {
  const verdict = judge([1500, 1800, 2100].map((t) => run(t, 3 * at(t), 1)));
  assert.is(verdict.low, 1500);
  assert.is(verdict.high, 2100);
  assert.ok(Math.abs(verdict.melting!.value - 1810) < 3 * verdict.melting!.error);
});

fronts('slopes of one sign give no value but say on which side it lies', () => {
  const melts = judge([1500, 1800, 2100].map((t) => run(t, 0.03, 1)));
  assert.is(melts.melting, null);
  assert.is(
    melts.reason,
    'the crystal melts at every temperature: the melting temperature is below 1500 K',
  );
  const grows = judge([1500, 1800, 2100].map((t) => run(t, -0.03, 1)));
  assert.is(
    grows.reason,
    'the crystal grows at every temperature: the melting temperature is above 2100 K',
  );
});

fronts('two temperatures give a bracket, no value', () => {
  const verdict = judge([run(1500, -0.03, 1), run(2100, 0.03, 1)]);
  assert.is(
    verdict.reason,
    '2 of 2 runs held both phases long enough for a slope, a regression needs 3: the melting temperature is between 1500 and 2100 K',
  );
  assert.is(verdict.low, 1500);
  assert.is(verdict.high, 2100);
});

fronts('a phase that vanished at once counts by its direction', () => {
  const verdict = judge([
    run(1500, -0.03, 1),
    run(1800, -0.001, 2),
    run(2100, 0.1, 3, 0.3, 'molten'),
  ]);
  assert.is(verdict.melting, null);
  assert.is(verdict.high, 2100);
  assert.match(verdict.reason!, 'between 1500 and 2100 K');
});

fronts('runs that contradict each other have no melting temperature', () => {
  const verdict = judge([run(1500, 0.03, 1), run(1800, 0.001, 2), run(2100, -0.03, 3)]);
  assert.is(
    verdict.reason,
    'the crystal grows at 2100 K but melts at 1500 K: the runs contradict each other; use longer ones',
  );
});

fronts('slopes that noise hides have no melting temperature', () => {
  const verdict = judge([1790, 1800, 1810].map((t) => run(t, 0, 1)));
  assert.is(verdict.melting, null);
  assert.match(verdict.reason!, 'does not change with temperature beyond its error');
});
fronts.run();

const cells = suite('cells with both phases');

/** Elongated iron whose upper half is a random gas at the same density: no melt, but no crystal. */
function twoPhases() {
  const crystal = supercell('bcc', [5, 5, 16], 12);
  const whole = populate(crystal, { Fe: 1 }, ['Fe'], 1);
  const halves = halve(whole, 800, 16);
  const melt = liquidHalf(halves, 12);
  melt.positions.set(
    melt.positions.map((_, k) => uniform(1, 'place', k) * melt.cell[4 * (k % 3)]!),
  );
  return { halves, melt };
}

cells('have the crystal’s edges, all atoms, and room between the slabs', () => {
  const { halves, melt } = twoPhases();
  const state = assemble(halves, melt, 12.4, 1800, 1, 0);
  const edge = 5 * (2 * 12.4) ** (1 / 3);
  assert.ok(Math.abs(state.cell[0]! - edge) < 1e-9);
  assert.is(state.types.length, 800);
  const volume = volumeOf(state.cell) / 800;
  assert.ok(volume > 12 && volume < 13.5, `${volume}`);
  const { start, atom } = neighbourTable(state.positions, state.cell, 2);
  const solid = new Set(halves.solid);
  for (let i = 0; i < 800; i++)
    for (let k = start[i]!; k < start[i + 1]!; k++)
      assert.is(solid.has(i), solid.has(atom[k]!), 'a pair across the front is too close');
  // Half of the atoms carry twice the energy.
  const temperature = temperatureOf(state);
  assert.ok(temperature > 1.4 * 1800 && temperature < 1.6 * 1800, `${temperature}`);
});

cells('bulk atoms of each phase are told from those near a front', () => {
  const { halves, melt } = twoPhases();
  const state = assemble(halves, melt, 12, 1800, 1, 0);
  const { solid, liquid } = bulkAtoms(state);
  const lower = new Set(halves.solid);
  assert.ok(solid.length > 150 && solid.every((i) => lower.has(i)), `${solid.length}`);
  assert.ok(liquid.length > 150 && liquid.every((i) => !lower.has(i)), `${liquid.length}`);
});

/** A field that gives atoms below `height` one energy and the others another. */
function twoEnergies(lower: ReadonlySet<number>, solid: number, liquid: number): ForceField {
  let atoms = 0;
  return {
    elements: ['Fe'],
    cutoff: 1,
    setAtoms: (types) => {
      atoms = types.length;
    },
    compute: () => ({
      energy: 0,
      forces: new Float64Array(3 * atoms),
      virial: new Float64Array(9),
      atomEnergies: Float64Array.from({ length: atoms }, (_, i) => (lower.has(i) ? solid : liquid)),
      nearest: 2,
    }),
    setThreads: () => {},
    close: () => {},
  };
}

cells(
  'members that bind the liquid less melt higher, in proportion to the latent heat',
  async () => {
    const { halves, melt } = twoPhases();
    const state = assemble(halves, melt, 12, 1800, 1, 0);
    const lower = new Set(halves.solid);
    const fields = [
      twoEnergies(lower, -3.2, -3.0),
      twoEnergies(lower, -5.2, -4.98),
      twoEnergies(lower, -3.2, -3.02),
    ];
    const found = committeeMelting(await phaseEnergies([state], fields), 1800)!;
    assert.ok(Math.abs(found.latentHeat - 0.2) < 1e-9);
    for (const [m, shift] of [0, 180, -180].entries())
      assert.ok(Math.abs(found.shifts[m]! - shift) < 1e-6, `${found.shifts[m]}`);
    assert.ok(Math.abs(found.scatter! - 180) < 1e-6);
    assert.is(committeeMelting(await phaseEnergies([], fields), 1800), null);
    const crystalOnly = createState({
      ...halves.whole,
      positions: halves.whole.positions,
      cell: halves.whole.cell,
    });
    assert.is(committeeMelting(await phaseEnergies([crystalOnly], fields), 1800), null);
  },
);
cells.run();
