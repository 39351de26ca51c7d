/**
 * Constant energy (NVE).
 *
 * Velocity Verlet: v += dt/2 F/m, x += dt v, F(x), v += dt/2 F/m.
 * Source: Swope et al., J. Chem. Phys. 76, 637 (1982), doi:10.1063/1.442716.
 */
import {
  computeForces,
  drift,
  kick,
  type Motion,
  measureKinetic,
  totalTwiceKinetic,
} from './motion.ts';

/** One step; time-reversible and symplectic. */
export function velocityVerletStep(motion: Motion): void {
  kick(motion);
  drift(motion);
  computeForces(motion);
  kick(motion);
  measureKinetic(motion);
}

/** Total energy, eV. */
export function velocityVerletInvariant(motion: Motion): number {
  return motion.forces.energy + 0.5 * totalTwiceKinetic(motion);
}
