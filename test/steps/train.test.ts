/** The train step: what it hands on, how it is continued, and its words for what does not fit. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact } from '../../engine/step.ts';
import { writeFrames } from '../../physics/dft/frames.ts';
import { decodeModel, encodeModel } from '../../physics/potentials/deep/model-file.ts';
import type { Frame } from '../../physics/structure/frame.ts';
import { run } from '../../steps/train/run.ts';
import type { TrainInputs } from '../../steps/train/settings.ts';
import { randomModel } from '../oracle/random-model.ts';
import { shipped } from '../training/rig.ts';
import { type TestContext, taskContext } from './context.ts';

const folder = mkdtempSync(join(tmpdir(), 'curie-train-'));
let files = 0;
function artifact(content: string | Uint8Array): Artifact {
  files += 1;
  const path = join(folder, String(files));
  writeFileSync(path, content);
  return { path, digest: '', size: 0 };
}
const frames = (list: readonly Frame[]) => artifact(writeFrames(list));

const parts = shipped('nonmagnetic');
const polarised = shipped('polarised');
const [few, fewPolarised] = [parts.train.slice(0, 8), polarised.train.slice(0, 6)];
const validation = frames(parts.validation.slice(0, 4));

const inputs: TrainInputs = {
  from: undefined,
  train: frames(few),
  validation,
  updates: 60,
  members: 2,
  seed: 1,
  patience: undefined,
  batch: 1,
  precision: 'f32',
  cutoff: 4.5,
  inner_cutoff: undefined,
  embedding: [4, 8, 16],
  axis: 4,
  fitting: [16, 16],
  learning_rate: undefined,
  last_learning_rate: undefined,
  energy_weight: [0.02, 1],
  force_weight: [1000, 1],
  virial_weight: [0.02, 0.02],
  weights: {},
  optimiser: 'adam',
};
/** Of a model that is gone on from, nothing of the architecture is given. */
const onwards = {
  ...inputs,
  members: undefined,
  cutoff: undefined,
  embedding: undefined,
  axis: undefined,
  fitting: undefined,
};

const filesOf = (task: TestContext) =>
  Object.fromEntries(
    readdirSync(task.folder)
      .sort()
      .map((name) => [name, readFileSync(join(task.folder, name)).toString('base64')]),
  );

const training = suite('train');

training('hands on a model, its curve, its errors and figures', async () => {
  const task = taskContext();
  const said: string[] = [];
  const outcome = await run(inputs, { ...task, progress: (_, text) => said.push(text ?? '') });
  assert.is(outcome.kind, 'done');
  const model = decodeModel(readFileSync(join(task.folder, 'model.curie')));
  assert.equal(model.architecture.elements, ['Fe', 'Cr', 'C']);
  assert.is(model.members.length, 2);
  assert.is(model.spin, 'none');
  assert.is(model.range.frames, 8);
  const curve = readFileSync(join(task.folder, 'curve.csv'), 'utf8').trim().split('\n');
  assert.is(
    curve[0],
    'member,update,training_force_eV_per_A,training_energy_eV_per_atom,training_virial_eV_per_atom,validation_force_eV_per_A,validation_energy_eV_per_atom,validation_virial_eV_per_atom,validation_loss',
  );
  assert.is(curve.length, 1 + 2 * 61);
  assert.match(curve[1], /^1,0,,,,[\d.]+,/);
  assert.match(
    said.at(-1) ?? '',
    /^update 60 of 60, loss [\d.]+, validation [\d.]+ eV\/Å, [\d.]+ meV\/atom$/,
  );
  const summary = outcome.outputs?.summary as {
    members: { updates: number; validation: { force_eV_per_A: number } }[];
  };
  assert.equal(
    summary.members.map(({ updates }) => updates),
    [60, 60],
  );
  const squares = summary.members.map((member) => member.validation.force_eV_per_A ** 2);
  assert.is(outcome.outputs?.force_rmse, Math.sqrt((squares[0] + squares[1]) / 2));
  assert.equal(
    outcome.figures?.map(({ id }) => id),
    ['forces', 'energies', 'members'],
  );
});

training('ends with the same bytes on any number of threads, stopped or not', async () => {
  const whole = taskContext();
  const outcome = await run(inputs, whole);
  let saved: Uint8Array | undefined;
  let stops = 0;
  for (;;) {
    const task = taskContext({
      threads: 1 + (stops % 3),
      stopAfterSaves: 2,
      ...(saved ? { resume: saved } : {}),
    });
    try {
      const again = await run(inputs, task);
      assert.equal(again, outcome);
      assert.equal(filesOf(task), filesOf(whole));
      break;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'stopped') throw error;
      saved = task.saved;
      stops += 1;
    }
  }
  assert.ok(stops >= 2, `${stops} stops`);
});

training('goes on from a model: its statistics and room stay, its energies shift', async () => {
  const first = taskContext();
  await run(inputs, first);
  const bytes = readFileSync(join(first.folder, 'model.curie'));
  const before = decodeModel(bytes);
  const task = taskContext();
  const outcome = await run(
    {
      ...onwards,
      from: artifact(bytes),
      train: frames(fewPolarised),
      validation: frames(polarised.validation.slice(0, 2)),
      updates: 20,
    },
    task,
  );
  assert.is(outcome.kind, 'done');
  const after = decodeModel(readFileSync(join(task.folder, 'model.curie')));
  assert.is(after.spin, 'collinear');
  assert.equal(after.architecture, before.architecture);
  after.members.forEach((member, k) => {
    for (const name of ['mean', 'deviation', 'angularDeviation'] as const)
      assert.equal(member[name], before.members[k][name]);
    assert.not.equal(member.bias, before.members[k].bias);
  });
  assert.is(after.range.frames, 6);
});

training('ends a member whose validation has stopped getting better', async () => {
  const outcome = await run(
    { ...inputs, updates: 300, patience: 3, learning_rate: 0.2, last_learning_rate: 0.1 },
    taskContext(),
  );
  const summary = outcome.outputs?.summary as {
    members: { updates: number; best_update: number; ended_early: boolean }[];
  };
  for (const { updates, best_update, ended_early } of summary.members) {
    assert.ok(ended_early);
    assert.is(updates, best_update + 3);
  }
});

async function refusal(changes: Partial<TrainInputs>): Promise<string> {
  try {
    await run({ ...inputs, ...changes }, taskContext());
  } catch (error) {
    assert.is((error as Error).name, 'StepError', String(error));
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

training('says what does not fit', async () => {
  const model = artifact(encodeModel(randomModel({ members: 3, sel: [80, 80, 80] })));
  const binary = artifact(encodeModel(randomModel({ elements: ['Fe', 'C'] })));
  const pairwise = artifact(encodeModel(randomModel({ oneSide: false, sel: [80, 80, 80] })));
  const tight = artifact(encodeModel(randomModel({ sel: [5, 80, 80] })));
  assert.is(await refusal({ train: frames([]) }), 'train: holds no frame');
  assert.is(await refusal({ validation: frames([]) }), 'validation: holds no frame');
  assert.match(
    await refusal({ validation: frames(fewPolarised) }),
    /^the training frames were computed with spin=none, validation frame \S+ with spin=collinear: /,
  );
  assert.match(
    await refusal({ train: frames([...few, fewPolarised[0]]) }),
    /^frame \S+ was computed with spin=none, frame \S+ with spin=collinear: .*; train on one treatment$/,
  );
  assert.match(
    await refusal({ train: frames(few.filter(({ species }) => !species.includes('Cr'))) }),
    /^frame \S+ \(\w+\) holds Cr, which the model does not know; it knows Fe(, C)?$/,
  );
  assert.match(
    await refusal({ ...onwards, from: binary }),
    /^frame \S+ \(\w+\) holds Cr, which the model does not know; it knows Fe, C$/,
  );
  assert.match(
    await refusal({ ...onwards, from: tight }),
    /^frame \S+ \(\w+\): atom \d+ \(Fe\) has \d+ Fe neighbours within 4.5 Å, more than the 5 that the potential allows \(sel\)/,
  );
  assert.is(
    await refusal({ ...onwards, from: pairwise }),
    'the model has an embedding net for every pair of elements (type_one_side: false); a training can go on only from one net for each element',
  );
  assert.is(
    await refusal({ ...onwards, from: model, members: 2 }),
    'members is 2, but the model to go on from has 3; member k goes on from member k, so leave members out or make it 3',
  );
  assert.is(
    await refusal({ ...onwards, from: model, axis: 4 }),
    "axis is given beside from; a training that goes on from a model keeps the model's own",
  );
  assert.is(
    await refusal({ from: artifact('nonsense'), cutoff: undefined }),
    'this is no curie model: a model file begins with "curie-model"',
  );
  assert.is(
    await refusal({ inner_cutoff: 5 }),
    'inner_cutoff is 5 Å and cutoff 4.5 Å; the inner one must be smaller',
  );
  assert.is(
    await refusal({ axis: 20 }),
    'axis is 20, but the last embedding layer has only 16 outputs; axis may be at most that',
  );
  assert.is(
    await refusal({ fitting: [64, 16] }),
    'the first fitting layer is as wide as the descriptor (16·4) or twice as wide, which is not supported; choose another width',
  );
  assert.is(
    await refusal({ force_weight: [1] }),
    'force_weight has 1 numbers; expected two: at the first learning rate, and at rate zero',
  );
  assert.is(
    await refusal({ learning_rate: 1e-4, last_learning_rate: 1e-3 }),
    'last_learning_rate is 0.001, above the first, 0.0001; the rate cannot rise',
  );
  assert.is(
    await refusal({ optimiser: 'averaged-adam', last_learning_rate: 1e-4 }),
    'last_learning_rate is given, but with the optimiser averaged-adam the rate stays at learning_rate; leave it out',
  );
  const there = [...new Set([...few, ...parts.validation.slice(0, 4)].map(({ group }) => group))];
  assert.is(
    await refusal({ weights: { [there[0]]: 2, molten: 2 } }),
    `weights names molten, but no frame has that config_type; there are ${there.sort().join(', ')}`,
  );
  assert.is(
    await refusal({ weights: Object.fromEntries(few.map(({ group }) => [group, 0])) }),
    'weights gives every training frame the weight 0; leave at least one config_type among them above it',
  );
  assert.match(
    await refusal({ learning_rate: 1e30, last_learning_rate: 1e30 }),
    /^member 1 has diverged by update \d+: its errors are no longer numbers; a lower learning rate would help$/,
  );
});

training('weighs frames by their config_type', async () => {
  const groups = Object.fromEntries(few.map(({ group }, k) => [group, k + 0.5]));
  const plain = await run(inputs, taskContext());
  const weighed = await run({ ...inputs, weights: groups }, taskContext());
  assert.is(weighed.kind, 'done');
  assert.not.equal(weighed.outputs?.force_rmse, plain.outputs?.force_rmse);
  const named = Object.fromEntries(few.map(({ group }) => [group, 1]));
  assert.equal(await run({ ...inputs, weights: named }, taskContext()), plain);
});

training('warns of validation frames that are trained on', async () => {
  const task = taskContext();
  await run(
    { ...inputs, updates: 2, validation: frames([few[0], ...parts.validation.slice(0, 2)]) },
    task,
  );
  assert.match(task.warnings[0], /^1 of 3 validation frames are training frames too \(/);
});

training.run();
