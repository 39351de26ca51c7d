/** What a new model takes from its frames before it is trained: `sel`, and its inputs' statistics. */
import { radialWeight } from '../potentials/deep/radial-weight.ts';
import { eachCount, type Surroundings } from './surroundings.ts';

/**
 * Room for neighbours of each type: a third more than any atom of the frames has, and four. A
 * count above is an error in simulations, whose melts are at times denser than the frames.
 */
export function neighbourRoom(frames: readonly Surroundings[], elements: number): number[] {
  const most = new Array<number>(elements).fill(0);
  for (const frame of frames) {
    eachCount(frame, elements, (count, type) => {
      most[type] = Math.max(most[type], count);
    });
  }
  return most.map((count) => Math.ceil((4 * count) / 3) + 4);
}

/** Mean of s, its deviation and that of the angular columns, per type of the central atom. */
export interface DescriptorStatistics {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  readonly angularDeviation: Float64Array;
}

/**
 * DeePMD-kit's davg and dstd of se_e2_a, over all slots of all atoms of a type, empty slots
 * counted as zeros; deviations below 0.01 count as 0.01, those of an absent type are 1/cutoff.
 *
 * Source: deepmd-kit, `DescrptSeA._compute_dstats_sys_smth` and `_compute_std`.
 */
export function descriptorStatistics(
  frames: readonly Surroundings[],
  shape: { readonly inner: number; readonly cutoff: number; readonly sel: readonly number[] },
): DescriptorStatistics {
  const elements = shape.sel.length;
  const slots = shape.sel.reduce((sum, count) => sum + count, 0);
  const zeros = () => new Float64Array(elements);
  const [count, radial, radialSquare, angular, angularSquare] = [0, 1, 2, 3, 4].map(zeros);
  for (const { types, start, distance, unit } of frames) {
    types.forEach((type, atom) => {
      count[type] += slots;
      for (let k = start[atom * elements]; k < start[(atom + 1) * elements]; k++) {
        const [s] = radialWeight(distance[k], shape.inner, shape.cutoff);
        radial[type] += s;
        radialSquare[type] += s * s;
        angular[type] += (s * (unit[3 * k] + unit[3 * k + 1] + unit[3 * k + 2])) / 3;
        angularSquare[type] += (s * s) / 3;
      }
    });
  }
  const deviation = (squares: Float64Array, sums: Float64Array) =>
    count.map((n, type) => {
      if (n === 0) return 1 / shape.cutoff;
      const mean = sums[type] / n;
      return Math.max(0.01, Math.sqrt(Math.max(0, squares[type] / n - mean * mean)));
    });
  return {
    mean: radial.map((sum, type) => (count[type] === 0 ? 0 : sum / count[type])),
    deviation: deviation(radialSquare, radial),
    angularDeviation: deviation(angularSquare, angular),
  };
}
