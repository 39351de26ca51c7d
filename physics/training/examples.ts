/** Frames made ready for training. */
import type { Model } from '../potentials/deep/model.ts';
import type { Frame } from '../structure/frame.ts';
import { type GroupWeights, weightOf } from './group-weights.ts';
import { type Labels, labelsWithout } from './labels.ts';
import { eachCount, type Surroundings, surroundings } from './surroundings.ts';
import { TrainingError } from './training-error.ts';

export interface Example {
  readonly around: Surroundings;
  /** What the nets are to give; the model adds its short-range repulsion on its own. */
  readonly labels: Labels;
  /** Factor of its loss. */
  readonly weight: number;
}

/**
 * @throws TrainingError naming the frame that holds an element unknown to the model or an atom
 *   with more neighbours than `sel`
 */
export function examplesOf(
  frames: readonly Frame[],
  { architecture: { elements, cutoff, sel }, shortRange }: Model,
  weights: GroupWeights = new Map(),
): Example[] {
  return frames.map((frame) => {
    const around = surroundings(frame, elements, cutoff);
    eachCount(around, elements.length, (count, type, atom) => {
      if (count <= sel[type]) return;
      throw new TrainingError(
        `frame ${frame.id} (${frame.group}): atom ${atom} (${frame.species[atom]}) has ${count} ${elements[type]} neighbours within ${cutoff} Å, more than the ${sel[type]} that the model allows (sel): the frame is denser than those that the model was made for`,
      );
    });
    return {
      around,
      labels: labelsWithout(frame, elements, shortRange),
      weight: weightOf(frame, weights),
    };
  });
}
