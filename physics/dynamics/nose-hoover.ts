/**
 * Constant temperature (NVT): a Nose-Hoover chain of three links on all particles.
 *
 * Source: Martyna, Klein, Tuckerman, J. Chem. Phys. 97, 2635 (1992), doi:10.1063/1.463940; the
 * order of operations is that of Tuckerman et al., J. Phys. A 39, 5629 (2006),
 * doi:10.1088/0305-4470/39/19/S18, which LAMMPS's `fix nvt` follows too.
 */
import { exp } from '../elementary.ts';
import {
  computeForces,
  drift,
  kick,
  type Motion,
  measureKinetic,
  scaleVelocities,
  totalTwiceKinetic,
} from './motion.ts';
import { CHAIN_LENGTH, type Chain } from './state.ts';

export interface Thermostat {
  /** fs; the chain's masses are g·kT·period² for the first link and kT·period² beyond */
  readonly period: number;
}

/** One half step at thermal energy `kT` (eV); the velocities' part is in `advanceChain`. */
function thermostatHalfStep(motion: Motion, { period }: Thermostat, kT: number): void {
  const freedom = motion.state.degreesOfFreedom;
  const mass = kT * period * period;
  const factor = advanceChain(
    motion.state.thermostat,
    motion.timestep,
    totalTwiceKinetic(motion),
    freedom * kT,
    freedom * mass,
    kT,
    mass,
  );
  scaleVelocities(motion, factor, factor, factor);
}

/** One step at thermal energy `kT` (eV). */
export function noseHooverStep(motion: Motion, thermostat: Thermostat, kT: number): void {
  measureKinetic(motion);
  thermostatHalfStep(motion, thermostat, kT);
  kick(motion);
  drift(motion);
  computeForces(motion);
  kick(motion);
  measureKinetic(motion);
  thermostatHalfStep(motion, thermostat, kT);
}

/** Total energy and the chain's, eV; conserved while the temperature asked for is constant. */
export function noseHooverInvariant(motion: Motion, { period }: Thermostat, kT: number): number {
  const freedom = motion.state.degreesOfFreedom;
  const mass = kT * period * period;
  return (
    motion.forces.energy +
    0.5 * totalTwiceKinetic(motion) +
    chainEnergy(motion.state.thermostat, freedom * kT, freedom * mass, kT, mass)
  );
}

/**
 * Moves a chain on by half a time step.
 *
 * @param twiceKinetic 2 × kinetic energy of what the chain acts on, eV
 * @param target       the value that the chain drives it to, eV
 * @param firstMass    of the first link, eV·fs²; `mass` of the others
 * @returns the factor for the velocities of what the chain acts on
 */
export function advanceChain(
  chain: Chain,
  timestep: number,
  twiceKinetic: number,
  target: number,
  firstMass: number,
  kT: number,
  mass: number,
): number {
  const { position, rate } = chain;
  const quarter = 0.25 * timestep;
  const eighth = 0.125 * timestep;
  const last = CHAIN_LENGTH - 1;
  for (let link = last; link > 0; link--) {
    const below = link === 1 ? firstMass : mass;
    const force = (below * rate[link - 1] * rate[link - 1] - kT) / mass;
    const damping = link === last ? 1 : exp(-eighth * rate[link + 1]);
    rate[link] = (rate[link] * damping + quarter * force) * damping;
  }
  const damping = exp(-eighth * rate[1]);
  rate[0] = (rate[0] * damping + (quarter * (twiceKinetic - target)) / firstMass) * damping;
  const factor = exp(-0.5 * timestep * rate[0]);
  for (let link = 0; link <= last; link++) position[link] += 0.5 * timestep * rate[link];
  const scaled = twiceKinetic * factor * factor;
  rate[0] = (rate[0] * damping + (quarter * (scaled - target)) / firstMass) * damping;
  for (let link = 1; link <= last; link++) {
    const below = link === 1 ? firstMass : mass;
    const force = (below * rate[link - 1] * rate[link - 1] - kT) / mass;
    const damping = link === last ? 1 : exp(-eighth * rate[link + 1]);
    rate[link] = (rate[link] * damping + quarter * force) * damping;
  }
  return factor;
}

/** A chain's part of the conserved energy, eV; arguments as `advanceChain`. */
export function chainEnergy(
  { position, rate }: Chain,
  target: number,
  firstMass: number,
  kT: number,
  mass: number,
): number {
  let energy = target * position[0] + 0.5 * firstMass * rate[0] * rate[0];
  for (let link = 1; link < CHAIN_LENGTH; link++)
    energy += kT * position[link] + 0.5 * mass * rate[link] * rate[link];
  return energy;
}
