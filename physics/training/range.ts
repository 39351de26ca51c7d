import type { TrainingRange } from '../potentials/deep/model.ts';
import { cellVolume } from '../structure/cells.ts';
import type { Frame } from '../structure/frame.ts';
import type { Surroundings } from './surroundings.ts';

/** What the frames of a training cover. Frames of carbon alone do not count for the volume. */
export function trainingRange(
  frames: readonly Frame[],
  around: readonly Surroundings[],
  elements: readonly string[],
): TrainingRange {
  const volumes = frames.flatMap(({ species, cell }) => {
    const metals = species.filter((symbol) => symbol !== 'C').length;
    return metals === 0 ? [] : [cellVolume(cell) / metals];
  });
  const fractions = elements.map((element): readonly [number, number] => {
    const found = frames.map(
      ({ species }) => species.filter((symbol) => symbol === element).length / species.length,
    );
    return [Math.min(...found), Math.max(...found)];
  });
  const nearest = elements.map(() => new Array<number>(elements.length).fill(Infinity));
  for (const { types, start, distance } of around) {
    types.forEach((centre, atom) => {
      elements.forEach((_, type) => {
        const k = atom * elements.length + type;
        for (let pair = start[k]; pair < start[k + 1]; pair++) {
          nearest[centre][type] = Math.min(nearest[centre][type], distance[pair]);
        }
      });
    });
  }
  return {
    volume: volumes.length === 0 ? [0, 0] : [Math.min(...volumes), Math.max(...volumes)],
    nearest: nearest.map((row) => row.map((r) => (Number.isFinite(r) ? r : null))),
    fractions,
    frames: frames.length,
  };
}
