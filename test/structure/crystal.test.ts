/** Crystals, alloys and cells: counts, distances, compositions that do not fit. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { uniform } from '../../physics/random.ts';
import {
  CompositionError,
  formatComposition,
  integerCounts,
  populate,
} from '../../physics/structure/alloy.ts';
import { cellVolume, wrap } from '../../physics/structure/cells.ts';
import {
  atomsIn,
  elongated,
  latticeParameter,
  nearCubic,
  supercell,
  volumePerAtom,
} from '../../physics/structure/crystal.ts';
import { neighbourTable } from '../../physics/structure/neighbours.ts';

const kinds = ['bcc', 'fcc', 'hcp'] as const;
const crystals = suite('crystals');

crystals('have the volume asked for and the right nearest neighbours', () => {
  for (const [kind, neighbours, distance] of [
    ['bcc', 8, Math.sqrt(3) / 2],
    ['fcc', 12, Math.SQRT1_2],
    ['hcp', 12, 1],
  ] as const) {
    const crystal = supercell(kind, nearCubic(kind, 100), 11.5);
    const atoms = crystal.positions.length / 3;
    assert.ok(Math.abs(cellVolume(crystal.cell) / atoms - 11.5) < 1e-9);
    const a = latticeParameter(kind, 11.5);
    assert.ok(Math.abs(volumePerAtom(kind, a) - 11.5) < 1e-9);
    const { start } = neighbourTable(crystal.positions, crystal.cell, distance * a * 1.01);
    for (let i = 0; i < atoms; i++) assert.is(start[i + 1]! - start[i]!, neighbours);
  }
});

crystals('keep interstices as far from atoms as the crystal allows', () => {
  for (const [kind, distance] of [
    ['bcc', 0.5],
    ['fcc', 0.5],
    ['hcp', Math.SQRT1_2],
  ] as const) {
    const { positions, octahedral, cell } = supercell(kind, [3, 3, 3], 11.5);
    const a = latticeParameter(kind, 11.5);
    const both = Float64Array.from([...positions, ...octahedral]);
    const atoms = positions.length / 3;
    const { start, atom, vector } = neighbourTable(both, cell, a);
    for (let i = atoms; i < both.length / 3; i++) {
      let nearest = Number.POSITIVE_INFINITY;
      for (let k = start[i]!; k < start[i + 1]!; k++) {
        if (atom[k]! >= atoms) continue;
        nearest = Math.min(nearest, Math.hypot(...vector.subarray(3 * k, 3 * k + 3)));
      }
      assert.ok(Math.abs(nearest - distance * a) < 1e-9, `${kind}: ${nearest / a}`);
    }
  }
});

crystals('of 54 and 128 atoms are cubes of bcc', () => {
  assert.equal(nearCubic('bcc', 54), [3, 3, 3]);
  assert.equal(nearCubic('bcc', 128), [4, 4, 4]);
});

crystals('elongated have the atoms and the length that two phases need', () => {
  for (const kind of kinds)
    for (const [atoms, length] of [
      [800, 45],
      [8000, 45],
      [160, 0],
    ] as const) {
      const replication = elongated(kind, atoms, length, 11.5);
      const count = atomsIn(kind, replication);
      const { cell } = supercell(kind, replication, 11.5);
      assert.ok(count >= atoms && count < 1.25 * atoms, `${kind} ${count}`);
      assert.ok(cell[8]! >= length && cell[8]! > 2 * Math.max(cell[0]!, cell[4]!));
    }
});

crystals('neighbours agree with a sum over images, in cells smaller than the cut-off too', () => {
  const cell = Float64Array.of(4, 0.3, 0, -0.5, 6, 0.2, 0.4, 0, 13);
  const positions = Float64Array.from({ length: 60 }, (_, k) => 20 * uniform(1, 'place', k) - 5);
  const { start, vector } = neighbourTable(positions, cell, 5);
  let count = 0;
  for (let i = 0; i < 20; i++)
    for (let j = 0; j < 20; j++)
      for (let p = -9; p <= 9; p++)
        for (let q = -7; q <= 7; q++)
          for (let r = -5; r <= 5; r++) {
            const d = [0, 1, 2].map(
              (x) =>
                positions[3 * j + x]! -
                positions[3 * i + x]! +
                p * cell[x]! +
                q * cell[3 + x]! +
                r * cell[6 + x]!,
            );
            if (Math.hypot(...d) < 5 && !(i === j && p === 0 && q === 0 && r === 0)) count += 1;
          }
  assert.is(start[20], count);
  assert.is(vector.length, 3 * count);
});

crystals('wrapping keeps atoms where they are, but inside the cell', () => {
  const cell = Float64Array.of(4, 0, 0, 0, 5, 0, 0, 0, 6);
  const wrapped = wrap(Float64Array.of(-1, 5.5, 12.25), cell);
  for (const [k, value] of [3, 0.5, 0.25].entries())
    assert.ok(Math.abs(wrapped[k]! - value) < 1e-12);
});
crystals.run();

const alloys = suite('alloys');
const elements = ['Fe', 'Cr', 'C'];

alloys('metals share the lattice, carbon comes on top', () => {
  assert.equal(integerCounts({ Fe: 0.9, C: 0.1 }, 128), { Fe: 128, C: 14 });
  assert.equal(integerCounts({ Fe: 0.8, Cr: 0.2 }, 128), { Cr: 26, Fe: 102 });
  assert.equal(integerCounts({ Fe: 1 }, 16), { Fe: 16 });
});

alloys('a composition the cell cannot hold is refused with the nearest one', () => {
  assert.throws(
    () => integerCounts({ Fe: 0.97, C: 0.03 }, 16),
    (error: Error) =>
      error instanceof CompositionError &&
      error.message ===
        'a cell with 16 lattice sites cannot hold Fe97C3 within 0.5 at%; the nearest it holds is Fe94.12C5.88 (1 C + 16 Fe): use more atoms or that composition',
  );
  assert.throws(() => integerCounts({ C: 1 }, 16), 'has no metal');
});

alloys('an element the potential does not know is named', () => {
  const crystal = supercell('fcc', [2, 2, 2], 11);
  assert.throws(
    () => populate(crystal, { Fe: 0.5, Ni: 0.5 }, elements, 1),
    'the potential does not know Ni; it knows Fe, Cr, C',
  );
});

alloys('the same seed deals the same atoms, another seed others', () => {
  const crystal = supercell('bcc', [4, 4, 4], 11.5);
  const make = (seed: number) => populate(crystal, { Fe: 0.8, Cr: 0.2 }, elements, seed);
  assert.equal(make(1).types, make(1).types);
  assert.not.equal(make(1).types, make(2).types);
  assert.is(make(1).types.filter((type) => type === 1).length, 26);
});

alloys('carbon sits on interstices, no two side by side', () => {
  const crystal = supercell('fcc', nearCubic('fcc', 128), 12);
  const { types, positions, cell } = populate(crystal, { Fe: 0.9, C: 0.1 }, elements, 3);
  const carbon = types.filter((type) => type === 2).length;
  assert.is(carbon, 12);
  const sites = positions.subarray(3 * (types.length - carbon));
  assert.is(neighbourTable(sites, cell, 2.7).atom.length, 0);
});

alloys('names of compositions read as in the study', () => {
  assert.is(formatComposition({ Fe: 1 }), 'Fe');
  assert.is(formatComposition({ C: 0.1, Fe: 0.9 }), 'Fe90C10');
});
alloys.run();
