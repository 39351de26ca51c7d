/** Frames in the memory of the training kernel, as `kernels/assembly/training-layout.ts` says. */
import * as layout from '../kernels/assembly/training-layout.ts';
import type { Writer } from '../kernels/writer.ts';
import type { Architecture } from '../potentials/deep/model.ts';
import { radialWeight } from '../potentials/deep/radial-weight.ts';
import type { Example } from './examples.ts';
import type { DescriptorStatistics } from './statistics.ts';
import type { Surroundings } from './surroundings.ts';

/** Normalised s of an empty slot, per type of the central atom. */
export function emptyInputs({ mean, deviation }: DescriptorStatistics): number[] {
  return Array.from(mean, (value, type) => -value / deviation[type]);
}

/** Writes one pair's record; returns its normalised s. */
function writePair(
  { distance, unit, neighbour }: Surroundings,
  pair: number,
  centre: number,
  { inner, cutoff }: Architecture,
  { mean, deviation, angularDeviation }: DescriptorStatistics,
  values: Float32Array | Float64Array,
  words: Int32Array,
): number {
  const r = distance[pair];
  const [s, slope] = radialWeight(r, inner, cutoff);
  const angular = 1 / angularDeviation[centre];
  const x = (s - mean[centre]) / deviation[centre];
  const across = (s / r) * angular;
  values[layout.P_R] = x;
  for (let d = 0; d < 3; d++) {
    values[layout.P_R + 1 + d] = s * angular * unit[3 * pair + d];
    values[layout.P_UNIT + d] = unit[3 * pair + d];
  }
  values[layout.P_DISTANCE] = r;
  values[layout.P_SLOPE] = slope / deviation[centre];
  values[layout.P_ACROSS] = across;
  values[layout.P_ALONG] = slope * angular - across;
  words[(layout.P_INDEX * values.BYTES_PER_ELEMENT) / 4] = neighbour[pair];
  return x;
}

/**
 * Writes a frame and widens `ranges` (by neighbour type) by its inputs.
 *
 * @returns address of the frame's record
 */
export function writeFrame(
  writer: Writer,
  { around, labels, weight }: Example,
  architecture: Architecture,
  statistics: DescriptorStatistics,
  ranges: { low: number; high: number }[],
): number {
  const { pool, bytes } = writer;
  const elements = architecture.elements.length;
  const { types, start } = around;
  const empty = emptyInputs(statistics);
  const pairBytes = layout.PAIR_VALUES * bytes;
  const pairs = pool.allocate(around.neighbour.length * pairBytes);
  const environments = new Int32Array(types.length * layout.ENVIRONMENT_WORDS);
  const extremes = new Float64Array(2 * elements * types.length);
  types.forEach((centre, atom) => {
    const first = start[atom * elements];
    const record = environments.subarray(atom * layout.ENVIRONMENT_WORDS);
    record[layout.N_TYPE] = centre;
    record[layout.N_PAIRS] = pairs + first * pairBytes;
    record[layout.N_COUNT] = start[(atom + 1) * elements] - first;
    for (let type = 0; type < elements; type++) {
      const [from, end] = start.subarray(atom * elements + type, atom * elements + type + 2);
      record[layout.N_COUNTS + type] = end - from;
      let [low, high] = [empty[centre], empty[centre]];
      for (let pair = from; pair < end; pair++) {
        const at = pairs + pair * pairBytes;
        const values = writer.view(at, layout.PAIR_VALUES);
        const words = new Int32Array(pool.memory.buffer, at, pairBytes / 4);
        const x = writePair(around, pair, centre, architecture, statistics, values, words);
        low = Math.min(low, x);
        high = Math.max(high, x);
      }
      extremes.set([low, high], 2 * (atom * elements + type));
      ranges[type].low = Math.min(ranges[type].low, low);
      ranges[type].high = Math.max(ranges[type].high, high);
    }
  });
  const ends = writer.values(extremes);
  types.forEach((_, atom) => {
    environments[atom * layout.ENVIRONMENT_WORDS + layout.N_RANGE] =
      ends + 2 * atom * elements * bytes;
  });
  const record = pool.allocate(layout.FRAME_BYTES);
  const { buffer } = pool.memory;
  const words = new Int32Array(buffer, record, layout.FRAME_BYTES / 4);
  const reals = new Float64Array(buffer, record, layout.FRAME_BYTES / 8);
  words[layout.F_ATOMS] = types.length;
  words[layout.F_PAIRS] = around.neighbour.length;
  words[layout.F_ENVIRONMENTS] = writer.words(environments);
  words[layout.F_HAS_VIRIAL] = labels.virial === null ? 0 : 1;
  words[layout.F_FORCES] = writer.reals(labels.forces);
  reals[layout.FX_ENERGY] = labels.energy;
  reals[layout.FX_WEIGHT] = weight;
  if (labels.virial !== null) reals.set(labels.virial, layout.FX_VIRIAL);
  return record;
}
