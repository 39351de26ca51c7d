/** The coexistence step on an embedded-atom iron that melts near 1810 K; small and short. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact, Inputs } from '../../engine/step.ts';
import type { coexistence } from '../../steps/coexistence/interface.ts';
import { measureMelting } from '../../steps/coexistence/run.ts';
import { listedIron } from '../oracle/listed.ts';
import { type TestContext, taskContext } from './context.ts';
import { testPotential } from './potential.ts';

const potential: Artifact = { path: '', digest: 'p', size: 0 };
const inputs: Inputs<typeof coexistence> = {
  potential,
  composition: { Fe: 1 },
  solid: 'bcc',
  temperatures: [2500, 1300, 1700],
  pressure: 0,
  atoms: 160,
  length: 1,
  timestep: 3,
  seed: 1,
};
const iron = () => testPotential([listedIron(0.8)], { volume: [10, 16] });

const filesOf = (task: TestContext): Record<string, string> =>
  Object.fromEntries(
    readdirSync(task.folder)
      .sort()
      .map((name) => [name, readFileSync(join(task.folder, name), 'utf8')]),
  );

const melting = suite('coexistence');

melting('a run stopped again and again ends with the bytes of one that never was', async () => {
  const whole = taskContext();
  const outcome = await measureMelting(iron(), inputs, whole);

  let saved: Uint8Array | undefined;
  let stops = 0;
  for (;;) {
    // Each attempt is stopped after forty checkpoints, 2,000 steps.
    const task = taskContext({ stopAfterSaves: 40, ...(saved ? { resume: saved } : {}) });
    try {
      const again = await measureMelting(iron(), inputs, task);
      assert.equal(again, outcome);
      assert.equal(filesOf(task), filesOf(whole));
      break;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'stopped') throw error;
      saved = task.saved;
      stops += 1;
    }
  }
  assert.ok(stops >= 2, `${stops}`);

  // What so short a run can say, it says: the hot crystal melted; a value it does not give.
  assert.is(outcome.kind, 'inconclusive');
  assert.ok(Number(outcome.outputs!.bracket_high) > 1300);
  assert.not('melting_temperature' in outcome.outputs!);
  assert.is(outcome.outputs!.solid, 'bcc');
  const figures = outcome.figures!.map(({ id }) => id);
  for (const id of ['atoms-1300', 'atoms-1700', 'atoms-2500', 'enthalpy', 'crystalline', 'solids'])
    assert.ok(figures.includes(id), `${id} is among ${figures.join(', ')}`);
  assert.equal(new Set(figures).size, figures.length);
});

melting('a potential without a crystal in its training range has nothing to melt', async () => {
  const outcome = await measureMelting(
    testPotential([listedIron(0.8)], { volume: [14, 16] }),
    inputs,
    taskContext(),
  );
  assert.is(outcome.kind, 'inconclusive');
  if (outcome.kind === 'inconclusive')
    assert.match(
      outcome.reason,
      'the energy of bcc has no minimum between 14.0 and 16.0 Å³ per metal atom',
    );
});

melting('a crystal that survives at no temperature is said so', async () => {
  const outcome = await measureMelting(
    iron(),
    { ...inputs, temperatures: [3500, 4000] },
    taskContext(),
  );
  assert.is(outcome.kind, 'inconclusive');
  if (outcome.kind === 'inconclusive')
    assert.match(
      outcome.reason,
      'no crystal survived 2 ps: bcc melted or lost its order at 3500 K; choose lower temperatures',
    );
});

melting('the same temperature twice is a mistake', async () => {
  let message = '';
  try {
    await measureMelting(iron(), { ...inputs, temperatures: [1500, 1500, 1800] }, taskContext());
  } catch (error) {
    if (error instanceof Error) message = error.message;
  }
  assert.is(message, 'temperatures: 1500 K is given twice; each must be another one');
});
melting.run();
