/** A trained model made ready for frames of another level of theory. */
import { openDeepPotential } from '../potentials/deep/force-field.ts';
import type { Model } from '../potentials/deep/model.ts';
import { type Prediction, predict } from '../potentials/evaluation.ts';
import { PotentialError } from '../potentials/force-field.ts';
import { perElement } from '../statistics/per-element.ts';
import type { Frame } from '../structure/frame.ts';
import { countsOf, spinOf } from './initial.ts';
import { trainingRange } from './range.ts';
import { surroundings } from './surroundings.ts';
import { TrainingError } from './training-error.ts';

/**
 * Holds what few frames cannot say near the mean shift of all atoms: (0.5 eV/0.5 eV)², the scatter
 * of a frame's energy over that of elements' shifts. Ours.
 */
const RIDGE = 1;

/**
 * The model with its energies per element shifted to the new frames: ridge least squares of
 * (label - model) on composition, around the mean shift of an atom, which an element without
 * frames takes. Statistics of the descriptor and `sel` stay. The range is that of the new frames:
 * what the model says at their level of theory rests on them.
 *
 * @throws TrainingError without frames, for frames that the model cannot take, or for embedding
 *   nets of pairs of elements
 */
export function adaptedModel(model: Model, frames: readonly Frame[]): Model {
  const { elements, cutoff } = model.architecture;
  if (model.members.some(({ embeddings }) => embeddings.length !== elements.length)) {
    throw new TrainingError(
      'the model has an embedding net for every pair of elements (type_one_side: false); a training can go on only from one net for each element',
    );
  }
  const spin = spinOf(frames);
  const around = frames.map((frame) => surroundings(frame, elements, cutoff));
  const counts = countsOf(frames, elements);
  const atoms = frames.reduce((sum, { species }) => sum + species.length, 0);
  const predictions = predictAll(model, frames);
  return {
    ...model,
    spin,
    range: trainingRange(frames, around, elements),
    members: model.members.map((member, k) => {
      const missing = predictions.map(({ frame, energies }) => frame.labels.energy - energies[k]);
      const mean = missing.reduce((sum, energy) => sum + energy, 0) / atoms;
      const own = perElement(
        counts,
        missing.map((energy, n) => energy - mean * frames[n].species.length),
        RIDGE,
      );
      return { ...member, bias: member.bias.map((bias, type) => bias + mean + own[type]) };
    }),
  };
}

function predictAll(model: Model, frames: readonly Frame[]): Prediction[] {
  const fields = model.members.map((_, k) => openDeepPotential(model, k, { compress: false }));
  try {
    return predict(fields, frames);
  } catch (error) {
    throw error instanceof PotentialError ? new TrainingError(error.message) : error;
  } finally {
    for (const field of fields) field.close();
  }
}
