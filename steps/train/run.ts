import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Artifact,
  type Json,
  type Outcome,
  StepError,
  type TaskContext,
} from '../../engine/step.ts';
import { FrameFileError } from '../../physics/dft/extxyz.ts';
import { readFrames } from '../../physics/dft/frames.ts';
import type { Model } from '../../physics/potentials/deep/model.ts';
import { encodeModel } from '../../physics/potentials/deep/model-file.ts';
import type { Frame } from '../../physics/structure/frame.ts';
import { decodeState, encodeState } from '../../physics/training/checkpoint.ts';
import {
  type Errors,
  type MemberProgress,
  Training,
  type TrainingPlan,
} from '../../physics/training/session.ts';
import { TrainingError } from '../../physics/training/training-error.ts';
import { readModel } from '../potential.ts';
import { curveTable, trainingFigures } from './figures.ts';
import { planOf, startModel, type TrainInputs } from './settings.ts';

/** ms between two looks at the engine's wishes. */
const BLOCK = 150;

export async function run(inputs: TrainInputs, task: TaskContext): Promise<Outcome> {
  try {
    return await trainCommittee(inputs, task);
  } catch (error) {
    if (error instanceof TrainingError) throw new StepError(error.message);
    throw error;
  }
}

async function trainCommittee(inputs: TrainInputs, task: TaskContext): Promise<Outcome> {
  const plan = planOf(inputs);
  const from = inputs.from === undefined ? undefined : readModel(inputs.from);
  const train = framesOf(inputs.train, 'train');
  const validation = framesOf(inputs.validation, 'validation');
  checkFrames(train, validation, task);
  const start = startModel(inputs, from, train);
  const saved = task.checkpoint.load();
  const resume = saved === undefined ? undefined : decodeState(saved);
  const training = new Training(start, train, validation, plan, resume);
  try {
    await carryOut(training, plan, task);
    const model = training.model();
    const { progress } = training;
    writeFileSync(join(task.folder, 'model.curie'), encodeModel(model));
    writeFileSync(join(task.folder, 'curve.csv'), curveTable(progress, plan));
    return {
      kind: 'done',
      outputs: {
        model: { file: 'model.curie' },
        curve: { file: 'curve.csv' },
        force_rmse: typical(progress, ({ force }) => force),
        summary: summary(model, progress, plan, { train, validation }),
      },
      figures: trainingFigures(progress, plan),
    };
  } finally {
    training.close();
  }
}

/** Blocks of updates until all are done; how they are cut influences no result. */
async function carryOut(training: Training, plan: TrainingPlan, task: TaskContext): Promise<void> {
  let block = 1;
  while (!training.finished) {
    task.throwIfStopped();
    training.setThreads(task.threads());
    const began = performance.now();
    const before = training.done;
    training.advance(block);
    const spent = performance.now() - began;
    const each = spent / (training.done - before);
    block = Math.max(1, Math.min(2 * block, Math.floor(BLOCK / each)));
    task.progress(training.done / plan.updates, status(training, plan));
    if (task.checkpoint.due()) task.checkpoint.save(encodeState(training.state()));
    // Lets messages of the engine in.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function status({ done, progress }: Training, { updates, batch }: TrainingPlan): string {
  const losses = progress.map(({ curve }) => curve[curve.length - 1]);
  const root = (of: (errors: Errors) => number) =>
    Math.sqrt(
      losses.reduce((sum, { validation }) => sum + of(validation) * of(validation), 0) /
        losses.length,
    );
  const loss = losses.reduce((sum, point) => sum + point.loss, 0) / losses.length;
  const energy = 1000 * root((errors) => errors.energy);
  const force = root((errors) => errors.force);
  return `update ${done * batch} of ${updates * batch}, loss ${loss.toPrecision(3)}, validation ${force.toFixed(3)} eV/Å, ${energy.toFixed(1)} meV/atom`;
}

function framesOf(artifact: Artifact, name: string): Frame[] {
  try {
    return readFrames(readFileSync(artifact.path, 'utf8'), name);
  } catch (error) {
    if (error instanceof FrameFileError) throw new StepError(error.message);
    throw error;
  }
}

function checkFrames(
  train: readonly Frame[],
  validation: readonly Frame[],
  task: TaskContext,
): void {
  const other = validation.find(({ spin }) => spin !== train[0].spin);
  if (other !== undefined) {
    throw new StepError(
      `the training frames were computed with spin=${train[0].spin}, validation frame ${other.id} with spin=${other.spin}: their energies do not belong to one surface`,
    );
  }
  const ids = new Set(train.map(({ id }) => id));
  const shared = validation.filter(({ id }) => ids.has(id));
  if (shared.length > 0) {
    task.warn(
      `${shared.length} of ${validation.length} validation frames are training frames too (${shared[0].id}): validation errors say little`,
    );
  }
}

/** Root mean square over members of an error at each one's best validation. */
function typical(progress: readonly MemberProgress[], of: (errors: Errors) => number): number {
  const squares = progress.map(({ best }) => of(best.validation) * of(best.validation));
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

function errorsJson(errors: Errors | null): Json {
  return (
    errors && {
      force_eV_per_A: errors.force,
      energy_meV_per_atom: 1000 * errors.energy,
      virial_meV_per_atom: errors.virial === null ? null : 1000 * errors.virial,
    }
  );
}

function summary(
  model: Model,
  progress: readonly MemberProgress[],
  { batch }: TrainingPlan,
  frames: { readonly train: readonly Frame[]; readonly validation: readonly Frame[] },
): Json {
  const { elements, cutoff, sel, embedding, axis, fitting } = model.architecture;
  return {
    spin: model.spin,
    elements,
    cutoff_A: cutoff,
    sel,
    embedding,
    axis,
    fitting,
    frames: { train: frames.train.length, validation: frames.validation.length },
    members: progress.map(({ curve, best, ended }) => ({
      updates: curve[curve.length - 1].update * batch,
      ended_early: ended,
      best_update: best.update * batch,
      training: errorsJson(best.training),
      validation: errorsJson(best.validation),
    })),
  };
}
