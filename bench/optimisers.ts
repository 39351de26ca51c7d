/**
 * The optimisers of `train` on the study's pre-training, and on its fine-tuning from what Adam made
 * of 20,000 updates: errors after as many updates, and the updates after which averaged-adam has
 * the validation loss that Adam ends with. Three members by seed, mean ± standard error.
 *
 *   node bench/optimisers.ts
 *
 * Errors are the same on every machine; a quarter of an hour on two cores.
 */
import { openDeepPotential } from '../physics/potentials/deep/force-field.ts';
import type { Model } from '../physics/potentials/deep/model.ts';
import { energyError, forceError, predict } from '../physics/potentials/evaluation.ts';
import { adaptedModel } from '../physics/training/fine-tune.ts';
import { initialModel } from '../physics/training/initial.ts';
import { type MemberProgress, Training, type TrainingPlan } from '../physics/training/session.ts';
import { planOf, shape, shippedFrames, summary } from './pre-training.ts';

const MEMBERS = 3;
type Parts = ReturnType<typeof shippedFrames>;
interface Trained {
  readonly model: Model;
  readonly progress: readonly MemberProgress[];
}

const row = (cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);

function trained(start: Model, { train, validation }: Parts, plan: TrainingPlan): Trained {
  const training = new Training(start, train, validation, plan);
  training.setThreads(2);
  while (!training.finished) training.advance(200);
  training.close();
  return { model: training.model(), progress: training.progress };
}

function report(name: string, parts: Parts, plan: TrainingPlan, found: Trained, goal?: Trained) {
  const errors = found.model.members.map((_, k) => {
    const field = openDeepPotential(found.model, k, { compress: false });
    const predictions = predict([field], parts.test);
    field.close();
    return [
      forceError(predictions)?.value ?? Number.NaN,
      1000 * (energyError(predictions, false)?.value ?? Number.NaN),
    ];
  });
  const best = found.progress.map((member) => member.best);
  const reached = goal?.progress.flatMap((member, k) => {
    const first = found.progress[k].curve.find(({ loss }) => loss <= member.best.loss);
    return first === undefined ? [] : [first.update];
  });
  const numbers: readonly (readonly [values: readonly number[], digits: number])[] = [
    [best.map(({ loss }) => loss), 3],
    [best.map(({ validation }) => validation.force), 3],
    [best.map(({ validation }) => 1000 * validation.energy), 1],
    [errors.map(([force]) => force), 3],
    [errors.map(([, energy]) => energy), 1],
  ];
  row([
    name,
    plan.updates,
    plan.optimiser,
    ...numbers.map(([values, digits]) => summary(values, digits)),
    reached === undefined
      ? ''
      : reached.length === MEMBERS
        ? summary(reached, 0)
        : `${reached.length} of ${MEMBERS} did`,
  ]);
}

/** Both optimisers from one start; what Adam made of it. */
function compare(name: string, start: Model, parts: Parts, plan: TrainingPlan): Model {
  const adam = trained(start, parts, plan);
  report(name, parts, plan, adam);
  const averaged: TrainingPlan = { ...plan, optimiser: 'averaged-adam' };
  report(name, parts, averaged, trained(start, parts, averaged), adam);
  return adam.model;
}

row([
  'training',
  'updates',
  'optimiser',
  'validation loss',
  'validation force, eV/Å',
  'energy, meV/atom',
  'held out force, eV/Å',
  'energy, meV/atom',
  "updates to Adam's validation loss",
]);
row(Array(9).fill('---'));
const nonmagnetic = shippedFrames('nonmagnetic');
const start = initialModel(nonmagnetic.train, shape, MEMBERS, 1);
compare('new', start, nonmagnetic, planOf(5000));
compare('new', start, nonmagnetic, planOf(10_000));
const pretrained = compare('new', start, nonmagnetic, planOf(20_000));
const polarised = shippedFrames('polarised');
compare('fine-tuning', adaptedModel(pretrained, polarised.train), polarised, {
  ...planOf(5000),
  rate: { start: 2e-4, end: 2e-5 },
});
process.exit();
