/**
 * Constant pressure: with a thermostat (NPT) or without (NPH, constant enthalpy).
 *
 * Cell and atoms are strained along the Cartesian axes at rates that obey the difference between
 * the internal and the target pressure, with the 1/N terms that make the distribution right.
 * Source: Martyna, Tobias, Klein, J. Chem. Phys. 101, 4177 (1994), doi:10.1063/1.467468; the
 * order of operations is that of Tuckerman et al., J. Phys. A 39, 5629 (2006),
 * doi:10.1088/0305-4470/39/19/S18, which LAMMPS's `fix npt` follows too.
 */
import { exp } from '../elementary.ts';
import {
  computeForces,
  kick,
  type Motion,
  measureKinetic,
  scaleVelocities,
  totalTwiceKinetic,
} from './motion.ts';
import { advanceChain, chainEnergy, type Thermostat } from './nose-hoover.ts';
import { volumeOf } from './state.ts';

/**
 * Which axes move, and which of them share one rate.
 * `iso`: all three together; `x,y,z`: each by itself; `xy,z`: x and y together, z by itself; `z`:
 * the third alone, the others fixed.
 */
export type Coupling = 'iso' | 'x,y,z' | 'xy,z' | 'z';

const GROUPS: { readonly [C in Coupling]: readonly (readonly number[])[] } = {
  iso: [[0, 1, 2]],
  'x,y,z': [[0], [1], [2]],
  'xy,z': [[0, 1], [2]],
  z: [[2]],
};

export interface Barostat {
  /** in `units.pressure` (GPa) */
  readonly pressure: number;
  readonly coupling: Coupling;
  /** fs; a moving axis has mass (N + 1)·kT·period² */
  readonly period: number;
}

/**
 * What the 1/N terms divide by: all degrees of freedom, whichever axes move, since they act on
 * the velocities along all axes. LAMMPS counts those of the moving axes alone; where only some
 * move, that does not conserve the invariant.
 */
function allDegrees({ state }: Motion): number {
  return 3 * state.masses.length;
}

function barostatMass(motion: Motion, { period }: Barostat, kT: number): number {
  return (motion.state.masses.length + 1) * kT * period * period;
}

/** Σ over moving axes of mass·rate², eV. */
function twiceBarostatKinetic(motion: Motion, barostat: Barostat, kT: number): number {
  const { rate } = motion.state.barostat;
  return (
    barostatMass(motion, barostat, kT) * (rate[0] * rate[0] + rate[1] * rate[1] + rate[2] * rate[2])
  );
}

/** Half a step of the barostat's own thermostat. */
function barostatChainHalfStep(motion: Motion, barostat: Barostat, kT: number): void {
  const { rate, chain } = motion.state.barostat;
  const mass = kT * barostat.period * barostat.period;
  const target = GROUPS[barostat.coupling].length * kT;
  const twiceKinetic = twiceBarostatKinetic(motion, barostat, kT);
  const factor = advanceChain(chain, motion.timestep, twiceKinetic, target, mass, kT, mass);
  for (let axis = 0; axis < 3; axis++) rate[axis] *= factor;
}

/** Half a step of the particles' thermostat. */
function thermostatHalfStep(motion: Motion, { period }: Thermostat, kT: number): void {
  const freedom = motion.state.degreesOfFreedom;
  const mass = kT * period * period;
  const twiceKinetic = totalTwiceKinetic(motion);
  const { thermostat } = motion.state;
  const factor = advanceChain(
    thermostat,
    motion.timestep,
    twiceKinetic,
    freedom * kT,
    freedom * mass,
    kT,
    mass,
  );
  scaleVelocities(motion, factor, factor, factor);
}

/** Changes the strain rates by half a step of the pressure difference. */
function kickBarostat(motion: Motion, barostat: Barostat, kT: number): void {
  const { rate } = motion.state.barostat;
  const { twiceKinetic, volume, units } = motion;
  const { virial } = motion.forces;
  const mass = barostatMass(motion, barostat, kT);
  const correction = totalTwiceKinetic(motion) / allDegrees(motion);
  for (const group of GROUPS[barostat.coupling]) {
    let work = 0;
    for (const axis of group) work += twiceKinetic[axis] + virial[4 * axis];
    const difference = work / group.length - (barostat.pressure / units.pressure) * volume;
    const gain = (0.5 * motion.timestep * (difference + correction)) / mass;
    for (const axis of group) rate[axis] += gain;
  }
}

/** Factors by which half a step of the strain rates shrinks velocities along the axes. */
function dragFactor(motion: Motion, axis: number): number {
  const { rate } = motion.state.barostat;
  const shared = (rate[0] + rate[1] + rate[2]) / allDegrees(motion);
  return exp(-0.5 * motion.timestep * (rate[axis] + shared));
}

/** Moves the atoms by one step within a cell that is strained by half a step before and after. */
function strainAndDrift(motion: Motion): void {
  const { positions, velocities, cell, barostat } = motion.state;
  const { timestep } = motion;
  const half = 0.5 * timestep;
  const x = exp(half * barostat.rate[0]);
  const y = exp(half * barostat.rate[1]);
  const z = exp(half * barostat.rate[2]);
  for (let k = 0; k < positions.length; k += 3) {
    positions[k] = (positions[k] * x + timestep * velocities[k]) * x;
    positions[k + 1] = (positions[k + 1] * y + timestep * velocities[k + 1]) * y;
    positions[k + 2] = (positions[k + 2] * z + timestep * velocities[k + 2]) * z;
  }
  for (let row = 0; row < 9; row += 3) {
    cell[row] *= x * x;
    cell[row + 1] *= y * y;
    cell[row + 2] *= z * z;
  }
  motion.volume = volumeOf(cell);
}

/**
 * One step. With a thermostat particles and barostat are held at `kT` (eV), each by a chain of
 * its own; without one `kT` only sets the barostat's mass.
 */
export function martynaTobiasKleinStep(
  motion: Motion,
  barostat: Barostat,
  thermostat: Thermostat | null,
  kT: number,
): void {
  measureKinetic(motion);
  if (thermostat) {
    barostatChainHalfStep(motion, barostat, kT);
    thermostatHalfStep(motion, thermostat, kT);
  }
  kickBarostat(motion, barostat, kT);
  const x = dragFactor(motion, 0);
  const y = dragFactor(motion, 1);
  const z = dragFactor(motion, 2);
  scaleVelocities(motion, x, y, z);
  kick(motion);
  strainAndDrift(motion);
  computeForces(motion);
  kick(motion);
  scaleVelocities(motion, x, y, z);
  measureKinetic(motion);
  kickBarostat(motion, barostat, kT);
  if (thermostat) {
    thermostatHalfStep(motion, thermostat, kT);
    barostatChainHalfStep(motion, barostat, kT);
  }
}

/** Enthalpy, the barostat's energy and the chains', eV; conserved at constant `kT` and pressure. */
export function martynaTobiasKleinInvariant(
  motion: Motion,
  barostat: Barostat,
  thermostat: Thermostat | null,
  kT: number,
): number {
  const { state } = motion;
  let energy =
    motion.forces.energy +
    0.5 * totalTwiceKinetic(motion) +
    (barostat.pressure / motion.units.pressure) * motion.volume +
    0.5 * twiceBarostatKinetic(motion, barostat, kT);
  if (thermostat) {
    const freedom = state.degreesOfFreedom;
    const mass = kT * thermostat.period * thermostat.period;
    energy += chainEnergy(state.thermostat, freedom * kT, freedom * mass, kT, mass);
    const slow = kT * barostat.period * barostat.period;
    energy += chainEnergy(
      state.barostat.chain,
      GROUPS[barostat.coupling].length * kT,
      slow,
      kT,
      slow,
    );
  }
  return energy;
}
