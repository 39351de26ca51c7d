/**
 * A Lennard-Jones force field by brute force over periodic images: slow, short, independent of
 * neighbour lists. Cut off sharply as LAMMPS's `lj/cut`, or smoothly (value and slope vanish at
 * the cut-off), which tests of conservation need.
 */
import {
  type ForceField,
  type Forces,
  PotentialError,
} from '../../physics/potentials/force-field.ts';

export interface LennardJones {
  readonly epsilon: number;
  readonly sigma: number;
  readonly cutoff: number;
  readonly smooth?: boolean;
  readonly elements?: readonly string[];
}

export function lennardJones(parameters: LennardJones): ForceField {
  const { epsilon, sigma, cutoff, smooth = false, elements = ['Fe'] } = parameters;
  const s6 = sigma ** 6;
  const pair = (r2: number): [energy: number, slopeOverR: number] => {
    const i6 = s6 / (r2 * r2 * r2);
    return [4 * epsilon * (i6 * i6 - i6), (-24 * epsilon * (2 * i6 * i6 - i6)) / r2];
  };
  const [edge, edgeSlopeOverR] = pair(cutoff * cutoff);
  const edgeSlope = edgeSlopeOverR * cutoff;
  let forces: Forces & { energy: number; nearest: number };
  let atoms = 0;
  return {
    elements,
    cutoff,
    setAtoms(types) {
      atoms = types.length;
      forces = {
        energy: 0,
        nearest: Number.POSITIVE_INFINITY,
        forces: new Float64Array(3 * atoms),
        virial: new Float64Array(9),
        atomEnergies: new Float64Array(atoms),
      };
    },
    compute(positions, cell) {
      const f = forces.forces.fill(0);
      const w = forces.virial.fill(0);
      const e = forces.atomEnergies.fill(0);
      let nearest = Number.POSITIVE_INFINITY;
      const [ax, ay, az, bx, by, bz, cx, cy, cz] = cell;
      const inverse = inverseOf(cell);
      const images = [0, 1, 2].map((axis) =>
        Math.ceil(
          cutoff * Math.sqrt(inverse[axis] ** 2 + inverse[axis + 3] ** 2 + inverse[axis + 6] ** 2) -
            0.5,
        ),
      );
      for (let i = 0; i < atoms; i++)
        for (let j = i; j < atoms; j++) {
          const x0 = positions[3 * j] - positions[3 * i];
          const y0 = positions[3 * j + 1] - positions[3 * i + 1];
          const z0 = positions[3 * j + 2] - positions[3 * i + 2];
          if (!Number.isFinite(x0 + y0 + z0))
            throw new PotentialError('a coordinate is not finite');
          const shift = [0, 1, 2].map((axis) =>
            Math.round(x0 * inverse[axis] + y0 * inverse[axis + 3] + z0 * inverse[axis + 6]),
          ) as [number, number, number];
          for (let p = -images[0]; p <= images[0]; p++)
            for (let q = -images[1]; q <= images[1]; q++)
              for (let s = -images[2]; s <= images[2]; s++) {
                if (i === j && p === 0 && q === 0 && s === 0) continue;
                const [u, v, t] = [p - shift[0], q - shift[1], s - shift[2]];
                const x = x0 + u * ax + v * bx + t * cx;
                const y = y0 + u * ay + v * by + t * cy;
                const z = z0 + u * az + v * bz + t * cz;
                const r2 = x * x + y * y + z * z;
                if (r2 >= cutoff * cutoff) continue;
                // A pair of an atom with its own image is met from both ends.
                const weight = i === j ? 0.5 : 1;
                const r = Math.sqrt(r2);
                nearest = Math.min(nearest, r);
                let [energy, slopeOverR] = pair(r2);
                if (smooth) {
                  energy -= edge + (r - cutoff) * edgeSlope;
                  slopeOverR -= edgeSlope / r;
                }
                e[i] += 0.5 * weight * energy;
                e[j] += 0.5 * weight * energy;
                const d = [x, y, z];
                for (let a = 0; a < 3; a++) {
                  f[3 * i + a] += weight * slopeOverR * d[a];
                  f[3 * j + a] -= weight * slopeOverR * d[a];
                  for (let b = 0; b < 3; b++) w[3 * a + b] -= weight * slopeOverR * d[a] * d[b];
                }
              }
        }
      forces.nearest = nearest;
      forces.energy = e.reduce((sum, value) => sum + value, 0);
      return forces;
    },
    setThreads() {},
    close() {},
  };
}

/** Columns turn Cartesian coordinates into fractions of the cell vectors. */
function inverseOf(c: Float64Array): Float64Array {
  const minor = (a: number, b: number, p: number, q: number) => c[a] * c[b] - c[p] * c[q];
  const det = c[0] * minor(4, 8, 5, 7) - c[1] * minor(3, 8, 5, 6) + c[2] * minor(3, 7, 4, 6);
  return Float64Array.from(
    [
      minor(4, 8, 5, 7),
      -minor(1, 8, 2, 7),
      minor(1, 5, 2, 4),
      -minor(3, 8, 5, 6),
      minor(0, 8, 2, 6),
      -minor(0, 5, 2, 3),
      minor(3, 7, 4, 6),
      -minor(0, 7, 1, 6),
      minor(0, 4, 1, 3),
    ],
    (value) => value / det,
  );
}
