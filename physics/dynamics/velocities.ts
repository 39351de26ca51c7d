/** Velocities of a given temperature. */
import { gaussian } from '../random.ts';
import type { State } from './state.ts';
import { METAL, type Units } from './units.ts';

/**
 * Maxwell-Boltzmann velocities: Gaussians of (seed, atom, axis), the centre of mass at rest, then
 * scaled to the temperature exactly (with the state's degrees of freedom).
 *
 * @param temperature K
 * @param replica     draws another set from the same seed
 */
export function maxwellBoltzmann(
  state: State,
  temperature: number,
  seed: number,
  replica = 0,
  units: Units = METAL,
): void {
  const { masses, velocities } = state;
  for (let i = 0; i < masses.length; i++) {
    const width = Math.sqrt((units.boltzmann * temperature) / (masses[i] * units.massVelocity2));
    for (let axis = 0; axis < 3; axis++)
      velocities[3 * i + axis] = width * gaussian(seed, 'velocities', 3 * i + axis, replica);
  }
  removeDrift(state);
  scaleToTemperature(state, temperature, units);
}

/** Takes away the velocity of the centre of mass. */
export function removeDrift(state: State): void {
  const { masses, velocities } = state;
  let mass = 0;
  for (const m of masses) mass += m;
  for (let axis = 0; axis < 3; axis++) {
    let momentum = 0;
    for (let i = 0; i < masses.length; i++) momentum += masses[i] * velocities[3 * i + axis];
    for (let i = 0; i < masses.length; i++) velocities[3 * i + axis] -= momentum / mass;
  }
}

/** eV: ½ Σ m v². */
export function kineticEnergy(state: State, units: Units = METAL): number {
  const { masses, velocities } = state;
  let sum = 0;
  for (let i = 0, k = 0; i < masses.length; i++, k += 3) {
    const x = velocities[k];
    const y = velocities[k + 1];
    const z = velocities[k + 2];
    sum += masses[i] * (x * x + y * y + z * z);
  }
  return 0.5 * units.massVelocity2 * sum;
}

/** K, with the state's degrees of freedom. */
export function temperatureOf(state: State, units: Units = METAL): number {
  return (2 * kineticEnergy(state, units)) / (state.degreesOfFreedom * units.boltzmann);
}

/** Scales all velocities so that the temperature is the one given; atoms at rest stay so. */
export function scaleToTemperature(state: State, temperature: number, units: Units = METAL): void {
  const now = temperatureOf(state, units);
  if (now === 0) return;
  const factor = Math.sqrt(temperature / now);
  for (let k = 0; k < state.velocities.length; k++) state.velocities[k] *= factor;
}
