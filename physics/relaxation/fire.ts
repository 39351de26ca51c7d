/**
 * Moves atoms downhill in a fixed cell: FIRE, Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006),
 * doi:10.1103/PhysRevLett.97.170201, with semi-implicit Euler steps.
 */
import type { ForceField, Forces } from '../potentials/force-field.ts';

export interface Relaxed {
  /** False when the forces were still above the tolerance after the last step. */
  readonly converged: boolean;
  /** eV */
  readonly energy: number;
  /** Largest force component left, eV/Å. */
  readonly force: number;
}

/** The method's own constants; times in sqrt(Å²/eV), with unit masses. */
const FIRE = {
  first: 0.05,
  longest: 0.2,
  grow: 1.1,
  shrink: 0.5,
  mixing: 0.1,
  decay: 0.99,
  patience: 5,
} as const;
/** Å: no atom moves farther in one step. */
const LONGEST_MOVE = 0.1;

/** Awaited in the gaps of a long computation; may throw to end it. */
export type Between = () => Promise<void> | void;

export interface RelaxOptions {
  /** Largest force component allowed, eV/Å. */
  readonly tolerance?: number;
  /** At most. */
  readonly steps?: number;
  /** Between two steps. */
  readonly between?: Between;
}

/** Relaxes `positions` in place. */
export async function relaxAtoms(
  field: ForceField,
  types: Uint8Array,
  positions: Float64Array,
  cell: Float64Array,
  { tolerance = 0.005, steps = 500, between = () => {} }: RelaxOptions = {},
): Promise<Relaxed> {
  field.setAtoms(types);
  const velocities = new Float64Array(positions.length);
  let step: number = FIRE.first;
  let mixing: number = FIRE.mixing;
  let downhill = 0;
  let forces = field.compute(positions, cell);
  for (let n = 0; n < steps && largest(forces) > tolerance; n++) {
    await between();
    let power = 0;
    let speed = 0;
    let pull = 0;
    for (let k = 0; k < velocities.length; k++) {
      power += forces.forces[k]! * velocities[k]!;
      speed += velocities[k]! * velocities[k]!;
      pull += forces.forces[k]! * forces.forces[k]!;
    }
    if (power > 0) {
      const turn = mixing * Math.sqrt(speed / pull);
      for (let k = 0; k < velocities.length; k++)
        velocities[k] = (1 - mixing) * velocities[k]! + turn * forces.forces[k]!;
      downhill += 1;
      if (downhill > FIRE.patience) {
        step = Math.min(step * FIRE.grow, FIRE.longest);
        mixing *= FIRE.decay;
      }
    } else {
      velocities.fill(0);
      step *= FIRE.shrink;
      mixing = FIRE.mixing;
      downhill = 0;
    }
    let farthest = 0;
    for (let k = 0; k < velocities.length; k++) {
      velocities[k] += step * forces.forces[k]!;
      farthest = Math.max(farthest, Math.abs(step * velocities[k]!));
    }
    const scale = farthest > LONGEST_MOVE ? LONGEST_MOVE / farthest : 1;
    for (let k = 0; k < velocities.length; k++) positions[k] += scale * step * velocities[k]!;
    forces = field.compute(positions, cell);
  }
  const force = largest(forces);
  return { converged: force <= tolerance, energy: forces.energy, force };
}

function largest({ forces }: Forces): number {
  let most = 0;
  for (const force of forces) most = Math.max(most, Math.abs(force));
  return most;
}
