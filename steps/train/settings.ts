/** From a step's inputs to what physics asks for; defaults that are not in the interface are ours. */
import { type Inputs, StepError } from '../../engine/step.ts';
import type { Model } from '../../physics/potentials/deep/model.ts';
import type { Frame } from '../../physics/structure/frame.ts';
import { adaptedModel } from '../../physics/training/fine-tune.ts';
import { initialModel, type Shape } from '../../physics/training/initial.ts';
import type { Ramp } from '../../physics/training/schedule.ts';
import type { TrainingPlan } from '../../physics/training/session.ts';
import type { train } from './interface.ts';

export type TrainInputs = Inputs<typeof train>;

const SHAPE: Shape = {
  inner: 0.5,
  cutoff: 5,
  embedding: [16, 32, 64],
  axis: 8,
  fitting: [120, 120, 120],
};
const RATE = { new: 1e-3, from: 2e-4 } as const;

/** How often a member is validated over a whole training. */
const LOOKS = 100;

/**
 * The members before their first update.
 *
 * @throws StepError for inputs that contradict the model they go on from
 */
export function startModel(
  inputs: TrainInputs,
  from: Model | undefined,
  frames: readonly Frame[],
): Model {
  if (from === undefined) {
    const { inner_cutoff: inner, cutoff, embedding, axis, fitting } = inputs;
    const shape: Shape = {
      inner: inner ?? SHAPE.inner,
      cutoff: cutoff ?? SHAPE.cutoff,
      embedding: embedding ?? SHAPE.embedding,
      axis: axis ?? SHAPE.axis,
      fitting: fitting ?? SHAPE.fitting,
    };
    if (shape.inner >= shape.cutoff) {
      throw new StepError(
        `inner_cutoff is ${shape.inner} Å and cutoff ${shape.cutoff} Å; the inner one must be smaller`,
      );
    }
    return initialModel(frames, shape, inputs.members ?? 1, inputs.seed);
  }
  for (const name of ['cutoff', 'inner_cutoff', 'embedding', 'axis', 'fitting'] as const) {
    if (inputs[name] !== undefined) {
      throw new StepError(
        `${name} is given beside from; a training that goes on from a model keeps the model's own`,
      );
    }
  }
  const { members } = from;
  if (inputs.members !== undefined && inputs.members !== members.length) {
    throw new StepError(
      `members is ${inputs.members}, but the model to go on from has ${members.length}; member k goes on from member k, so leave members out or make it ${members.length}`,
    );
  }
  return adaptedModel(from, frames);
}

/** Short trainings that end at 1e-6 stand still for their second half; long ones need it. */
function lastRate(start: number, updates: number): number {
  return Math.max(Math.min(1e-6, start), Math.min(start / 10, 2 / updates));
}

/** @throws StepError for weights that are no pairs, and for a rate that rises or cannot fall */
export function planOf(inputs: TrainInputs): TrainingPlan {
  const { batch, optimiser, precision, seed, patience } = inputs;
  const updates = Math.ceil(inputs.updates / batch);
  const start = inputs.learning_rate ?? (inputs.from === undefined ? RATE.new : RATE.from);
  const end = inputs.last_learning_rate ?? lastRate(start, inputs.updates);
  if (end > start) {
    throw new StepError(
      `last_learning_rate is ${end}, above the first, ${start}; the rate cannot rise`,
    );
  }
  if (optimiser === 'averaged-adam' && inputs.last_learning_rate !== undefined) {
    throw new StepError(
      'last_learning_rate is given, but with the optimiser averaged-adam the rate stays at learning_rate; leave it out',
    );
  }
  return {
    optimiser,
    precision,
    batch,
    updates,
    seed,
    rate: { start, end },
    prefactors: {
      energy: ramp(inputs.energy_weight, 'energy_weight'),
      force: ramp(inputs.force_weight, 'force_weight'),
      virial: ramp(inputs.virial_weight, 'virial_weight'),
    },
    weights: new Map(Object.entries(inputs.weights)),
    validateEvery: Math.ceil(updates / LOOKS),
    patience: patience === undefined ? null : Math.ceil(patience / batch),
  };
}

function ramp(values: readonly number[], name: string): Ramp {
  if (values.length !== 2) {
    throw new StepError(
      `${name} has ${values.length} numbers; expected two: at the first learning rate, and at rate zero`,
    );
  }
  return { start: values[0], end: values[1] };
}
