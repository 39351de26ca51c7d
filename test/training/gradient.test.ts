/** The training kernel: energies, forces and virials of the force field, gradients of its own loss. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import { examplesOf } from '../../physics/training/examples.ts';
import { TrainingKernel } from '../../physics/training/kernel.ts';
import { parametersOf, withParameters } from '../../physics/training/parameters.ts';
import { oracleEnergy, oracleForces, oracleVirial } from '../oracle/deep-potential.ts';
import { type RandomModelOptions, randomModel } from '../oracle/random-model.ts';
import { apart, largest, randomFrames, weigh } from './rig.ts';

const kernels = suite('training kernel');

const models: readonly (readonly [string, RandomModelOptions])[] = [
  ['three elements, resnet_dt, repulsion', { sel: [60, 60, 60] }],
  [
    'odd widths, no time step',
    { embedding: [5, 10, 21], axis: 3, fitting: [13, 13, 7], timeStep: false },
  ],
  ['a skip from the one input', { embedding: [2, 4], fitting: [9, 18], shortRange: false }],
  ['one element', { elements: ['Fe'], sel: [130] }],
];

for (const [title, options] of models) {
  const model = randomModel(options);
  const { architecture } = model;
  // Cells narrower than the cut-off: atoms are their own neighbours. One frame without a virial.
  const frames = [...randomFrames(model, [2, 5, 9]), ...randomFrames(model, [4], false)].map(
    (frame, k) => ({ ...frame, group: ['liquid_fe', 'bcc_fe', 'fcc_fe', 'liquid_fe'][k] }),
  );
  const weights = new Map([
    ['liquid_fe', 2.5],
    ['fcc_fe', 0.3],
  ]);
  const examples = examplesOf(frames, model, weights);

  kernels(`gives what the definition says: ${title}`, () => {
    const kernel = new TrainingKernel(model, examples, frames.length, 'f64');
    const field = openDeepPotential(model, 0, { precision: 'f64', compress: false });
    const bare = openDeepPotential({ ...model, shortRange: null }, 0, {
      precision: 'f64',
      compress: false,
    });
    frames.forEach((frame, k) => {
      const { types } = examples[k].around;
      const found = kernel.residuals(0, [k]);
      const forces = kernel.forces(0, types.length);
      bare.setAtoms(types);
      const expected = bare.compute(frame.positions, frame.cell);
      // The error of interpolation between nodes, and rounding.
      assert.ok(Math.abs(found.total - expected.energy) < 1e-11 * types.length);
      assert.ok(apart(forces, expected.forces) < 1e-11);
      const labels = examples[k].labels;
      const n = types.length;
      const energy = (expected.energy - labels.energy) / n;
      assert.ok(Math.abs(found.energy / (energy * energy) - 1) < 1e-9);
      const squares = expected.forces.reduce((sum, f, i) => sum + (f - labels.forces[i]) ** 2, 0);
      assert.ok(Math.abs(found.force / (squares / (3 * n)) - 1) < 1e-9);
      if (labels.virial === null) {
        assert.is(found.virials, 0);
      } else {
        const { virial } = labels;
        const off = expected.virial.reduce((sum, w, i) => sum + ((w - virial[i]) / n) ** 2, 0);
        assert.ok(Math.abs(found.virial / (off / 9) - 1) < 1e-9);
      }
      // Whether the repulsion is in the model or taken from the labels is the same.
      field.setAtoms(types);
      const whole = field.compute(frame.positions, frame.cell);
      const missing = frame.labels.energy - whole.energy;
      assert.ok(Math.abs(missing - (labels.energy - found.total)) < 1e-10 * n);
      const forcesMissing = frame.labels.forces.map((f, i) => f - whole.forces[i]);
      assert.ok(
        apart(
          forcesMissing,
          labels.forces.map((f, i) => f - forces[i]),
        ) < 1e-9,
      );
    });
    const [frame, { around }] = [frames[1], examples[1]];
    const configuration = { types: around.types, ...frame };
    const member = model.members[0];
    const found = kernel.residuals(0, [1]);
    assert.ok(Math.abs(found.total - oracleEnergy(architecture, member, configuration)) < 1e-10);
    const forces = oracleForces(architecture, member, configuration);
    assert.ok(apart(kernel.forces(0, around.types.length), forces) < 1e-6 * largest(forces));
    const virial = oracleVirial(architecture, member, configuration);
    const labels = examples[1].labels.virial;
    const off = virial.reduce((sum, w, i) => sum + (w - (labels?.[i] ?? 0)) ** 2, 0);
    assert.ok(Math.abs(found.virial / (off / (9 * around.types.length ** 2)) - 1) < 1e-6);
    for (const open of [kernel, field, bare]) open.close();
  });

  kernels(`has the mean over frames of their losses by weight: ${title}`, () => {
    const kernel = new TrainingKernel(model, examples, frames.length, 'f64');
    weigh(kernel.members[0], [0.3, 10, 2]);
    const losses = frames.map(({ species: { length: n } }, k) => {
      const { energy, force, virial, loss } = kernel.residuals(0, [k]);
      const plain = n * (0.3 * energy + 2 * virial) + 10 * force;
      assert.ok(Math.abs(loss / plain / [2.5, 1, 0.3, 2.5][k] - 1) < 1e-12);
      return loss;
    });
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / frames.length;
    const batch = kernel.gradient(0, [...frames.keys()]);
    assert.ok(Math.abs(batch / mean - 1) < 1e-12);
    kernel.close();
  });

  kernels(`has the gradient of its loss, of every parameter: ${title}`, () => {
    const kernel = new TrainingKernel(model, examples, frames.length, 'f64');
    const member = kernel.members[0];
    weigh(member, [0.3, 10, 2]);
    const order = frames.map((_, k) => k);
    kernel.gradient(0, order);
    const gradient = member.gradient.slice();
    const scale = largest(gradient);
    assert.ok(scale > 0.1);
    // Padding is no parameter: nothing may move it.
    const real = parametersOf(kernel.plan, withOnes(kernel, model));
    let seen = 0;
    for (let k = 0; k < gradient.length; k++) {
      if (real[k] === 0) {
        assert.is(gradient[k], 0);
        continue;
      }
      seen += 1;
      // Every parameter of a small net, every seventh of a large one.
      if (gradient.length > 2500 && seen % 7 !== 0) continue;
      const held = member.parameters[k];
      const loss = (shift: number) => {
        member.parameters[k] = held + shift;
        return kernel.gradient(0, order);
      };
      const h = 1e-4;
      const [near, far] = [loss(h) - loss(-h), loss(2 * h) - loss(-2 * h)];
      member.parameters[k] = held;
      // Richardson's rule: the error is of fourth order.
      const slope = (8 * near - far) / (12 * h);
      assert.ok(
        Math.abs(slope - gradient[k]) < 1e-6 * Math.max(Math.abs(gradient[k]), 1e-3 * scale),
        `parameter ${k}: ${gradient[k]}, by differences ${slope}`,
      );
    }
    assert.is(seen, parameterCount(model));
    kernel.close();
  });
}

function withOnes(kernel: TrainingKernel, model: ReturnType<typeof randomModel>) {
  const ones = new Float64Array(kernel.plan.count).fill(1);
  return withParameters(kernel.plan, model.members[0], ones);
}

function parameterCount({ members }: ReturnType<typeof randomModel>): number {
  return [...members[0].embeddings, ...members[0].fittings]
    .flat()
    .reduce(
      (sum, { weights, bias, timeStep }) =>
        sum + weights.length + bias.length + (timeStep?.length ?? 0),
      0,
    );
}

kernels('interpolates between nodes with an error far below rounding in f32', () => {
  const model = randomModel({
    embedding: [16, 32, 64],
    axis: 8,
    fitting: [40, 40],
    sel: [60, 60, 60],
  });
  const frames = randomFrames(model, [12]);
  const examples = examplesOf(frames, model);
  const { energy } = (() => {
    const field = openDeepPotential({ ...model, shortRange: null }, 0, {
      precision: 'f64',
      compress: false,
    });
    field.setAtoms(examples[0].around.types);
    return field.compute(frames[0].positions, frames[0].cell);
  })();
  const errors = [1 / 8, 1 / 16, 1 / 32].map((spacing) => {
    const kernel = new TrainingKernel(model, examples, 1, 'f64', spacing);
    const { total } = kernel.residuals(0, [0]);
    kernel.close();
    return Math.abs(total - energy) / 12;
  });
  assert.ok(errors[1] < 1e-9, `${errors}`);
  assert.ok(errors[2] < 1e-11, `${errors}`);
  assert.ok(errors[0] / errors[1] > 30, `of eighth order: ${errors}`);
});

kernels('in f32 differs from f64 by its rounding only', () => {
  const model = randomModel({ sel: [60, 60, 60] });
  const frames = randomFrames(model, [7, 12]);
  const examples = examplesOf(frames, model);
  const gradients = (['f32', 'f64'] as const).map((precision) => {
    const kernel = new TrainingKernel(model, examples, 2, precision);
    weigh(kernel.members[0], [0.3, 10, 2]);
    const loss = kernel.gradient(0, [0, 1]);
    const gradient = Float64Array.from(kernel.members[0].gradient);
    kernel.close();
    return { loss, gradient };
  });
  const [single, double] = gradients;
  assert.ok(Math.abs(single.loss / double.loss - 1) < 1e-5);
  assert.ok(apart(single.gradient, double.gradient) < 1e-5 * largest(double.gradient));
});

kernels.run();
