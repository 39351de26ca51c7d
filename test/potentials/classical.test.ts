/** Classical potentials as force fields: their definition, derivatives, symmetries and bits. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ClassicalPotential,
  openClassical,
} from '../../physics/potentials/classical/force-field.ts';
import type { LennardJones } from '../../physics/potentials/classical/lennard-jones.ts';
import {
  type ForceField,
  type Forces,
  PotentialError,
} from '../../physics/potentials/force-field.ts';
import { gaussian } from '../../physics/random.ts';
import { type Configuration, neighbours } from '../oracle/deep-potential.ts';
import { randomConfiguration } from '../oracle/random-model.ts';
import { virtualEnergy, virtualTables } from '../oracle/virtual-dft.ts';

const classical = suite('classical potentials');

const steel = virtualTables({
  elements: [0, 1, 2],
  magnetic: true,
  rhoPoints: 6000,
  rhoMost: 60,
  radialPoints: 2000,
});
const gas: LennardJones = {
  kind: 'lennard-jones',
  elements: ['Ar', 'Kr'],
  pairs: [
    [
      { epsilon: 0.15, sigma: 2.1, cutoff: 4.4 },
      { epsilon: 0.12, sigma: 2.2, cutoff: 4.1 },
    ],
    [
      { epsilon: 0.12, sigma: 2.2, cutoff: 4.1 },
      { epsilon: 0.18, sigma: 2.3, cutoff: 3.9 },
    ],
  ],
  shifted: true,
};

interface Snapshot {
  readonly energy: number;
  readonly forces: Float64Array;
  readonly virial: Float64Array;
  readonly atomEnergies: Float64Array;
  readonly nearest: number;
}
const copy = ({ energy, forces, virial, atomEnergies, nearest }: Forces): Snapshot => ({
  energy,
  forces: forces.slice(),
  virial: virial.slice(),
  atomEnergies: atomEnergies.slice(),
  nearest,
});
function compute(field: ForceField, { types, positions, cell }: Configuration): Snapshot {
  field.setAtoms(Uint8Array.from(types));
  return copy(field.compute(positions, cell));
}
const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  largest(Array.from(a, (value, k) => value - b[k]!));

function lennardJonesEnergy(configuration: Configuration): number {
  return neighbours(configuration, 4.4).reduce((sum, near, i) => {
    for (const { type, vector } of near) {
      const { epsilon, sigma, cutoff } = gas.pairs[configuration.types[i]!]![type]!;
      const at = (r: number) => 4 * epsilon * ((sigma / r) ** 12 - (sigma / r) ** 6);
      const r = Math.hypot(...vector);
      if (r < cutoff) sum += 0.5 * (at(r) - at(cutoff));
    }
    return sum;
  }, 0);
}

/** 432 atoms, in several of the blocks that threads share out. */
function rattledCrystal(types: number): Configuration {
  const a = 2.9;
  const positions: number[] = [];
  for (let x = 0; x < 6; x++)
    for (let y = 0; y < 6; y++)
      for (let z = 0; z < 6; z++)
        for (const half of [0, 0.5]) positions.push((x + half) * a, (y + half) * a, (z + half) * a);
  return {
    types: Uint8Array.from({ length: 432 }, (_, i) => (i * i) % types),
    positions: Float64Array.from(positions, (x, k) => x + 0.15 * gaussian(1, 'rattle', k)),
    cell: Float64Array.of(6 * a, 0, 0, 0, 6 * a, 0, 0, 0, 6 * a),
  };
}

const cases: readonly (readonly [string, ClassicalPotential, number, number])[] = [
  ['embedded atoms of three elements', steel, 3, 1.9],
  ['Lennard-Jones of two elements', gas, 2, 1.9],
];

for (const [title, potential, types, distance] of cases) {
  for (const [cell, atoms] of [
    ['a cell with room for all', 50],
    ['a cell narrower than the cut-off', 4],
    ['a single atom and its images', 1],
  ] as const) {
    const configuration = randomConfiguration(21, atoms, { types, apart: distance });

    classical(`are what the definition says: ${title}, ${cell}`, () => {
      const field = openClassical(potential);
      const { energy, atomEnergies } = compute(field, configuration);
      const exact =
        potential === steel
          ? virtualEnergy(configuration, true)
          : lennardJonesEnergy(configuration);
      // Tables are off by their interpolation.
      assert.ok(
        Math.abs(energy - exact) < (potential === steel ? 1e-7 : 1e-11) * atoms,
        `${energy - exact}`,
      );
      assert.ok(Math.abs(atomEnergies.reduce((sum, e) => sum + e, 0) - energy) < 1e-12 * atoms);
      field.close();
    });

    classical(`have forces and virial that are derivatives: ${title}, ${cell}`, () => {
      const field = openClassical(potential);
      const { positions, cell: h0 } = configuration;
      const found = compute(field, configuration);
      const slopeOf = (energy: (by: number) => number): number => {
        const h = 1e-5;
        const wide = (energy(-2 * h) - energy(2 * h)) / (4 * h);
        return (4 * ((energy(-h) - energy(h)) / (2 * h)) - wide) / 3;
      };
      const scale = Math.max(1, largest(found.forces));
      for (let k = 0; k < positions.length; k += atoms > 10 ? 5 : 1) {
        const slope = slopeOf((by) => {
          const x = positions.slice();
          x[k]! += by;
          return field.compute(x, h0).energy;
        });
        assert.ok(Math.abs(slope - found.forces[k]!) < 1e-6 * scale, `force ${k}`);
      }
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++) {
          const slope = slopeOf((by) => {
            const strain = (v: Float64Array) =>
              v.map((value, k) => (k % 3 === b ? value + by * v[k - b + a]! : value));
            return field.compute(strain(positions), strain(h0)).energy;
          });
          const error = Math.abs(slope - found.virial[3 * a + b]!);
          assert.ok(error < 1e-6 * Math.max(1, largest(found.virial)), `virial ${a} ${b}`);
        }
      field.close();
    });
  }

  classical(`give a small cell the answer of its 3x3x3 replica: ${title}`, () => {
    const field = openClassical(potential);
    const small = randomConfiguration(22, 5, { types, apart: distance });
    const copies = Array.from({ length: 27 }, (_, k) => [
      k % 3,
      Math.floor(k / 3) % 3,
      Math.floor(k / 9),
    ]);
    const positions = copies.flatMap((n) =>
      Array.from(small.positions, (x, k) =>
        n.reduce((sum, count, row) => sum + count * small.cell[3 * row + (k % 3)]!, x),
      ),
    );
    const one = compute(field, small);
    const many = compute(field, {
      types: copies.flatMap(() => Array.from(small.types)),
      positions: Float64Array.from(positions),
      cell: small.cell.map((value) => 3 * value),
    });
    assert.ok(Math.abs(one.energy - many.energy / 27) < 1e-11);
    for (let k = 0; k < 27; k++)
      assert.ok(apart(many.forces.subarray(15 * k, 15 * (k + 1)), one.forces) < 1e-9);
    assert.ok(
      apart(
        many.virial.map((value) => value / 27),
        one.virial,
      ) < 1e-9,
    );
    field.close();
  });

  const bytes = ({ energy, forces, virial, atomEnergies, nearest }: Snapshot) =>
    Buffer.concat(
      [Float64Array.of(energy, nearest), forces, virial, atomEnergies].map((part) =>
        Buffer.from(part.buffer, part.byteOffset, part.byteLength),
      ),
    ).toString('base64');

  classical(`give the same bytes on 1, 2, 3 and 8 threads: ${title}`, async () => {
    const field = openClassical(potential);
    const configuration = rattledCrystal(types);
    const alone = bytes(compute(field, configuration));
    for (const threads of [2, 3, 8]) {
      field.setThreads(threads);
      await new Promise((resolve) => setTimeout(resolve, 150));
      for (let again = 0; again < 3; again++)
        assert.ok(bytes(compute(field, configuration)) === alone, `${threads} threads`);
    }
    field.close();
  });

  classical(`give the same bytes with an old list as with a new one: ${title}`, () => {
    const [old, fresh] = [openClassical(potential), openClassical(potential)];
    const configuration = randomConfiguration(24, 30, { types, apart: distance });
    const homes = configuration.positions.slice();
    const positions = homes.slice();
    const cell = configuration.cell.slice();
    old.setAtoms(Uint8Array.from(configuration.types));
    for (let step = 0; step < 120; step++) {
      const scale = 1 + 0.002 * gaussian(2, 'breathing', step, 0);
      for (let k = 0; k < 9; k++) cell[k]! *= scale;
      for (let k = 0; k < positions.length; k++) {
        const walk = 0.04 * gaussian(2, 'walk', k, step);
        positions[k] = (homes[k]! + 0.9 * (positions[k]! - homes[k]!) + walk) * scale;
        homes[k]! *= scale;
      }
      for (let d = 0; d < 3 && step % 40 === 39; d++) {
        positions[d]! += cell[d]!;
        homes[d]! += cell[d]!;
      }
      const kept = copy(old.compute(positions, cell));
      const made = compute(fresh, { types: configuration.types, positions, cell });
      assert.ok(bytes(kept) === bytes(made), `step ${step}`);
    }
    old.close();
    fresh.close();
  });
}

const cell = Float64Array.of(20, 0, 0, 0, 20, 0, 0, 0, 20);
const pair = (r: number): Configuration => ({
  types: [0, 0],
  positions: Float64Array.of(1, 2, 3, 1, 2, 3 + r),
  cell,
});

classical(
  'keep to the table where it ends: denser in a straight line, beyond the cut-off nothing',
  () => {
    const short = virtualTables({
      elements: [1],
      magnetic: false,
      rhoPoints: 50,
      rhoMost: 0.3,
      radialPoints: 400,
    });
    const field = openClassical(short);
    const at = (r: number) => compute(field, pair(r));
    const [a, b, c] = [2.5, 2.501, 2.502].map((r) => at(r).energy) as [number, number, number];
    assert.ok(Math.abs(-(c - a) / 0.002 - at(2.501).forces[5]!) < 1e-5, `${b}`);
    assert.is(at(4.1).energy, 0);
    field.close();
  },
);

classical('shift each pair of elements to nothing at its own cut-off, if they are to', () => {
  const energies = (shifted: boolean) => {
    const field = openClassical({ ...gas, shifted });
    return [4.0999, 4.1].map((r) => compute(field, { ...pair(r), types: [0, 1] }).energy) as [
      number,
      number,
    ];
  };
  const [inside, outside] = energies(true);
  assert.ok(Math.abs(inside) < 1e-5 && inside < 0);
  assert.is(outside, 0);
  const [bare] = energies(false);
  assert.ok(Math.abs(bare - 4 * 0.12 * ((2.2 / 4.1) ** 12 - (2.2 / 4.1) ** 6)) < 1e-5);
});

classical('answer for lonely atoms and for no atoms', () => {
  const field = openClassical(steel, 3);
  const lonely = compute(field, pair(9));
  assert.ok(Math.abs(lonely.energy / 2 + 1.565647547483517) < 1e-9, 'the moment of a free atom');
  assert.is(largest(lonely.forces), 0);
  assert.is(lonely.nearest, Number.POSITIVE_INFINITY);
  const none = compute(field, { types: [], positions: new Float64Array(0), cell });
  assert.is(none.energy, 0);
  field.close();
});

classical('refuse atoms on top of each other, types and coordinates that do not fit', () => {
  const field = openClassical(steel);
  const refused = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      assert.instance(error, PotentialError);
      return (error as PotentialError).message;
    }
    throw new Error('nothing was thrown');
  };
  assert.is(
    refused(() => compute(field, pair(0))),
    'atom 0 (Fe) has a neighbour at less than 0.01 Å: the simulation has broken down, or the start is damaged',
  );
  assert.is(
    refused(() => field.setAtoms(Uint8Array.of(0, 3))),
    'atom 1 has type 3, but the potential knows 3: Fe, Cr, C',
  );
  field.setAtoms(Uint8Array.of(0, 1));
  assert.is(
    refused(() => field.compute(Float64Array.of(0, 0, Number.NaN, 1, 1, 1), cell)),
    'atom 0 has a coordinate that is not finite (NaN): the simulation has broken down, or the start is damaged',
  );
  assert.ok(compute(field, pair(2.3)).energy < 0, 'goes on after an error');
  field.close();
});

classical.run();
