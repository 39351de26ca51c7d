/** Models that were trained elsewhere, with what is known of their training. */
import type { Architecture, Model, TrainingRange } from '../potentials/deep/model.ts';
import { ModelFileError } from '../potentials/deep/model-file.ts';
import type { Imported } from '../potentials/deepmd/import.ts';
import type { Frame } from '../structure/frame.ts';
import { spinOf } from './initial.ts';
import { trainingRange } from './range.ts';
import { surroundings } from './surroundings.ts';

/**
 * A committee of models of DeePMD-kit.
 *
 * @param frames what they were trained on: where the potential may be trusted, and whether with
 *   spin; null to take both from files that curie exported, which say it
 * @throws ModelFileError where members do not fit together, or no frames are known
 * @throws TrainingError for frames with elements that the model does not know, or of two treatments
 */
export function importedModel(parts: readonly Imported[], frames: readonly Frame[] | null): Model {
  const [{ architecture, note }] = parts;
  for (const [k, part] of parts.entries()) checkSame(architecture, part.architecture, k);
  const known =
    frames === null ? note : { spin: spinOf(frames), range: rangeOf(frames, architecture) };
  if (known === null) {
    throw new ModelFileError(
      'a model of DeePMD-kit does not say what it was trained on: give the frames, by which simulations tell where it may be trusted',
    );
  }
  return {
    architecture,
    members: parts.map(({ member }) => member),
    shortRange: note?.shortRange ?? null,
    spin: known.spin,
    range: known.range,
  };
}

function rangeOf(frames: readonly Frame[], { elements, cutoff }: Architecture): TrainingRange {
  const around = frames.map((frame) => surroundings(frame, elements, cutoff));
  return trainingRange(frames, around, elements);
}

function checkSame(first: Architecture, other: Architecture, k: number): void {
  for (const [name, what] of [
    ['elements', 'elements'],
    ['inner', 'the inner cut-off'],
    ['cutoff', 'the cut-off'],
    ['sel', 'sel'],
    ['embedding', 'the widths of the embedding nets'],
    ['axis', 'axis_neuron'],
    ['fitting', 'the widths of the fitting nets'],
  ] as const) {
    const [a, b] = [first[name], other[name]].map((value) => [value].flat().join(', '));
    if (a !== b) {
      throw new ModelFileError(
        `model ${k + 1} differs from model 1 in ${what}: ${b} instead of ${a}; members of a committee share them`,
      );
    }
  }
}
