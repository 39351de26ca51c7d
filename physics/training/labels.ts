/** What the nets of a model are to learn of a frame. */

import type { ShortRange } from '../potentials/deep/model.ts';
import { pairRepulsions, repulsionAt } from '../potentials/zbl.ts';
import type { Frame } from '../structure/frame.ts';
import { neighbourTable } from '../structure/neighbours.ts';
import { typesOf } from './surroundings.ts';

export type Labels = Frame['labels'];

/** A frame's labels less its short-range repulsion, which the model adds on its own. */
export function labelsWithout(
  frame: Frame,
  elements: readonly string[],
  shortRange: ShortRange | null,
): Labels {
  if (shortRange === null) return frame.labels;
  const types = typesOf(frame, elements);
  const repulsions = pairRepulsions(elements, shortRange);
  const reach = Math.max(...shortRange.outer.flat());
  const { start, atom, vector } = neighbourTable(frame.positions, frame.cell, reach);
  let { energy } = frame.labels;
  const forces = frame.labels.forces.slice();
  const virial = frame.labels.virial?.slice() ?? null;
  types.forEach((type, i) => {
    for (let k = start[i]; k < start[i + 1]; k++) {
      const between = vector.subarray(3 * k, 3 * k + 3);
      const [x, y, z] = between;
      const r = Math.sqrt(x * x + y * y + z * z);
      const [value, slope] = repulsionAt(repulsions[type][types[atom[k]]], r);
      // A pair is met from both its ends.
      energy -= value / 2;
      for (let a = 0; a < 3; a++) {
        forces[3 * i + a] -= (slope * between[a]) / r;
        if (virial === null) continue;
        for (let b = 0; b < 3; b++)
          virial[3 * a + b] += (slope * between[a] * between[b]) / (2 * r);
      }
    }
  });
  return { energy, forces, virial };
}
