/** Deep Potentials as force fields: right derivatives, symmetries, and the same bits in any order of calls. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import type { Model } from '../../physics/potentials/deep/model.ts';
import {
  type ForceField,
  type Forces,
  PotentialError,
} from '../../physics/potentials/force-field.ts';
import { pairRepulsion, repulsionAt } from '../../physics/potentials/zbl.ts';
import { gaussian } from '../../physics/random.ts';
import {
  type Configuration,
  oracleAtomEnergies,
  oracleForces,
  oracleVirial,
} from '../oracle/deep-potential.ts';
import { randomConfiguration, randomModel } from '../oracle/random-model.ts';

const fields = suite('Deep Potentials as force fields');

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

const exact = { precision: 'f64', compress: false } as const;

for (const [title, options] of [
  ['three elements, widths in whole vectors', { shortRange: false }],
  [
    'odd widths, no time step',
    { embedding: [5, 10, 21], axis: 3, fitting: [13, 13, 7], timeStep: false, shortRange: false },
  ],
  ['a skip from the one input', { embedding: [2, 4], fitting: [9, 18], shortRange: false }],
  ['a single element', { elements: ['Fe'], shortRange: false }],
  ['an embedding net for every pair of types', { oneSide: false, shortRange: false }],
] as const) {
  const model = randomModel(options);
  const { architecture, members } = model;
  const configuration = randomConfiguration(11, 6, { types: architecture.elements.length });

  fields(`are what the definition says: ${title}`, () => {
    const field = openDeepPotential(model, 0, exact);
    const found = compute(field, configuration);
    const energies = oracleAtomEnergies(architecture, members[0]!, configuration);
    assert.ok(apart(found.atomEnergies, energies) < 1e-12);
    assert.ok(Math.abs(found.energy - energies.reduce((sum, e) => sum + e, 0)) < 1e-11);
    const forces = oracleForces(architecture, members[0]!, configuration);
    assert.ok(largest(forces) > 0.05, 'forces to speak of');
    assert.ok(apart(found.forces, forces) < 1e-6 * largest(forces));
    const virial = oracleVirial(architecture, members[0]!, configuration);
    assert.ok(apart(found.virial, virial) < 1e-6 * largest(virial));
    field.close();
  });
}

const model = randomModel();

fields('have forces and virial that are derivatives of the energy, short range included', () => {
  for (const compress of [false, true]) {
    const field = openDeepPotential(model, 0, { precision: 'f64', compress });
    const configuration = randomConfiguration(12, 24, { apart: 1.3, volume: 9 });
    const { types, positions, cell } = configuration;
    const found = compute(field, configuration);
    assert.ok(found.nearest < 1.6, 'some pairs repel');
    const energy = (x: Float64Array, h: Float64Array) => field.compute(x, h).energy;
    const h = 2e-5;
    for (let k = 0; k < positions.length; k += 5) {
      const shifted = (by: number) => {
        const x = positions.slice();
        x[k]! += by;
        return energy(x, cell);
      };
      // Richardson's rule: the error is of fourth order.
      const wide = (shifted(-2 * h) - shifted(2 * h)) / (4 * h);
      const slope = (4 * ((shifted(-h) - shifted(h)) / (2 * h)) - wide) / 3;
      assert.ok(Math.abs(slope - found.forces[k]!) < 2e-8 * largest(found.forces), `force ${k}`);
    }
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const strained = (by: number) => {
          const strain = (v: Float64Array) =>
            v.map((value, k) => (k % 3 === b ? value + by * v[k - b + a]! : value));
          return energy(strain(positions), strain(cell));
        };
        const wide = (strained(-4e-5) - strained(4e-5)) / 8e-5;
        const slope = (4 * ((strained(-2e-5) - strained(2e-5)) / 4e-5) - wide) / 3;
        assert.ok(
          Math.abs(slope - found.virial[3 * a + b]!) < 2e-8 * largest(found.virial),
          `virial ${a} ${b}`,
        );
      }
    }
    assert.is(types.length, 24);
    field.close();
  }
});

fields('add the short-range repulsion of each pair', () => {
  const bare: Model = { ...model, shortRange: null };
  const cell = Float64Array.of(30, 0, 0, 0, 30, 0, 0, 0, 30);
  const dimer = (r: number): Configuration => ({
    types: [0, 2],
    positions: Float64Array.of(1, 2, 3, 1, 2, 3 + r),
    cell,
  });
  const [withIt, without] = [openDeepPotential(model, 0, exact), openDeepPotential(bare, 0, exact)];
  const pair = pairRepulsion('Fe', 'C', 1, 1.7);
  for (const r of [0.9, 1.2, 1.6, 1.75]) {
    const [full, net] = [compute(withIt, dimer(r)), compute(without, dimer(r))];
    const [energy, slope] = repulsionAt(pair, r);
    assert.ok(Math.abs(full.energy - net.energy - energy) < 1e-12 * (1 + energy));
    assert.ok(Math.abs(full.forces[5]! - net.forces[5]! + slope) < 1e-12 * (1 - slope));
  }
});

fields('give a small cell the energy per atom of its 3x3x3 replica', () => {
  for (const compress of [false, true]) {
    const field = openDeepPotential(model, 0, { precision: 'f64', compress });
    const small = randomConfiguration(13, 5);
    const n = small.types.length;
    const types: number[] = [];
    const positions: number[] = [];
    for (let p = 0; p < 3; p++)
      for (let q = 0; q < 3; q++)
        for (let s = 0; s < 3; s++)
          for (let i = 0; i < n; i++) {
            types.push(small.types[i]!);
            for (let d = 0; d < 3; d++) {
              const shift = p * small.cell[d]! + q * small.cell[3 + d]! + s * small.cell[6 + d]!;
              positions.push(small.positions[3 * i + d]! + shift);
            }
          }
    const one = compute(field, small);
    const many = compute(field, {
      types,
      positions: Float64Array.from(positions),
      cell: small.cell.map((value) => 3 * value),
    });
    assert.ok(Math.abs(one.energy / n - many.energy / (27 * n)) < 1e-12);
    for (let copyOf = 0; copyOf < 27; copyOf++) {
      const part = many.forces.subarray(3 * n * copyOf, 3 * n * (copyOf + 1));
      assert.ok(apart(part, one.forces) < 1e-11);
    }
    assert.ok(
      apart(
        many.virial,
        one.virial.map((value) => 27 * value),
      ) < 1e-9,
    );
    field.close();
  }
});

fields('do not change when all is shifted, turned, renumbered or wrapped', () => {
  const field = openDeepPotential(model, 0, exact);
  const configuration = randomConfiguration(14, 20);
  const { types, positions, cell } = configuration;
  const found = compute(field, configuration);
  const shifted = compute(field, {
    ...configuration,
    positions: positions.map((value, k) => value + [0.3, -1.7, 12.1][k % 3]!),
  });
  assert.ok(Math.abs(shifted.energy - found.energy) < 1e-10);
  assert.ok(apart(shifted.forces, found.forces) < 1e-10);

  const [c, s] = [0.6, 0.8];
  const turn = (v: Float64Array) =>
    v.map((value, k) => {
      const [x, y] = [v[k - (k % 3)]!, v[k - (k % 3) + 1]!];
      return k % 3 === 0 ? c * x - s * y : k % 3 === 1 ? s * x + c * y : value;
    });
  const turned = compute(field, { types, positions: turn(positions), cell: turn(cell) });
  assert.ok(Math.abs(turned.energy - found.energy) < 1e-10);
  assert.ok(apart(turned.forces, turn(found.forces)) < 1e-10);

  const order = Array.from({ length: 20 }, (_, i) => (7 * i + 3) % 20);
  const renumbered = compute(field, {
    types: order.map((i) => types[i]!),
    positions: Float64Array.from(order.flatMap((i) => [...positions.subarray(3 * i, 3 * i + 3)])),
    cell,
  });
  assert.ok(Math.abs(renumbered.energy - found.energy) < 1e-10);
  order.forEach((i, k) => {
    assert.ok(
      apart(renumbered.forces.subarray(3 * k, 3 * k + 3), found.forces.subarray(3 * i, 3 * i + 3)) <
        1e-10,
    );
  });

  const far = positions.slice();
  for (let i = 0; i < 20; i++)
    for (let d = 0; d < 3; d++)
      far[3 * i + d]! += ((i % 3) - 1) * cell[d]! + (i % 2) * cell[6 + d]!;
  const outside = compute(field, { types, positions: far, cell });
  assert.ok(Math.abs(outside.energy - found.energy) < 1e-10);
  assert.ok(apart(outside.forces, found.forces) < 1e-10);
});

fields('add up to no force, and a symmetric virial', () => {
  const field = openDeepPotential(model, 0);
  const { forces, virial } = compute(field, randomConfiguration(15, 54));
  for (let d = 0; d < 3; d++) {
    let sum = 0;
    for (let k = d; k < forces.length; k += 3) sum += forces[k]!;
    assert.ok(Math.abs(sum) < 1e-12 * forces.length * largest(forces));
  }
  const tolerance = 1e-5 * largest(virial);
  for (const [a, b] of [
    [1, 3],
    [2, 6],
    [5, 7],
  ] as const) {
    assert.ok(Math.abs(virial[a]! - virial[b]!) < tolerance);
  }
});

const bytes = ({ energy, forces, virial, atomEnergies, nearest }: Snapshot) =>
  Buffer.concat(
    [Float64Array.of(energy, nearest), forces, virial, atomEnergies].map((part) =>
      Buffer.from(part.buffer, part.byteOffset, part.byteLength),
    ),
  ).toString('base64');

for (const options of [
  { precision: 'f32', compress: true },
  { precision: 'f32', compress: false },
  { precision: 'f64', compress: true },
] as const) {
  fields(
    `give the same bytes on 1, 2, 3 and 8 threads: ${options.precision}, ${options.compress ? 'tables' : 'nets'}`,
    async () => {
      const field = openDeepPotential(model, 0, options);
      const configuration = randomConfiguration(16, 100);
      const alone = bytes(compute(field, configuration));
      for (const threads of [2, 3, 8]) {
        field.setThreads(threads);
        await new Promise((resolve) => setTimeout(resolve, 150));
        for (let again = 0; again < 3; again++) {
          assert.ok(bytes(compute(field, configuration)) === alone, `${threads} threads`);
        }
      }
      field.close();
    },
  );

  fields(
    `give the same bytes with an old list as with a new one: ${options.precision}, ${options.compress ? 'tables' : 'nets'}`,
    () => {
      const [old, fresh] = [
        openDeepPotential(model, 0, options),
        openDeepPotential(model, 0, options),
      ];
      const configuration = randomConfiguration(17, 30);
      const positions = configuration.positions.slice();
      const homes = configuration.positions.slice();
      const cell = configuration.cell.slice();
      old.setAtoms(Uint8Array.from(configuration.types));
      for (let step = 0; step < 120; step++) {
        // A walk tied to the start, in a breathing cell, with an atom wrapped now and then.
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
    },
  );
}

fields('in f32 differ from f64 by less than 1e-4 eV/Å', () => {
  const big = randomModel({
    embedding: [16, 32, 64],
    axis: 8,
    fitting: [120, 120, 120],
    timeStep: false,
    sel: [110, 80, 40],
  });
  const configuration = randomConfiguration(18, 64);
  for (const compress of [true, false]) {
    const single = compute(openDeepPotential(big, 0, { compress }), configuration);
    const double = compute(
      openDeepPotential(big, 0, { compress, precision: 'f64' }),
      configuration,
    );
    assert.ok(largest(double.forces) > 0.5);
    assert.ok(apart(single.forces, double.forces) < 1e-4, `${apart(single.forces, double.forces)}`);
    assert.ok(Math.abs(single.energy - double.energy) / 64 < 1e-6);
    assert.ok(apart(single.virial, double.virial) < 1e-4 * largest(double.virial));
  }
});

fields('answer for lonely atoms and for no atoms', () => {
  const field = openDeepPotential(model, 0, exact);
  const cell = Float64Array.of(40, 0, 0, 0, 40, 0, 0, 0, 40);
  const lonely: Configuration = {
    types: [0, 1, 2],
    positions: Float64Array.of(0, 0, 0, 12, 0, 0, 0, 12, 0),
    cell,
  };
  const found = compute(field, lonely);
  assert.ok(
    apart(found.atomEnergies, oracleAtomEnergies(model.architecture, model.members[0]!, lonely)) <
      1e-12,
  );
  assert.is(largest(found.forces), 0);
  assert.is(largest(found.virial), 0);
  assert.is(found.nearest, Number.POSITIVE_INFINITY);
  assert.is(compute(field, { types: [], positions: new Float64Array(0), cell }).energy, 0);
});

fields('serve one set of atoms after another', () => {
  const field = openDeepPotential(model, 0);
  const [a, b] = [randomConfiguration(19, 40), randomConfiguration(20, 9)];
  const first = bytes(compute(field, a));
  compute(field, b);
  assert.ok(bytes(compute(field, a)) === first);
});

const refused = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    assert.instance(error, PotentialError);
    return (error as PotentialError).message;
  }
  throw new Error('nothing was thrown');
};

fields('refuse, by name of the atom, what they cannot answer', () => {
  const few = randomModel({ sel: [90, 90, 3] });
  const field = openDeepPotential(few, 0);
  const cell = Float64Array.of(20, 0, 0, 0, 20, 0, 0, 0, 20);
  const carbons = {
    types: [1, 2, 2, 2, 2],
    positions: Float64Array.of(5, 5, 5, 7, 5, 5, 3, 5, 5, 5, 7, 5, 5, 3, 5),
    cell,
  };
  assert.is(
    refused(() => compute(field, carbons)),
    'atom 0 (Cr) has 4 C neighbours within 4.5 Å, more than the 3 that the potential allows (sel): the configuration is denser than it was made for',
  );
  const close = { types: [1, 0], positions: Float64Array.of(0, 0, 0, 0, 0, 0.7), cell };
  assert.is(
    refused(() => compute(field, close)),
    'atom 0 (Cr) has a neighbour at 0.700 Å; the potential answers only from 0.8 Å on: the simulation has broken down, or the start is too dense',
  );
  assert.ok(compute(openDeepPotential(few, 0, { compress: false }), close).energy > 100);
  const same = { types: [1, 0], positions: new Float64Array(6), cell };
  assert.match(
    refused(() => compute(openDeepPotential(few, 0, { compress: false }), same)),
    'a neighbour at 0.000 Å',
  );
  assert.match(
    refused(() =>
      compute(field, { ...close, positions: Float64Array.of(0, 0, 0, 0, Number.NaN, 1) }),
    ),
    'atom 1 has a coordinate that is not finite (NaN)',
  );
  assert.is(
    refused(() => field.setAtoms(Uint8Array.of(0, 3))),
    'atom 1 has type 3, but the potential knows 3: Fe, Cr, C',
  );
  assert.is(
    refused(() => openDeepPotential(few, 1)),
    'the model has no member 1: it has 1, counted from 0',
  );
  field.setAtoms(Uint8Array.of(0, 1));
  assert.is(
    refused(() => field.compute(new Float64Array(3), cell)),
    '3 coordinates were given for 2 atoms; expected 6',
  );
  assert.ok(
    compute(field, { ...carbons, types: [1, 2, 2, 2, 0] }).energy < 0,
    'goes on after an error',
  );
});

fields.run();
