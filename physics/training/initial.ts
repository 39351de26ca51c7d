/** Models before their training. */
import type { Architecture, DeepPotential, Layer, Model, Net } from '../potentials/deep/model.ts';
import { defaultShortRange } from '../potentials/zbl.ts';
import { gaussian } from '../random.ts';
import { perElement } from '../statistics/per-element.ts';
import type { Frame } from '../structure/frame.ts';
import { labelsWithout } from './labels.ts';
import { trainingRange } from './range.ts';
import { descriptorStatistics, neighbourRoom } from './statistics.ts';
import { surroundings } from './surroundings.ts';
import { TrainingError } from './training-error.ts';

/** What is chosen of a new model; the rest follows from its frames. */
export interface Shape {
  /** Where switching begins and ends (cut-off), Å. */
  readonly inner: number;
  readonly cutoff: number;
  readonly embedding: readonly number[];
  readonly axis: number;
  readonly fitting: readonly number[];
}

/** Layers of normal random numbers, sized as DeePMD-kit's: weights 1/√(in + out), biases 1. */
function randomNet(
  seed: number,
  name: string,
  widths: readonly number[],
  linearLast: boolean,
): Net {
  return widths.slice(1).map((outputs, l): Layer => {
    const inputs = widths[l];
    const size = 1 / Math.sqrt(inputs + outputs);
    const numbers = (what: string, count: number, scale: number) =>
      Float64Array.from(
        { length: count },
        (_, k) => scale * gaussian(seed, `${name} ${l} ${what}`, k),
      );
    // The energy of an element starts at its least-squares value, so the last bias is zero.
    const last = linearLast && l === widths.length - 2;
    return {
      inputs,
      outputs,
      weights: numbers('weights', inputs * outputs, size),
      bias: last ? new Float64Array(outputs) : numbers('bias', outputs, 1),
    };
  });
}

/**
 * A model with random nets whose statistics, `sel`, energies per element and training range are
 * those of `frames`. Elements stand in the order in which the frames name them; member k depends
 * on (seed, k) alone.
 *
 * @throws TrainingError without frames, or for a mixture of spin treatments
 */
export function initialModel(
  frames: readonly Frame[],
  shape: Shape,
  members: number,
  seed: number,
): Model {
  const spin = spinOf(frames);
  const elements = [...new Set(frames.flatMap(({ species }) => species))];
  const around = frames.map((frame) => surroundings(frame, elements, shape.cutoff));
  const { inner, cutoff, embedding, axis, fitting } = shape;
  const sel = neighbourRoom(around, elements.length);
  const architecture: Architecture = { elements, inner, cutoff, sel, embedding, axis, fitting };
  const shortRange = defaultShortRange(elements);
  const bias = perElement(
    countsOf(frames, elements),
    frames.map((frame) => labelsWithout(frame, elements, shortRange).energy),
  );
  const statistics = descriptorStatistics(around, architecture);
  const descriptor = axis * (embedding.at(-1) ?? 1);
  return {
    architecture,
    members: Array.from({ length: members }, (_, k): DeepPotential => {
      const net = (name: string, widths: readonly number[], linearLast: boolean) =>
        elements.map((_, type) => randomNet(seed, `${name} ${k} ${type}`, widths, linearLast));
      return {
        ...statistics,
        embeddings: net('embedding', [1, ...embedding], false),
        fittings: net('fitting', [descriptor, ...fitting, 1], true),
        bias: Float64Array.from(bias),
      };
    }),
    spin,
    shortRange,
    range: trainingRange(frames, around, elements),
  };
}

/** Atoms of each element in each frame. */
export function countsOf(frames: readonly Frame[], elements: readonly string[]): number[][] {
  return frames.map(({ species }) =>
    elements.map((element) => species.filter((symbol) => symbol === element).length),
  );
}

/** @throws TrainingError without frames, or when they were computed partly with spin */
export function spinOf(frames: readonly Frame[]): Frame['spin'] {
  if (frames.length === 0) throw new TrainingError('there are no frames to train on');
  const other = frames.find(({ spin }) => spin !== frames[0].spin);
  if (other !== undefined) {
    throw new TrainingError(
      `frame ${frames[0].id} was computed with spin=${frames[0].spin}, frame ${other.id} with spin=${other.spin}: their energies do not belong to one surface; train on one treatment`,
    );
  }
  return frames[0].spin;
}
