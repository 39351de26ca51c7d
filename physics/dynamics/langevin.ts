/**
 * Constant temperature by friction and random forces (Langevin dynamics).
 *
 * v += dt/2 F/m, x += dt/2 v, v = c v + sqrt(1 - c²) w, x += dt/2 v, F(x), v += dt/2 F/m with
 * c = e^(-dt/τ) and w Gaussian of variance kT/m: the splitting BAOAB, whose configurations are
 * canonical to higher order than its velocities. Source: Leimkuhler and Matthews, Appl. Math. Res.
 * Express 2013, 34 (2013), doi:10.1093/amrx/abs010.
 *
 * The random velocities move no centre of mass: projected so they are Gaussian in the 3N - 3
 * degrees of freedom that temperature counts. They are a function of (seed, atom, axis, step).
 */
import { exp } from '../elementary.ts';
import { gaussian } from '../random.ts';
import {
  computeForces,
  drift,
  kick,
  type Motion,
  measureKinetic,
  totalTwiceKinetic,
} from './motion.ts';

export interface Bath {
  /** τ, fs: velocities forget themselves in this time. */
  readonly period: number;
  readonly seed: number;
}

/** One step at thermal energy `kT` (eV); `noise` is scratch, [atoms][3]. */
export function langevinStep(motion: Motion, bath: Bath, kT: number, noise: Float64Array): void {
  kick(motion);
  drift(motion, 0.5);
  exchange(motion, bath, kT, noise);
  drift(motion, 0.5);
  computeForces(motion);
  kick(motion);
  measureKinetic(motion);
}

/** Total energy less what the bath gave, eV; what the finite step makes of it is its error. */
export function langevinInvariant(motion: Motion): number {
  return motion.forces.energy + 0.5 * totalTwiceKinetic(motion) - motion.state.heat;
}

/** Friction and random velocities of a whole step; counts the energy that they bring. */
function exchange(motion: Motion, { period, seed }: Bath, kT: number, noise: Float64Array): void {
  const { masses, velocities, step } = motion.state;
  const { massVelocity2 } = motion.units;
  const kept = exp(-motion.timestep / period);
  const strength = Math.sqrt(1 - kept * kept);
  randomVelocities(masses, kT / massVelocity2, seed, step, noise);
  let gained = 0;
  for (let i = 0, k = 0; i < masses.length; i++) {
    for (const end = k + 3; k < end; k++) {
      const before = velocities[k];
      const after = kept * before + strength * noise[k];
      gained += masses[i] * (after * after - before * before);
      velocities[k] = after;
    }
  }
  motion.state.heat += 0.5 * massVelocity2 * gained;
}

/** Gaussian velocities of variance `energy`/mass, the centre of mass at rest. */
function randomVelocities(
  masses: Float64Array,
  energy: number,
  seed: number,
  step: number,
  into: Float64Array,
): void {
  const momentum = [0, 0, 0];
  let total = 0;
  for (let i = 0, k = 0; i < masses.length; i++) {
    const width = Math.sqrt(energy / masses[i]);
    total += masses[i];
    for (let axis = 0; axis < 3; axis++, k++) {
      into[k] = width * gaussian(seed, 'langevin', k, step);
      momentum[axis] += masses[i] * into[k];
    }
  }
  for (let k = 0; k < into.length; k++) into[k] -= momentum[k % 3] / total;
}
