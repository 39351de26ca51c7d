/** How far atoms wander: whether a system flows. */

/** Mean over atoms of |x - origin|², Å²; positions are never wrapped. */
export function meanSquareDisplacement(positions: Float64Array, origin: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < positions.length; k++) {
    const moved = positions[k] - origin[k];
    sum += moved * moved;
  }
  return (3 * sum) / positions.length;
}

/**
 * Slope of the mean squared displacement over the later half of a run, by least squares: 6 D.
 *
 * @param times fs, rising
 * @param msd   Å²
 * @returns Å²/ps
 */
export function displacementSlope(times: Float64Array, msd: Float64Array): number {
  const from = Math.floor(times.length / 2);
  const n = times.length - from;
  let [meanTime, mean] = [0, 0];
  for (let k = from; k < times.length; k++) {
    meanTime += times[k] / n;
    mean += msd[k] / n;
  }
  let [across, along] = [0, 0];
  for (let k = from; k < times.length; k++) {
    across += (times[k] - meanTime) * (msd[k] - mean);
    along += (times[k] - meanTime) * (times[k] - meanTime);
  }
  return (1000 * across) / along;
}

/**
 * Å²/ps (6 D): below it a system counts as solid. D = 5·10⁻¹⁰ m²/s is a seventh of liquid iron's
 * at its melting point; atoms of a crystal stay where they are.
 */
export const FLOWING = 0.3;
