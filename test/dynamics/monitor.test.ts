/** The watch over a potential's training range: the committee's spread, distances, marks. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  committeeDeviation,
  monitorColumns,
  monitorRecorder,
  monitorTrace,
  reportRange,
  type Watch,
} from '../../physics/dynamics/monitor.ts';
import { type Finished, runProgram } from '../../physics/dynamics/program.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import type { ForceField } from '../../physics/potentials/force-field.ts';
import { fcc } from '../oracle/lattices.ts';
import { lennardJones } from '../oracle/lennard-jones.ts';

const monitor = suite('training range');

const iron = (epsilon: number) =>
  lennardJones({ epsilon, sigma: 2.3, cutoff: 3.6, smooth: true, elements: ['Fe', 'C'] });

const watchOf = (fields: readonly ForceField[]): Watch => ({
  elements: ['Fe', 'C'],
  deviation: committeeDeviation(fields),
  range: {
    volume: [10, 13],
    nearest: [
      [2, 1.5],
      [1.5, null],
    ],
    fractions: [
      [0.8, 1],
      [0, 0.2],
    ],
    frames: 3,
  },
});

/** A finished segment whose monitor saw these deviations at iron's distance of 2.1 Å. */
function seen(deviations: readonly number[]): Finished {
  const rows = deviations.flatMap((deviation, k) => [
    50 * (k + 1),
    deviation,
    2.1,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
  assert.is(rows.length, deviations.length * monitorColumns(2));
  const monitor = Float64Array.from(rows);
  return { name: 'run', member: 0, timestep: 2, state: fcc(2, 3.6), rows: { monitor } };
}

monitor('the deviation is the members’ force spread, root mean square over atoms', () => {
  const state = fcc(2, 3.6, ['Fe', 'C']);
  for (let k = 0; k < state.positions.length; k++) state.positions[k]! += 0.1 * ((7 * k) % 5) - 0.2;
  const fields = [0.1, 0.14].map(iron);
  const deviation = committeeDeviation(fields)!(state);
  // Forces scale with ε: the two differ from their mean by 1/6 of it.
  const mean = iron(0.12);
  mean.setAtoms(state.types);
  const { forces } = mean.compute(state.positions, state.cell);
  const square = forces.reduce((sum, f) => sum + f * f, 0) / state.types.length;
  assert.ok(Math.abs(deviation - Math.sqrt(square) / 6) < 1e-12 * deviation, `${deviation}`);
  assert.is(committeeDeviation(fields.slice(0, 1)), null);
});

monitor('is marked when the members differ in more than one frame of twenty', () => {
  const watch = watchOf([iron(0.1), iron(0.11)]);
  const few = seen([...new Array<number>(19).fill(0.2), 0.6]);
  assert.equal(reportRange([few], watch, 12, [1, 0]).marks, []);
  const many = seen([...new Array<number>(18).fill(0.2), 0.6, 0.7]);
  const report = reportRange([many], watch, 12, [1, 0]);
  assert.equal(report.marks, ['outside training']);
  assert.equal(report.reasons, [
    "the members' forces differ by more than 0.5 eV/Å in 10 % of the frames",
  ]);
  assert.is(report.maxDeviation, 0.7);
  assert.is(report.nearest[0], 2.1);
  assert.equal([...monitorTrace(few, watch).times].slice(0, 2), [100, 200]);
});

monitor('is marked for a volume or a composition that no training frame had', () => {
  const watch = watchOf([iron(0.1)]);
  const { marks, reasons } = reportRange([seen([Number.NaN])], watch, 13.2, [0.75, 0.25]);
  assert.equal(marks, ['outside training']);
  assert.equal(reasons, [
    "the mean volume per metal atom, 13.20 Å³, lies outside the training frames' 10.00 to 13.00 Å³",
    "75.0 at% Fe lies outside the training frames' 80.0 to 100.0 at%",
    "25.0 at% C lies outside the training frames' 0.0 to 20.0 at%",
  ]);
});

monitor('ends a run whose members no longer agree at all', async () => {
  const watch = { ...watchOf([iron(0.1)]), deviation: () => 2.5 };
  const ending = await runProgram(
    () => ({
      name: 'production 1',
      member: 0,
      timestep: 1,
      steps: 60,
      ensemble: { kind: 'nve' },
      recorders: [monitorRecorder(watch)],
      start: () => {
        const state = fcc(2, 3.7, ['Fe', 'C']);
        maxwellBoltzmann(state, 300, 1);
        return state;
      },
    }),
    { field: () => iron(0.1) },
  );
  assert.is(
    ending.kind === 'runaway' && ending.reason,
    'production 1, step 50: the members of the committee differ by 2.50 eV/Å (rms over atoms), above 2 eV/Å',
  );
});
monitor.run();
