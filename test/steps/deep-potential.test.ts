/** Simulating steps on a Deep Potential read from its file: the same bytes on any number of threads. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact, Inputs, Outcome } from '../../engine/step.ts';
import type { DeepPotential } from '../../physics/potentials/deep/model.ts';
import { encodeModel } from '../../physics/potentials/deep/model-file.ts';
import type { npt } from '../../steps/npt/interface.ts';
import { run as runNpt } from '../../steps/npt/run.ts';
import type { viscosity } from '../../steps/viscosity/interface.ts';
import { run as runViscosity } from '../../steps/viscosity/run.ts';
import { randomModel } from '../oracle/random-model.ts';
import { type TestContext, taskContext } from './context.ts';

/** Random weights that bind bcc at 8.6 Å³ and melt below 1200 K; a second member two percent softer. */
const model = randomModel({
  elements: ['Fe'],
  cutoff: 5,
  axis: 4,
  fitting: [8, 8],
  sel: [120],
});
const [first] = model.members as readonly [DeepPotential];
const softer: DeepPotential = {
  ...first,
  fittings: first.fittings.map((net) =>
    net.map((layer) =>
      layer.outputs === 1 ? { ...layer, weights: layer.weights.map((w) => 0.98 * w) } : layer,
    ),
  ),
};

const folder = mkdtempSync(join(tmpdir(), 'curie-model-'));
function artifact(name: string, bytes: Uint8Array | string): Artifact {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { path, digest: name, size: bytes.length };
}
const potential = artifact(
  'model.curie',
  encodeModel({
    ...model,
    members: [first, softer],
    range: { ...model.range, volume: [8, 17] },
  }),
);
const density: Inputs<typeof npt> = {
  potential,
  composition: { Fe: 1 },
  temperature: 1000,
  pressure: 0,
  phase: 'liquid',
  atoms: 54,
  length: 2,
  timestep: undefined,
  seed: 1,
};

const filesOf = (task: TestContext): Record<string, string> =>
  Object.fromEntries(
    readdirSync(task.folder)
      .sort()
      .map((name) => [name, readFileSync(join(task.folder, name), 'utf8')]),
  );

/** Runs on one thread and on two; both must be the same. */
async function onThreads(
  step: (task: TestContext) => Promise<Outcome>,
): Promise<{ readonly outcome: Outcome; readonly files: Record<string, string> }> {
  const [one, two] = [taskContext({ threads: 1 }), taskContext({ threads: 2 })];
  const outcome = await step(one);
  assert.equal(await step(two), outcome);
  assert.equal(filesOf(two), filesOf(one));
  return { outcome, files: filesOf(one) };
}

const deep = suite('steps on a Deep Potential');

deep('npt and viscosity give the same bytes on one thread and on two', async () => {
  const { outcome, files } = await onThreads((task) => runNpt(density, task));
  assert.ok(files['thermo.csv']!.includes('production 2,1,'), 'both members ran');
  assert.ok('state' in outcome.outputs!, JSON.stringify(outcome.outputs));

  const start = artifact('state.extxyz', files['state.extxyz']!);
  const replicas: Inputs<typeof viscosity> = {
    potential,
    start,
    temperature: undefined,
    replicas: 2,
    length: 0.4,
    timestep: undefined,
    seed: 1,
  };
  const viscous = await onThreads((task) => runViscosity(replicas, task));
  assert.ok(viscous.files['thermo.csv']!.includes('replica 2,1,'), 'both replicas ran');
  assert.ok('integral' in viscous.outcome.outputs!);
});

deep('a model file that is cut off is said so', async () => {
  const broken = artifact('broken.curie', readFileSync(potential.path).subarray(0, -80));
  let message = '';
  try {
    await runNpt({ ...density, potential: broken }, taskContext());
  } catch (error) {
    if (error instanceof Error) message = `${error.name}: ${error.message}`;
  }
  assert.is(
    message,
    'StepError: the model file is cut off: it holds fewer numbers than its nets need',
  );
});
deep.run();
