/**
 * The constants that mechanics needs. Dynamics computes in Å, fs, eV and amu throughout; other
 * sets serve tests: reduced Lennard-Jones units, or another program's constants, which differ
 * from CODATA in the seventh digit.
 */
import { BOLTZMANN, EV_PER_A3_TO_GPA, MASS_VELOCITY2_TO_EV } from '../constants.ts';

export interface Units {
  /** Energy per temperature. */
  readonly boltzmann: number;
  /** mass·velocity² in units of energy. */
  readonly massVelocity2: number;
  /** Energy per volume in units of pressure. */
  readonly pressure: number;
}

/** Å, fs, eV, amu, K, GPa. */
export const METAL: Units = {
  boltzmann: BOLTZMANN,
  massVelocity2: MASS_VELOCITY2_TO_EV,
  pressure: EV_PER_A3_TO_GPA,
};

/** Everything in units of σ, ε and m. */
export const REDUCED: Units = { boltzmann: 1, massVelocity2: 1, pressure: 1 };
