/** At which temperatures runs with both phases are made. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CoexistencePlan } from '../../physics/coexistence/plan.ts';
import { closingName, PIECES, pieceName } from '../../physics/coexistence/plan.ts';
import { coexistenceRun, runTemperatures } from '../../physics/coexistence/runs.ts';
import type { Finished } from '../../physics/dynamics/program.ts';
import { createState } from '../../physics/dynamics/state.ts';
import { THERMO_COLUMNS } from '../../physics/dynamics/thermo.ts';

const plan = (temperatures: number[]): CoexistencePlan => ({
  candidates: [],
  temperatures,
  pressure: 0,
  length: 10_000,
  timestep: 2,
  seed: 1,
  watch: {
    elements: ['Fe'],
    deviation: null,
    range: { volume: [0, 99], nearest: [[null]], fractions: [[0, 1]], frames: 1 },
  },
});

/** A segment of `steps` steps whose crystalline share is the same throughout. */
function segment(name: string, steps: number, crystalline: number): Finished {
  const width = THERMO_COLUMNS.length;
  const thermo = new Float64Array((steps / 10) * width);
  for (let k = 0; k < steps / 10; k++)
    thermo.set([20 * (k + 1), 1800, 0, 12, -3 - 0.001 * (k % 7), 0, 0], k * width);
  const order = new Float64Array((steps / 50) * 5);
  for (let k = 0; k < steps / 50; k++) order.set([50 * (k + 1), crystalline, 0, 0, 0], 5 * k);
  return {
    name,
    member: 0,
    timestep: 2,
    state: createState({
      elements: ['Fe'],
      types: [0],
      positions: new Float64Array(3),
      cell: Float64Array.of(3, 0, 0, 0, 3, 0, 0, 0, 3),
    }),
    rows: { thermo, order },
  };
}

/** A run whose phases are there for `pieces` pieces, then one of them is gone. */
const run = (temperature: number, pieces: number, then: number, begins = 0.4): Finished[] => [
  segment(closingName(temperature), 500, begins),
  ...Array.from({ length: Math.min(PIECES, pieces + 1) }, (_, k) =>
    segment(pieceName(temperature, k), 500, k < pieces ? 0.4 : then),
  ),
];
const [MOLTEN, FROZEN] = [0, 1];

const runs = suite('runs with both phases');

runs('are those of the study where all have slopes', () => {
  const done = [1500, 1800, 2100].flatMap((t) => run(t, 10, MOLTEN));
  assert.equal(runTemperatures(plan([1500, 1800, 2100]), done), [1500, 1800, 2100]);
});

runs('are joined by one halfway to where the crystal melted at once', () => {
  const done = [...run(1500, 10, MOLTEN), ...run(1800, 10, MOLTEN), ...run(2100, 0, MOLTEN)];
  const wanted = plan([1500, 1800, 2100]);
  assert.equal(runTemperatures(wanted, done), [1500, 1800, 2100, 1950]);
  const more = [...done, ...run(1950, 0, MOLTEN)];
  assert.equal(runTemperatures(wanted, more), [1500, 1800, 2100, 1950, 1875]);
  assert.equal(runTemperatures(wanted, [...more, ...run(1875, 0, MOLTEN)]).length, 5);
  assert.equal(runTemperatures(wanted, [...done, ...run(1950, 3, MOLTEN)]).length, 4);
});

runs('are joined by one halfway to where the melt froze at once', () => {
  const done = [...run(1500, 0, FROZEN), ...run(1800, 10, MOLTEN), ...run(2100, 5, MOLTEN)];
  assert.equal(runTemperatures(plan([1500, 1800, 2100]), done), [1500, 1800, 2100, 1650]);
});

runs('are joined by one between two that lost different phases', () => {
  const done = [...run(1000, 0, FROZEN), ...run(2000, 0, MOLTEN), ...run(3000, 0, MOLTEN)];
  assert.equal(runTemperatures(plan([1000, 2000, 3000]), done), [1000, 2000, 3000, 1500]);
});

runs('stay as they are where every crystal melts, and where two ask for a bracket', () => {
  const melts = [1500, 1800, 2100].flatMap((t) => run(t, 0, MOLTEN));
  assert.equal(runTemperatures(plan([1500, 1800, 2100]), melts), [1500, 1800, 2100]);
  const two = [...run(1500, 10, MOLTEN), ...run(2100, 0, MOLTEN)];
  assert.equal(runTemperatures(plan([1500, 2100]), two), [1500, 2100]);
});

runs('count until a phase is gone, from the end of the equilibration', () => {
  const { trace, end, times } = coexistenceRun(plan([1500]), run(1500, 3, FROZEN), 1500);
  assert.is(end, 'frozen');
  assert.ok(Math.abs(trace.times[0]! - 0.02) < 1e-12);
  assert.ok(Math.abs(trace.times.at(-1)! - 3.08) < 1e-9, `${trace.times.at(-1)}`);
  assert.ok(times[0]! < -0.9 && times.at(-1)! > 3.9);
});
runs('that begin without both phases tell a direction and no slope', () => {
  const { trace, end } = coexistenceRun(plan([2100]), run(2100, 3, MOLTEN, 0.11), 2100);
  assert.is(trace.times.length, 0);
  assert.is(end, 'molten');
  const done = [...run(1500, 10, 0), ...run(1800, 10, 0), ...run(2100, 3, MOLTEN, 0.11)];
  assert.equal(runTemperatures(plan([1500, 1800, 2100]), done), [1500, 1800, 2100, 1950]);
});

runs.run();
