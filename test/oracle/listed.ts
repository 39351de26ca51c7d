/**
 * Two cheap force fields with a list of pairs, for simulations in tests and benches: Lennard-Jones
 * and an embedded-atom iron, in orthogonal cells; one narrower than twice the cut-off is repeated.
 *
 * Pairs are kept in order of (i, j) and those beyond the cut-off add nothing, so a result never
 * depends on when the list was made.
 */
import {
  type ForceField,
  type Forces,
  PotentialError,
} from '../../physics/potentials/force-field.ts';

type Radial = (r2: number, into: Float64Array) => void;

interface Interaction {
  readonly element: string;
  readonly cutoff: number;
  /** Pair energy and (1/r) dV/dr. */
  readonly pair: Radial;
  /** Density and (1/r) df/dr, with the embedding energy F and dF/dρ. */
  readonly embedding?: { readonly density: Radial; readonly energy: Radial };
}

/** Lennard-Jones of one element. */
export interface Sizes {
  readonly epsilon: number;
  readonly sigma: number;
}

/**
 * Lennard-Jones cut smoothly between 2.3 and 2.5 σ: Broughton and Gilmer, J. Chem. Phys. 79, 5095
 * (1983), doi:10.1063/1.445633. Its melting temperature is among the best known, 0.617 ε/k.
 */
export function broughtonGilmer({ epsilon, sigma }: Sizes): ForceField {
  const [c1, c2, c3, c4, c5] = [0.016132, 3136.6, -68.069, -0.083312, 0.74689];
  return listed({
    element: 'Fe',
    cutoff: 2.5 * sigma,
    pair: (r2, into) => {
      const x2 = r2 / (sigma * sigma);
      const i6 = 1 / (x2 * x2 * x2);
      if (x2 < 2.3 * 2.3) {
        into[0] = epsilon * (4 * (i6 * i6 - i6) + c1);
        into[1] = (-24 * epsilon * (2 * i6 * i6 - i6)) / r2;
      } else {
        into[0] = epsilon * (c2 * i6 * i6 + c3 * i6 + c4 * x2 + c5);
        into[1] = (epsilon * (-12 * c2 * i6 * i6 - 6 * c3 * i6 + 2 * c4 * x2)) / r2;
      }
    },
  });
}

const DENSITY: readonly (readonly [number, number])[] = [
  [0.9332056681088162, 3.0],
  [-1.1625587825677, 2.8666666666666667],
  [-0.3502026949249225, 2.7333333333333334],
  [0.4287820835430028, 2.6],
  [4.907925057809273, 2.4],
  [-5.307049068415304, 2.3],
];
const PAIR: readonly (readonly [number, number])[] = [
  [-0.1960674387419232, 4.1],
  [0.3687525935422963, 3.8],
  [-1.505333614924853, 3.5],
  [4.948907078156191, 3.2],
  [-4.894613262753399, 2.9],
  [3.468897724782442, 2.6],
  [-1.792218099820337, 2.4],
  [80.22069592246987, 2.3],
];
const A = 4.100199340884814;
const B = 1.565647547483517;

function knots(table: typeof PAIR, factor: number): Radial {
  return (r2, into) => {
    const r = Math.sqrt(r2);
    let value = 0;
    let slope = 0;
    for (const [a, end] of table) {
      const d = end - r;
      if (d <= 0) continue;
      value += a * d * d * d;
      slope -= 3 * a * d * d;
    }
    into[0] = factor * value;
    into[1] = (factor * slope) / r;
  };
}

/**
 * Iron with magnetism inside the embedding: Dudarev and Derlet, J. Phys.: Condens. Matter 17,
 * 7097 (2005), case II; without its core below 2 Å, which no simulation here comes near. bcc:
 * a = 2.8665 Å, -4.3160 eV, 174 GPa; fcc: 3.608 Å, -4.2296 eV. All energies times `scale`: with
 * 0.8 it melts near 1811 K.
 */
export function listedIron(scale = 1): ForceField {
  return listed({
    element: 'Fe',
    cutoff: 4.1,
    pair: knots(PAIR, scale),
    embedding: {
      density: knots(DENSITY, 1),
      energy: (rho, into) => {
        const root = Math.sqrt(rho);
        let energy = -A * root;
        let slope = rho > 0 ? -A / (2 * root) : 0;
        if (rho < 1 && rho > 0) {
          const factor = B / Math.LN2;
          energy -= factor * (1 - root) * Math.log(2 - rho);
          slope += factor * (Math.log(2 - rho) / (2 * root) + (1 - root) / (2 - rho));
        }
        into[0] = scale * energy;
        into[1] = scale * slope;
      },
    },
  });
}

const SKIN = 0.2;

function listed({ element, cutoff, pair, embedding }: Interaction): ForceField {
  let pairs = new Int32Array(0);
  let count = 0;
  let made: { positions: Float64Array; cell: Float64Array } | null = null;
  let forces: Forces & { energy: number; nearest: number };
  let rho = new Float64Array(0);
  let slope = new Float64Array(0);
  const out = new Float64Array(2);
  let reach = cutoff;

  const stale = (x: Float64Array, cell: Float64Array): boolean => {
    if (made === null) return true;
    let least = Number.POSITIVE_INFINITY;
    const stretch = [0, 4, 8].map((k) => cell[k]! / made!.cell[k]!);
    for (const s of stretch) least = Math.min(least, s);
    const room = (reach * Math.min(1, least) - cutoff) / 2;
    if (room <= 0) return true;
    for (let k = 0; k < x.length; k += 3) {
      const dx = x[k]! - made.positions[k]! * stretch[0]!;
      const dy = x[k + 1]! - made.positions[k + 1]! * stretch[1]!;
      const dz = x[k + 2]! - made.positions[k + 2]! * stretch[2]!;
      if (dx * dx + dy * dy + dz * dz > room * room) return true;
    }
    return false;
  };
  const list = (x: Float64Array, cell: Float64Array): void => {
    const [lx, ly, lz] = [cell[0]!, cell[4]!, cell[8]!];
    const [px, py, pz] = [1 / lx, 1 / ly, 1 / lz];
    reach = Math.min(cutoff * (1 + SKIN), lx / 2, ly / 2, lz / 2);
    const limit = reach * reach;
    let used = 0;
    for (let i = 0; i < x.length; i += 3) {
      // Room for all partners this atom may have.
      if (used + (2 * x.length) / 3 > pairs.length) {
        const larger = new Int32Array(2 * pairs.length + x.length);
        larger.set(pairs);
        pairs = larger;
      }
      const [x0, y0, z0] = [x[i]!, x[i + 1]!, x[i + 2]!];
      for (let j = i + 3; j < x.length; j += 3) {
        let dx = x[j]! - x0;
        let dy = x[j + 1]! - y0;
        let dz = x[j + 2]! - z0;
        dx -= lx * Math.round(dx * px);
        dy -= ly * Math.round(dy * py);
        dz -= lz * Math.round(dz * pz);
        if (dx * dx + dy * dy + dz * dz >= limit) continue;
        pairs[used++] = i;
        pairs[used++] = j;
      }
    }
    count = used;
    made = { positions: x.slice(), cell: cell.slice() };
  };

  /** Calls back for each pair within the cut-off. */
  const each = (
    x: Float64Array,
    cell: Float64Array,
    visit: (i: number, j: number, dx: number, dy: number, dz: number, r2: number) => void,
  ): void => {
    const [lx, ly, lz] = [cell[0]!, cell[4]!, cell[8]!];
    for (let k = 0; k < count; k += 2) {
      const i = pairs[k]!;
      const j = pairs[k + 1]!;
      let dx = x[j]! - x[i]!;
      let dy = x[j + 1]! - x[i + 1]!;
      let dz = x[j + 2]! - x[i + 2]!;
      dx -= lx * Math.round(dx / lx);
      dy -= ly * Math.round(dy / ly);
      dz -= lz * Math.round(dz / lz);
      const r2 = dx * dx + dy * dy + dz * dz;
      if (r2 < cutoff * cutoff) visit(i, j, dx, dy, dz, r2);
    }
  };

  /** A narrow cell through a field of its own, over as many copies as make it wide. */
  const repeated = (x: Float64Array, cell: Float64Array): Forces => {
    const [p, q, r] = [0, 4, 8].map((k) => Math.ceil((2.2 * cutoff) / cell[k]!)) as [
      number,
      number,
      number,
    ];
    const copies = p * q * r;
    const wide = new Float64Array(copies * x.length);
    for (let copy = 0; copy < copies; copy++)
      for (let k = 0; k < x.length; k += 3) {
        const at = copy * x.length + k;
        wide[at] = x[k]! + (copy % p) * cell[0]!;
        wide[at + 1] = x[k + 1]! + (Math.floor(copy / p) % q) * cell[4]!;
        wide[at + 2] = x[k + 2]! + Math.floor(copy / (p * q)) * cell[8]!;
      }
    const field = listed({ element, cutoff, pair, ...(embedding ? { embedding } : {}) });
    field.setAtoms(new Uint8Array(wide.length / 3));
    const whole = field.compute(
      wide,
      Float64Array.of(p * cell[0]!, 0, 0, 0, q * cell[4]!, 0, 0, 0, r * cell[8]!),
    );
    forces.energy = whole.energy / copies;
    forces.nearest = whole.nearest;
    forces.forces.set(whole.forces.subarray(0, x.length));
    forces.virial.set(whole.virial.map((value) => value / copies));
    forces.atomEnergies.set(whole.atomEnergies.subarray(0, x.length / 3));
    return forces;
  };

  return {
    elements: [element],
    cutoff,
    setAtoms(types) {
      made = null;
      const n = types.length;
      rho = new Float64Array(n);
      slope = new Float64Array(n);
      forces = {
        energy: 0,
        nearest: 0,
        forces: new Float64Array(3 * n),
        virial: new Float64Array(9),
        atomEnergies: new Float64Array(n),
      };
    },
    compute(x, cell) {
      if (!x.every(Number.isFinite)) throw new PotentialError('a coordinate is not finite');
      if (Math.min(cell[0]!, cell[4]!, cell[8]!) < 2.05 * cutoff) return repeated(x, cell);
      if (stale(x, cell)) list(x, cell);
      const f = forces.forces.fill(0);
      const w = forces.virial.fill(0);
      const e = forces.atomEnergies.fill(0);
      let nearest = Number.POSITIVE_INFINITY;
      if (embedding) {
        rho.fill(0);
        each(x, cell, (i, j, _x, _y, _z, r2) => {
          embedding.density(r2, out);
          rho[i / 3]! += out[0]!;
          rho[j / 3]! += out[0]!;
        });
        for (let i = 0; i < rho.length; i++) {
          embedding.energy(Math.max(0, rho[i]!), out);
          e[i] = out[0]!;
          slope[i] = out[1]!;
        }
      }
      each(x, cell, (i, j, dx, dy, dz, r2) => {
        pair(r2, out);
        e[i / 3]! += 0.5 * out[0]!;
        e[j / 3]! += 0.5 * out[0]!;
        let over = out[1]!;
        if (embedding) {
          embedding.density(r2, out);
          over += (slope[i / 3]! + slope[j / 3]!) * out[1]!;
        }
        if (r2 < nearest) nearest = r2;
        f[i]! += over * dx;
        f[i + 1]! += over * dy;
        f[i + 2]! += over * dz;
        f[j]! -= over * dx;
        f[j + 1]! -= over * dy;
        f[j + 2]! -= over * dz;
        w[0]! -= over * dx * dx;
        w[1]! -= over * dx * dy;
        w[2]! -= over * dx * dz;
        w[4]! -= over * dy * dy;
        w[5]! -= over * dy * dz;
        w[8]! -= over * dz * dz;
      });
      w[3] = w[1]!;
      w[6] = w[2]!;
      w[7] = w[5]!;
      forces.nearest = Math.sqrt(nearest);
      forces.energy = e.reduce((sum, value) => sum + value, 0);
      return forces;
    },
    setThreads() {},
    close() {},
  };
}
