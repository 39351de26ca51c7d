/**
 * Energy against volume at 0 K. Third-order Birch-Murnaghan is a cubic polynomial in V^{-2/3}
 * (Birch, Phys. Rev. 71, 809 (1947), doi:10.1103/PhysRev.71.809), so its fit is linear least
 * squares and needs no start.
 */
import { EV_PER_A3_TO_GPA } from '../constants.ts';
import { cbrt } from '../elementary.ts';

/** One cell's energy. */
export interface VolumePoint {
  /** Å³ per atom */
  readonly volume: number;
  /** eV per atom */
  readonly energy: number;
}

export interface EquationOfState {
  /** Å³ per atom at the minimum */
  readonly volume: number;
  /** eV per atom at the minimum */
  readonly energy: number;
  /** GPa at the minimum */
  readonly bulkModulus: number;
  /** Root mean square of the residuals, eV per atom. */
  readonly residual: number;
  /** Energy (eV per atom) of the curve at a volume (Å³ per atom). */
  readonly at: (volume: number) => number;
}

/**
 * Fits at least four points. Null where the curve has no minimum between the smallest and the
 * largest volume.
 */
export function fitEquationOfState(points: readonly VolumePoint[]): EquationOfState | null {
  if (points.length < 4)
    throw new Error(`an equation of state needs 4 points or more, not ${points.length}`);
  const inverse = (volume: number): number => {
    const root = cbrt(volume);
    return 1 / (root * root);
  };
  const x = points.map(({ volume }) => inverse(volume));
  const center = x.reduce((sum, value) => sum + value, 0) / x.length;
  const width = Math.max(...x.map((value) => Math.abs(value - center)));
  const base = points[0]!.energy;
  const rows = x.map((value) => {
    const t = (value - center) / width;
    return [1, t, t * t, t * t * t];
  });
  const [c0, c1, c2, c3] = leastSquares(
    rows,
    points.map(({ energy }) => energy - base),
  ) as [number, number, number, number];
  const value = (t: number): number => base + c0 + t * (c1 + t * (c2 + t * c3));
  const at = (volume: number): number => value((inverse(volume) - center) / width);
  // c1 + 2 c2 t + 3 c3 t² = 0 where the curvature 2 c2 + 6 c3 t is positive: +sqrt, written
  // without the cancellation of the school formula.
  const discriminant = c2 * c2 - 3 * c1 * c3;
  if (discriminant < 0) return null;
  const t = -c1 / (c2 + Math.sqrt(discriminant));
  const least = Math.min(...rows.map((row) => row[1]!));
  const most = Math.max(...rows.map((row) => row[1]!));
  if (!(t > least && t < most) || !(2 * c2 + 6 * c3 * t > 0)) return null;
  const s = center + t * width;
  const volume = 1 / (s * Math.sqrt(s));
  // At the minimum d²E/dV² = E_xx (dx/dV)², dx/dV = -2/3 x/V.
  const slope = ((2 / 3) * s) / volume;
  const curvature = ((2 * c2 + 6 * c3 * t) / (width * width)) * slope * slope;
  const squares = points.reduce((sum, point) => {
    const d = point.energy - at(point.volume);
    return sum + d * d;
  }, 0);
  return {
    volume,
    energy: value(t),
    bulkModulus: volume * curvature * EV_PER_A3_TO_GPA,
    residual: Math.sqrt(squares / points.length),
    at,
  };
}

/** Solves min |A c - b| by Householder reflections; A as rows, more rows than columns. */
function leastSquares(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, k) => [...row, b[k]!]);
  const columns = a[0]!.length;
  for (let c = 0; c < columns; c++) {
    let norm = 0;
    for (let r = c; r < rows.length; r++) norm += rows[r]![c]! * rows[r]![c]!;
    norm = Math.sqrt(norm);
    const alpha = rows[c]![c]! > 0 ? -norm : norm;
    const v = rows.slice(c).map((row) => row[c]!);
    v[0] -= alpha;
    const square = v.reduce((sum, value) => sum + value * value, 0);
    if (square === 0) continue;
    for (let k = c; k <= columns; k++) {
      let dot = 0;
      for (let r = c; r < rows.length; r++) dot += v[r - c]! * rows[r]![k]!;
      for (let r = c; r < rows.length; r++) rows[r]![k]! -= (2 * dot * v[r - c]!) / square;
    }
  }
  const solution = new Array<number>(columns).fill(0);
  for (let c = columns - 1; c >= 0; c--) {
    let rest = rows[c]![columns]!;
    for (let k = c + 1; k < columns; k++) rest -= rows[c]![k]! * solution[k]!;
    solution[c] = rest / rows[c]![c]!;
  }
  return solution;
}

/** How much the minimum depends on single points: jackknife standard errors. */
export function jackknife(
  points: readonly VolumePoint[],
): { readonly volume: number; readonly energy: number } | null {
  if (points.length < 5) return null;
  const fits = points.map((_, left) => fitEquationOfState(points.filter((_, k) => k !== left)));
  if (fits.some((fit) => fit === null)) return null;
  const spread = (of: (fit: EquationOfState) => number): number => {
    const values = fits.map((fit) => of(fit!));
    const center = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - center) * (value - center), 0);
    return Math.sqrt(((values.length - 1) / values.length) * squares);
  };
  return { volume: spread((fit) => fit.volume), energy: spread((fit) => fit.energy) };
}

/**
 * Points of one curve that may switch between states, such as low and high spin: cut where the
 * energy bends downwards (the divided second difference is negative), which no single phase does
 * near its minimum. A point at a kink belongs to both sides.
 */
export function convexBranches(points: readonly VolumePoint[]): VolumePoint[][] {
  const sorted = [...points].sort((a, b) => a.volume - b.volume);
  const slope = (k: number): number =>
    (sorted[k + 1]!.energy - sorted[k]!.energy) / (sorted[k + 1]!.volume - sorted[k]!.volume);
  const branches: VolumePoint[][] = [];
  let from = 0;
  let bent = false;
  for (let k = 1; k + 1 < sorted.length; k++) {
    const bends = slope(k) < slope(k - 1);
    // Two bends in a row bound the interval in which the curves cross: it belongs to neither.
    if (bends && !bent) branches.push(sorted.slice(from, k + 1));
    if (bends) from = k;
    bent = bends;
  }
  branches.push(sorted.slice(from));
  return branches;
}
