import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simulate, simulateNow } from '../../physics/dynamics/driver.ts';
import type { Ensemble } from '../../physics/dynamics/ensemble.ts';
import { cloneState, createState, decodeState, encodeState } from '../../physics/dynamics/state.ts';
import { readStates, writeState } from '../../physics/dynamics/state-xyz.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import { lennardJones } from '../oracle/lennard-jones.ts';

const states = suite('states of a simulation');

const elements = ['Fe', 'C'];
const field = lennardJones({ epsilon: 0.1, sigma: 2.2, cutoff: 3.5, smooth: true, elements });

function small() {
  const positions: number[] = [];
  for (let k = 0; k < 27; k++)
    positions.push((k % 3) * 2.6, (Math.floor(k / 3) % 3) * 2.6, Math.floor(k / 9) * 2.6);
  const state = createState({
    elements,
    types: Array.from({ length: 27 }, (_, k) => (k % 5 === 4 ? 1 : 0)),
    positions: Float64Array.from(positions),
    cell: Float64Array.of(7.8, 0, 0, 0.1, 7.8, 0, 0, 0, 7.8),
  });
  maxwellBoltzmann(state, 900, 3);
  return state;
}

const npt: Ensemble = {
  kind: 'npt',
  temperature: { from: 900, to: 700, begin: 0, end: 60 },
  pressure: 0.5,
  coupling: 'xy,z',
};

states('a run continued from its bytes ends with the same bits', async () => {
  const whole = small();
  simulateNow(whole, field, npt, { steps: 60, timestep: 1 });
  let kept: Uint8Array = new Uint8Array();
  const cut = small();
  await simulate(cut, field, npt, {
    steps: 40,
    timestep: 1,
    block: 7,
    between: (state) => {
      if (state.step === 21) kept = encodeState(state);
    },
  });
  const resumed = decodeState(kept);
  assert.is(resumed.step, 21);
  await simulate(resumed, field, npt, { steps: 39, timestep: 1, block: 4 });
  assert.equal(encodeState(resumed), encodeState(whole));
});

states('bytes and extended XYZ give back the same numbers', () => {
  const state = small();
  simulateNow(state, field, { kind: 'nve' }, { steps: 3, timestep: 1 });
  state.velocities[4] = -0;
  assert.equal(encodeState(decodeState(encodeState(state))), encodeState(state));
  const text = writeState(state, { temperature: 900, note: 'a "b" c' });
  const [read] = readStates(text, 'state.extxyz', elements);
  assert.ok(read);
  assert.equal(encodeState(read.state), encodeState(state));
  assert.is(read.info.get('temperature'), '900');
  assert.is(read.info.get('note'), 'a "b" c');
});

states('an element that the potential does not know is named with its line', () => {
  const text = writeState(small(), {});
  assert.throws(
    () => readStates(text, 'melt.extxyz', ['Fe', 'Cr']),
    (error: Error) =>
      error.message ===
      'melt.extxyz:7: C is not an element of the potential; expected one of Fe, Cr',
  );
});

states('a copy shares nothing', () => {
  const state = small();
  const copy = cloneState(state);
  simulateNow(copy, field, npt, { steps: 2, timestep: 1 });
  assert.equal(encodeState(state), encodeState(small()));
});

states('a run that leaves its limits ends as a runaway, with the frame', async () => {
  const state = small();
  state.positions[3] = state.positions[0] + 0.6;
  const ending = await simulate(state, field, { kind: 'nve' }, { steps: 200, timestep: 1 });
  assert.is(ending.kind, 'runaway');
  if (ending.kind === 'runaway') {
    assert.match(ending.reason, /temperature rose|no longer finite/);
    assert.ok(ending.step >= 1 && ending.step < 200);
  }
});

states.run();
