/** DFT cells of one perfect crystal among labelled frames, and the equation of state they give. */
import { COMPOSITION_TOLERANCE, type Composition } from '../structure/alloy.ts';
import { cellVolume } from '../structure/cells.ts';
import { supercell } from '../structure/crystal.ts';
import type { Frame } from '../structure/frame.ts';
import { bondOrder, type CrystalKind } from '../structure/order.ts';
import {
  convexBranches,
  type EquationOfState,
  fitEquationOfState,
  jackknife,
  type VolumePoint,
} from './equation-of-state.ts';

export interface Branch {
  readonly points: readonly VolumePoint[];
  /** Null where the branch has fewer than four points or no minimum between them. */
  readonly fit: EquationOfState | null;
  /** Jackknife standard errors of the fit's minimum; null below five points. */
  readonly error: { readonly volume: number; readonly energy: number } | null;
}

export interface ReferenceCurve {
  /** By volume; several where the energy bends downwards between them. */
  readonly branches: readonly Branch[];
  /**
   * The branch with the lowest minimum; null where none could be fitted, or where one that could
   * not (fewer than four points) holds a point below all minima.
   */
  readonly lowest: Branch | null;
}

/** How far q̄4 and q̄6 may be from the perfect crystal's: strained and rattled cells are left out. */
const PERFECT = 0.005;

/**
 * The frames that are perfect crystals of a kind, by their geometry (not their names), with a
 * composition within 0.5 at% and one spin treatment.
 */
export function crystalFrames(
  frames: readonly Frame[],
  kind: CrystalKind,
  composition: Composition,
  spin: Frame['spin'],
): Frame[] {
  const ideal = supercell(kind, [2, 2, 2], 11);
  const perfect = bondOrder(ideal.positions, ideal.cell);
  return frames.filter((frame) => {
    if (frame.spin !== spin) return false;
    const n = frame.species.length;
    const share = (element: string): number =>
      frame.species.filter((symbol) => symbol === element).length / n;
    const names = new Set([...Object.keys(composition), ...frame.species]);
    for (const element of names) {
      const wanted = composition[element] ?? 0;
      if (Math.abs(share(element) - wanted) > COMPOSITION_TOLERANCE) return false;
    }
    const { q4, q6 } = bondOrder(frame.positions, frame.cell);
    return q6.every(
      (q, atom) =>
        Math.abs(q - perfect.q6[0]!) < PERFECT && Math.abs(q4[atom]! - perfect.q4[0]!) < PERFECT,
    );
  });
}

/** Energy over volume of such frames; null without any. */
export function referenceCurve(frames: readonly Frame[]): ReferenceCurve | null {
  if (frames.length === 0) return null;
  const points = frames.map(({ species, cell, labels }) => ({
    volume: cellVolume(cell) / species.filter((element) => element !== 'C').length,
    energy: labels.energy / species.length,
  }));
  const branches = convexBranches(points).map((branch): Branch => {
    const fit = branch.length < 4 ? null : fitEquationOfState(branch);
    return { points: branch, fit, error: fit === null ? null : jackknife(branch) };
  });
  const fitted = branches.filter(({ fit }) => fit !== null);
  const lowest = fitted.reduce<Branch | null>(
    (best, branch) => (best === null || branch.fit!.energy < best.fit!.energy ? branch : best),
    null,
  );
  const unresolved = branches.some(
    ({ fit, points }) =>
      fit === null && points.some(({ energy }) => energy < (lowest?.fit?.energy ?? energy)),
  );
  return { branches, lowest: unresolved ? null : lowest };
}
