/**
 * What every integrator works on, and the moves they are composed of. No move allocates.
 */
import type { ForceField, Forces } from '../potentials/force-field.ts';
import { type State, volumeOf } from './state.ts';
import type { Units } from './units.ts';

/** A state on the move: with its forces, which integrators keep up to date. */
export interface Motion {
  readonly state: State;
  readonly field: ForceField;
  /** fs */
  readonly timestep: number;
  readonly units: Units;
  /** Half a step over mass: velocity gained per force, (Å/fs)/(eV/Å), [atoms] */
  readonly halfStepOverMass: Float64Array;
  /** At the state's positions. */
  forces: Forces;
  /** Å³, of the state's cell */
  volume: number;
  /** 2 × kinetic energy of the motion along each axis, eV, [3]; at the end of a step. */
  readonly twiceKinetic: Float64Array;
}

/** Computes the forces at the state's positions and makes ready to move. */
export function startMotion(
  state: State,
  field: ForceField,
  timestep: number,
  units: Units,
): Motion {
  field.setAtoms(state.types);
  const motion: Motion = {
    state,
    field,
    timestep,
    units,
    halfStepOverMass: state.masses.map((mass) => (0.5 * timestep) / (mass * units.massVelocity2)),
    forces: field.compute(state.positions, state.cell),
    volume: volumeOf(state.cell),
    twiceKinetic: new Float64Array(3),
  };
  measureKinetic(motion);
  return motion;
}

/** v += (dt/2) F/m */
export function kick(motion: Motion): void {
  const { velocities } = motion.state;
  const { halfStepOverMass } = motion;
  const { forces } = motion.forces;
  for (let i = 0, k = 0; i < halfStepOverMass.length; i++, k += 3) {
    const gain = halfStepOverMass[i];
    velocities[k] += gain * forces[k];
    velocities[k + 1] += gain * forces[k + 1];
    velocities[k + 2] += gain * forces[k + 2];
  }
}

/** x += dt v, or a share of it. */
export function drift(motion: Motion, share = 1): void {
  const { positions, velocities } = motion.state;
  const time = share * motion.timestep;
  for (let k = 0; k < positions.length; k++) positions[k] += time * velocities[k];
}

/** Forces at the new positions. */
export function computeForces(motion: Motion): void {
  motion.forces = motion.field.compute(motion.state.positions, motion.state.cell);
}

/**
 * Fills `twiceKinetic` from the velocities. Every step that uses it begins with this: what scaled
 * velocities left there differs in the last bit, and a continued run knows the velocities alone.
 */
export function measureKinetic(motion: Motion): void {
  const { masses, velocities } = motion.state;
  let x = 0;
  let y = 0;
  let z = 0;
  for (let i = 0, k = 0; i < masses.length; i++, k += 3) {
    const mass = masses[i];
    x += mass * velocities[k] * velocities[k];
    y += mass * velocities[k + 1] * velocities[k + 1];
    z += mass * velocities[k + 2] * velocities[k + 2];
  }
  const scale = motion.units.massVelocity2;
  motion.twiceKinetic[0] = scale * x;
  motion.twiceKinetic[1] = scale * y;
  motion.twiceKinetic[2] = scale * z;
}

/** Multiplies velocities along the axes, and `twiceKinetic` with them. */
export function scaleVelocities(motion: Motion, x: number, y: number, z: number): void {
  const { velocities } = motion.state;
  for (let k = 0; k < velocities.length; k += 3) {
    velocities[k] *= x;
    velocities[k + 1] *= y;
    velocities[k + 2] *= z;
  }
  motion.twiceKinetic[0] *= x * x;
  motion.twiceKinetic[1] *= y * y;
  motion.twiceKinetic[2] *= z * z;
}

/** 2 × kinetic energy, eV */
export function totalTwiceKinetic(motion: Motion): number {
  const [x, y, z] = motion.twiceKinetic;
  return x + y + z;
}

/** K */
export function currentTemperature(motion: Motion): number {
  return totalTwiceKinetic(motion) / (motion.state.degreesOfFreedom * motion.units.boltzmann);
}

/**
 * Pressure tensor P = (Σ m v⊗v + W)/V, symmetrised, in `units.pressure`, [3][3].
 * Source: the virial theorem with W as `Forces` defines it; compression positive.
 */
export function pressureTensor(motion: Motion, into: Float64Array): void {
  const { masses, velocities } = motion.state;
  const { virial } = motion.forces;
  let xy = 0;
  let xz = 0;
  let yz = 0;
  for (let i = 0, k = 0; i < masses.length; i++, k += 3) {
    const x = masses[i] * velocities[k];
    const y = velocities[k + 1];
    const z = velocities[k + 2];
    xy += x * y;
    xz += x * z;
    yz += masses[i] * y * z;
  }
  const scale = motion.units.massVelocity2;
  const unit = motion.units.pressure / motion.volume;
  into[0] = (motion.twiceKinetic[0] + virial[0]) * unit;
  into[4] = (motion.twiceKinetic[1] + virial[4]) * unit;
  into[8] = (motion.twiceKinetic[2] + virial[8]) * unit;
  into[1] = into[3] = (scale * xy + 0.5 * (virial[1] + virial[3])) * unit;
  into[2] = into[6] = (scale * xz + 0.5 * (virial[2] + virial[6])) * unit;
  into[5] = into[7] = (scale * yz + 0.5 * (virial[5] + virial[7])) * unit;
}
