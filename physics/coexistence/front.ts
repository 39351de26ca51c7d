/**
 * How fast the crystal grows or melts, from the enthalpy of a cell that holds both.
 *
 * Molten atoms hold the latent heat, so the slope of the enthalpy is the speed of the fronts; it
 * vanishes at the melting temperature. On the scale of a simulation a front walks at random
 * beside its drift, and the noise of a slope is that of a random walk: independent increments
 * whose variance grows with time. Fit errors from residuals would be several times too small.
 */
import { batchMeans, mean } from '../statistics/series.ts';

export interface Trace {
  /** ps, at equal intervals */
  readonly times: Float64Array;
  /** eV per atom */
  readonly enthalpy: Float64Array;
}

export interface Drift {
  /** eV per atom and ps, by least squares. */
  readonly slope: number;
  /** ps that it was taken over. */
  readonly duration: number;
  /** Variance of the walk gained per time, (eV/atom)²/ps, with its degrees of freedom. */
  readonly diffusion: number;
  readonly degreesOfFreedom: number;
}

/** Blocks whose means are told apart: as long as leaves eight, but long against vibrations. */
const BLOCKS = 8;
const SHORTEST_BLOCK = 0.2;
/** ps: shorter traces have no slope. */
export const SHORTEST_TRACE = 4 * SHORTEST_BLOCK;
/** Averages over blocks are smoother than the walk: their increments vary by 2/3 of D times the block. */
const WALK_OF_AVERAGES = 2 / 3;
/** Variance of a least-squares slope through a random walk of diffusion D over time T: 6/5 D/T. */
const LEAST_SQUARES_OF_WALK = 1.2;

/** ps covered by samples at equal intervals. */
function durationOf(times: Float64Array): number {
  const n = times.length;
  return n < 2 ? 0 : ((times[n - 1]! - times[0]!) * n) / (n - 1);
}

/** Slope of a trace; null where it is shorter than SHORTEST_TRACE. */
export function driftOf({ times, enthalpy }: Trace): Drift | null {
  const duration = durationOf(times);
  const count = Math.min(BLOCKS, Math.floor(duration / SHORTEST_BLOCK + 1e-9));
  if (duration < SHORTEST_TRACE - 1e-9 || times.length < 4 * count) return null;
  const [t0, h0] = [mean(times), mean(enthalpy)];
  let [stt, sth] = [0, 0];
  for (let k = 0; k < times.length; k++) {
    stt += (times[k]! - t0) * (times[k]! - t0);
    sth += (times[k]! - t0) * (enthalpy[k]! - h0);
  }
  const blocks = batchMeans(enthalpy, Math.floor(times.length / count));
  const increments = blocks.slice(1, count).map((value, k) => value - blocks[k]!);
  const average = mean(increments);
  const squares = increments.reduce((sum, d) => sum + (d - average) * (d - average), 0);
  return {
    slope: sth / stt,
    duration,
    diffusion: (squares / (increments.length - 1) / (WALK_OF_AVERAGES * duration)) * count,
    degreesOfFreedom: increments.length - 1,
  };
}

/**
 * Standard errors of the slopes. The runs share one diffusion, since a single one knows its own
 * to a quarter only: that of the runs at least half as long as the longest. The short blocks of
 * a shorter run see more of the vibrations; where its own diffusion is larger, it counts.
 */
export function slopeErrors(drifts: readonly Drift[]): number[] {
  const longest = Math.max(...drifts.map(({ duration }) => duration));
  const long = drifts.filter(({ duration }) => duration >= longest / 2);
  const freedom = long.reduce((sum, drift) => sum + drift.degreesOfFreedom, 0);
  const pooled =
    long.reduce((sum, drift) => sum + drift.diffusion * drift.degreesOfFreedom, 0) / freedom;
  return drifts.map((drift) => {
    const own = long.includes(drift) ? pooled : Math.max(pooled, drift.diffusion);
    return Math.sqrt((LEAST_SQUARES_OF_WALK * own) / drift.duration);
  });
}
