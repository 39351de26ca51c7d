/** The five independent components of the traceless stress, as viscosity needs them. */
import type { Recorder } from './program.ts';

/** How many there are. */
export const STRESS_COMPONENTS = 5;

/**
 * Pxy, Pxz, Pyz, (Pyy - Pzz)/2, (2Pxx - Pyy - Pzz)/(2√3): equivalent in an isotropic fluid, with
 * equal weights the same as Daivis and Evans's sum over the whole traceless tensor.
 * Source: Daivis, Evans, J. Chem. Phys. 100, 541 (1994), doi:10.1063/1.466970.
 *
 * @param p    pressure tensor [3][3]
 * @param into [5], in the tensor's unit
 */
export function anisotropicStress(p: Float64Array, into: Float64Array): void {
  into[0] = p[1];
  into[1] = p[2];
  into[2] = p[5];
  into[3] = (p[4] - p[8]) / 2;
  into[4] = (2 * p[0] - p[4] - p[8]) / (2 * Math.sqrt(3));
}

/** Rows of the five components, GPa. */
export function stressRecorder(every: number): Recorder {
  return {
    name: 'stress',
    every,
    columns: STRESS_COMPONENTS,
    row: ({ tensor }, into) => {
      anisotropicStress(tensor, into);
      return null;
    },
  };
}

/** One series a component from a recorder's rows; [5][samples] */
export function stressComponents(rows: Float64Array): Float64Array[] {
  return Array.from({ length: STRESS_COMPONENTS }, (_, k) =>
    Float64Array.from(
      { length: rows.length / STRESS_COMPONENTS },
      (_, t) => rows[t * STRESS_COMPONENTS + k],
    ),
  );
}
