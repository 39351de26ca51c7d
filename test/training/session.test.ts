/** Trainings as a whole: the optimiser, the same bits in every way of running, and errors that fall. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pow } from '../../physics/elementary.ts';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import { encodeModel } from '../../physics/potentials/deep/model-file.ts';
import { energyError, forceError, predict } from '../../physics/potentials/evaluation.ts';
import { decodeState, encodeState } from '../../physics/training/checkpoint.ts';
import { examplesOf } from '../../physics/training/examples.ts';
import { initialModel } from '../../physics/training/initial.ts';
import { TrainingKernel } from '../../physics/training/kernel.ts';
import { dealer } from '../../physics/training/schedule.ts';
import { Training } from '../../physics/training/session.ts';
import { randomModel } from '../oracle/random-model.ts';
import { apart, finish, largest, plan, randomFrames, shipped, small, weigh } from './rig.ts';

const trainings = suite('training');
const { train, validation } = shipped('nonmagnetic');

for (const optimiser of ['adam', 'averaged-adam'] as const) {
  trainings(`moves parameters as ${optimiser} does, with the weights of the schedule`, () => {
    const averaged = optimiser === 'averaged-adam';
    const model = randomModel({ sel: [60, 60, 60] });
    const frames = randomFrames(model, [4, 6, 5]);
    const settings = plan({
      optimiser,
      precision: 'f64',
      updates: 6,
      batch: 2,
      validateEvery: 6,
      seed: 3,
    });
    const training = new Training(model, frames, frames, settings);
    finish(training);
    const { arrays } = training.state();
    const found = arrays['0 parameters'];
    training.close();

    const kernel = new TrainingKernel(model, examplesOf(frames, model), 2, 'f64');
    const member = kernel.members[0];
    const deal = dealer(3, 3, 0);
    const [first, second] = [0, 1].map(() => new Float64Array(found.length));
    const average = Float64Array.from(member.parameters);
    const decay = pow(settings.rate.end / settings.rate.start, 1 / 6);
    let rate = settings.rate.start;
    for (let step = 1; step <= 6; step++) {
      const share = rate / settings.rate.start;
      const { energy, force, virial } = settings.prefactors;
      const [e, f, v] = [energy, force, virial].map(
        ({ start, end }) => end + (start - end) * share,
      );
      weigh(member, [e, f, v]);
      kernel.gradient(0, deal(2 * (step - 1), 2));
      const length = averaged ? settings.rate.start : rate;
      for (let k = 0; k < found.length; k++) {
        const g = member.gradient[k];
        first[k] = 0.9 * first[k] + 0.1 * g;
        second[k] = 0.999 * second[k] + 0.001 * g * g;
        const mean = first[k] / (1 - 0.9 ** step);
        const square = second[k] / (1 - 0.999 ** step);
        member.parameters[k] -= (length * mean) / (Math.sqrt(square) + 1e-8);
        average[k] += (40 / (step + 39)) * (member.parameters[k] - average[k]);
      }
      rate *= decay;
    }
    assert.ok(apart(found, member.parameters) < 1e-12 * largest(found));
    if (averaged) assert.ok(apart(arrays['0 average'], average) < 1e-12 * largest(found));
    kernel.close();
  });
}

trainings('deals out every frame once an epoch, each time in another order', () => {
  const deal = dealer(7, 1, 0);
  const epochs = [0, 1, 2].map((epoch) => Array.from(deal(7 * epoch, 7)));
  for (const epoch of epochs) assert.equal([...epoch].sort(), [0, 1, 2, 3, 4, 5, 6]);
  assert.not.equal(epochs[0], epochs[1]);
  assert.equal(Array.from(dealer(7, 1, 0)(3, 10)), epochs.flat().slice(3, 13));
  assert.not.equal(Array.from(dealer(7, 1, 1)(0, 7)), epochs[0]);
  assert.not.equal(Array.from(dealer(7, 2, 0)(0, 7)), epochs[0]);
});

const start = initialModel(train.slice(0, 10), small, 3, 1);
const some = { train: train.slice(0, 10), validation: validation.slice(0, 4) };
const text = (training: Training) =>
  Buffer.from(encodeModel(training.model())).toString('base64') + JSON.stringify(training.progress);

for (const [precision, batch, optimiser] of [
  ['f32', 1, 'adam'],
  ['f32', 3, 'adam'],
  ['f64', 1, 'adam'],
  ['f32', 2, 'averaged-adam'],
] as const) {
  trainings(
    `ends with the same bytes on 1, 2 and 3 threads: ${optimiser}, ${precision}, batch ${batch}`,
    async () => {
      const ends: string[] = [];
      for (const threads of [1, 2, 3]) {
        const training = new Training(
          start,
          some.train,
          some.validation,
          plan({ precision, batch, optimiser }),
        );
        training.setThreads(threads);
        await new Promise((resolve) => setTimeout(resolve, 150));
        // Blocks of odd sizes: how the work is cut does not show.
        finish(training, threads === 1 ? [100] : [1, 7, 13]);
        ends.push(text(training));
        training.close();
      }
      assert.ok(ends[0] === ends[1] && ends[0] === ends[2]);
    },
  );
}

trainings('a single member has the same bytes on any number of threads', async () => {
  const single = { ...start, members: start.members.slice(1, 2) };
  const settings = plan({ batch: 2, optimiser: 'averaged-adam' });
  const ends: string[] = [];
  for (const threads of [1, 2, 3]) {
    const training = new Training(single, some.train, some.validation, settings);
    training.setThreads(threads);
    await new Promise((resolve) => setTimeout(resolve, 150));
    finish(training);
    ends.push(text(training));
    training.close();
  }
  assert.ok(ends[0] === ends[1] && ends[0] === ends[2]);
});

for (const optimiser of ['adam', 'averaged-adam'] as const) {
  trainings(`goes on from a checkpoint to the same bytes: ${optimiser}`, () => {
    const settings = plan({ patience: 200, optimiser });
    const whole = new Training(start, some.train, some.validation, settings);
    finish(whole);
    let training = new Training(start, some.train, some.validation, settings);
    for (const block of [7, 13, 17, 5]) {
      training.advance(block);
      const bytes = encodeState(training.state());
      training.close();
      assert.ok(Buffer.from(bytes).equals(encodeState(decodeState(bytes))));
      training = new Training(start, some.train, some.validation, settings, decodeState(bytes));
    }
    finish(training);
    assert.ok(text(training) === text(whole));
    for (const open of [training, whole]) open.close();
  });
}

trainings('leaves frames of weight 0 out of the loss, and counts them in the errors', () => {
  const mixed = some.train.map((frame, k) => ({ ...frame, group: k % 3 === 0 ? 'hot' : 'bcc' }));
  const looked = some.validation.map((frame) => ({ ...frame, group: 'bcc' }));
  const wrong = mixed.map((frame) =>
    frame.group === 'bcc'
      ? frame
      : { ...frame, labels: { ...frame.labels, energy: frame.labels.energy + 5 } },
  );
  const ends = [mixed, wrong].map((frames) => {
    const training = new Training(
      start,
      frames,
      looked,
      plan({ updates: 40, weights: new Map([['hot', 0]]) }),
    );
    finish(training);
    const [{ curve }] = training.progress;
    const model = Buffer.from(encodeModel(training.model())).toString('base64');
    training.close();
    return { model, energy: curve.at(-1)?.training?.energy ?? 0 };
  });
  assert.ok(ends[0].model === ends[1].model);
  assert.ok(ends[1].energy > ends[0].energy + 0.1);
});

trainings('weighs validation frames as those it trains on', () => {
  const looked = some.validation.map((frame, k) => ({ ...frame, group: k === 0 ? 'hot' : 'bcc' }));
  const losses = [new Map(), new Map([['hot', 3]]), new Map([['hot', 0]])].map((weights) => {
    const training = new Training(start, some.train, looked, plan({ weights }));
    const [{ best }] = training.progress;
    training.close();
    return best.loss;
  });
  const [plain, heavy, without] = losses;
  assert.ok(without < plain);
  assert.ok(Math.abs((heavy - without) / (3 * (plain - without)) - 1) < 1e-12);
});

for (const optimiser of ['adam', 'averaged-adam'] as const) {
  trainings(`keeps each member as it was at its best validation: ${optimiser}`, () => {
    const settings = plan({
      optimiser,
      rate: { start: 0.03, end: 0.01 },
      updates: 40,
      validateEvery: 5,
    });
    const training = new Training(start, some.train, some.validation, settings);
    finish(training);
    const model = training.model();
    training.progress.forEach(({ curve, best }, k) => {
      assert.equal(
        curve.map(({ update }) => update),
        [0, 5, 10, 15, 20, 25, 30, 35, 40],
      );
      assert.is(best.loss, Math.min(...curve.map(({ loss }) => loss)));
      const field = openDeepPotential(model, k, { compress: false });
      const predictions = predict([field], some.validation);
      field.close();
      const squares = predictions.map(({ frame, forces, energies }) => ({
        force:
          forces[0].reduce((sum, f, i) => sum + (f - frame.labels.forces[i]) ** 2, 0) /
          forces[0].length,
        energy: ((energies[0] - frame.labels.energy) / frame.species.length) ** 2,
      }));
      const rms = (of: 'force' | 'energy') =>
        Math.sqrt(squares.reduce((sum, square) => sum + square[of], 0) / squares.length);
      assert.ok(Math.abs(rms('force') / best.validation.force - 1) < 1e-4);
      assert.ok(Math.abs(rms('energy') / best.validation.energy - 1) < 1e-3);
    });
    training.close();
  });
}

trainings('learns a frame by heart', () => {
  const frames = [train[3]];
  const shape = { ...small, embedding: [8, 16, 32], fitting: [48, 48] };
  const model = initialModel(frames, shape, 1, 1);
  const settings = plan({
    updates: 3000,
    validateEvery: 500,
    rate: { start: 3e-3, end: 1e-4 },
    prefactors: {
      energy: { start: 1, end: 1 },
      force: { start: 10, end: 10 },
      virial: { start: 0, end: 0 },
    },
  });
  const training = new Training(model, frames, frames, settings);
  finish(training);
  const { validation: errors } = training.progress[0].best;
  training.close();
  assert.ok(errors.force < 0.1, `${errors.force} eV/Å`);
  assert.ok(errors.energy < 1e-3, `${errors.energy} eV/atom`);
});

trainings('gets better on shipped frames that it does not see', () => {
  const model = initialModel(train, { ...small, fitting: [32, 32, 32] }, 1, 1);
  const settings = plan({ updates: 1500, validateEvery: 500, rate: { start: 3e-3, end: 1e-4 } });
  const training = new Training(model, train, validation, settings);
  finish(training);
  const fields = [model, training.model()].map((each) => openDeepPotential(each, 0));
  const [before, after] = fields.map((field) => predict([field], shipped('nonmagnetic').test));
  const force = (predictions: typeof before) => forceError(predictions)?.value ?? Number.NaN;
  const energy = (predictions: typeof before) =>
    energyError(predictions, true)?.value ?? Number.NaN;
  assert.ok(force(after) < 0.65 && force(after) < force(before) / 2, `${force(after)} eV/Å`);
  assert.ok(energy(after) < 0.1, `${energy(after)} eV/atom`);
  training.close();
});

trainings.run();
