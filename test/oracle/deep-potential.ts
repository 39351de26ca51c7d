/**
 * The Deep Potential as `physics/potentials/deep/model.ts` defines it, written as plainly as it
 * can be: brute force over periodic images, no derivatives. Forces and virial by central
 * differences of the energy. The short-range term is left out.
 */
import {
  type Architecture,
  type DeepPotential,
  embeddingIndex,
  type Net,
} from '../../physics/potentials/deep/model.ts';

export interface Configuration {
  readonly types: ArrayLike<number>;
  readonly positions: Float64Array;
  readonly cell: Float64Array;
}

export function runNet(net: Net, input: readonly number[], linearLast: boolean): number[] {
  let x = [...input];
  net.forEach(({ inputs, outputs, weights, bias, timeStep }, l) => {
    const last = linearLast && l === net.length - 1;
    const y = Array.from({ length: outputs }, (_, j) => {
      let z = bias[j]!;
      for (let i = 0; i < inputs; i++) z += x[i]! * weights[i * outputs + j]!;
      if (last) return z;
      const t = Math.tanh(z) * (timeStep?.[j] ?? 1);
      if (outputs === inputs) return t + x[j]!;
      if (outputs === 2 * inputs) return t + x[j % inputs]!;
      return t;
    });
    x = y;
  });
  return x;
}

function switched(r: number, { inner, cutoff }: Architecture): number {
  const u = (r - inner) / (cutoff - inner);
  const sw = u <= 0 ? 1 : u >= 1 ? 0 : u ** 3 * (-6 * u * u + 15 * u - 10) + 1;
  return sw / r;
}

/** Vectors r_j - r_i to every neighbour within `cutoff`, own images included, by type. */
export function neighbours(
  { types, positions, cell }: Configuration,
  cutoff: number,
): { readonly type: number; readonly vector: readonly [number, number, number] }[][] {
  const n = types.length;
  const [a, b, c] = [0, 3, 6].map((k) => [cell[k]!, cell[k + 1]!, cell[k + 2]!]) as number[][];
  const cross = (p: number[], q: number[]) => [
    p[1]! * q[2]! - p[2]! * q[1]!,
    p[2]! * q[0]! - p[0]! * q[2]!,
    p[0]! * q[1]! - p[1]! * q[0]!,
  ];
  const dot = (p: number[], q: number[]) => p[0]! * q[0]! + p[1]! * q[1]! + p[2]! * q[2]!;
  const volume = Math.abs(dot(a!, cross(b!, c!)));
  const reach = [cross(b!, c!), cross(c!, a!), cross(a!, b!)].map(
    (normal) => Math.ceil((cutoff * Math.sqrt(dot(normal, normal))) / volume) + 2,
  );
  return Array.from({ length: n }, (_, i) => {
    const found = [];
    for (let j = 0; j < n; j++)
      for (let p = -reach[0]!; p <= reach[0]!; p++)
        for (let q = -reach[1]!; q <= reach[1]!; q++)
          for (let s = -reach[2]!; s <= reach[2]!; s++) {
            if (i === j && p === 0 && q === 0 && s === 0) continue;
            const vector = [0, 1, 2].map(
              (d) =>
                positions[3 * j + d]! -
                positions[3 * i + d]! +
                p * a![d]! +
                q * b![d]! +
                s * c![d]!,
            ) as [number, number, number];
            if (dot(vector, vector) < cutoff * cutoff) found.push({ type: types[j]!, vector });
          }
    return found;
  });
}

/** Energy of each atom, eV. */
export function oracleAtomEnergies(
  architecture: Architecture,
  member: DeepPotential,
  configuration: Configuration,
): number[] {
  const { sel, axis, embedding } = architecture;
  const width = embedding.at(-1)!;
  const slots = sel.reduce((sum, count) => sum + count, 0);
  return neighbours(configuration, architecture.cutoff).map((list, i) => {
    const centre = configuration.types[i]!;
    const rows = list.map(({ type, vector }) => {
      const r = Math.hypot(...vector);
      const s = switched(r, architecture);
      return { type, row: [s, ...vector.map((component) => (s * component) / r)] };
    });
    sel.forEach((count, type) => {
      const here = rows.filter((row) => row.type === type).length;
      for (let k = here; k < count; k++) rows.push({ type, row: [0, 0, 0, 0] });
    });
    const a = Array.from({ length: width }, () => [0, 0, 0, 0]);
    for (const { type, row } of rows) {
      const normal = row.map((value, m) =>
        m === 0
          ? (value - member.mean[centre]!) / member.deviation[centre]!
          : value / member.angularDeviation[centre]!,
      );
      const g = runNet(
        member.embeddings[embeddingIndex(member, centre, type)]!,
        [normal[0]!],
        false,
      );
      for (let m = 0; m < width; m++)
        for (let k = 0; k < 4; k++) a[m]![k]! += (g[m]! * normal[k]!) / slots;
    }
    const d = a.flatMap((row) =>
      a.slice(0, axis).map((other) => row.reduce((sum, value, k) => sum + value * other[k]!, 0)),
    );
    return runNet(member.fittings[centre]!, d, true)[0]! + member.bias[centre]!;
  });
}

/** Energy of the cell, eV. */
export function oracleEnergy(
  architecture: Architecture,
  member: DeepPotential,
  configuration: Configuration,
): number {
  return oracleAtomEnergies(architecture, member, configuration).reduce((sum, e) => sum + e, 0);
}

/** Forces (eV/Å, [atoms][3]) by central differences of the energy. */
export function oracleForces(
  architecture: Architecture,
  member: DeepPotential,
  configuration: Configuration,
  step = 1e-4,
): Float64Array {
  const at = (k: number, shift: number) => {
    const positions = configuration.positions.slice();
    positions[k]! += shift;
    return oracleEnergy(architecture, member, { ...configuration, positions });
  };
  return configuration.positions.map((_, k) => -(at(k, step) - at(k, -step)) / (2 * step));
}

/** Virial W = -Σ r ⊗ ∂E/∂r (eV, [3][3]) by central differences over strains of the cell. */
export function oracleVirial(
  architecture: Architecture,
  member: DeepPotential,
  configuration: Configuration,
  step = 1e-5,
): Float64Array {
  const strained = (vectors: Float64Array, a: number, b: number, amount: number) =>
    vectors.map((value, k) => (k % 3 === b ? value + amount * vectors[k - b + a]! : value));
  const at = (a: number, b: number, amount: number) =>
    oracleEnergy(architecture, member, {
      types: configuration.types,
      positions: strained(configuration.positions, a, b, amount),
      cell: strained(configuration.cell, a, b, amount),
    });
  return Float64Array.from({ length: 9 }, (_, k) => {
    const [a, b] = [Math.floor(k / 3), k % 3];
    return -(at(a, b, step) - at(a, b, -step)) / (2 * step);
  });
}
