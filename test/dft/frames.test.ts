import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFrames, readStructures, writeFrames } from '../../physics/dft/frames.ts';
import { partOf } from '../../physics/dft/split.ts';

const data = new URL('../../workflows/data/fe-cr-c-pbe/', import.meta.url);
const nonmagnetic = readFileSync(new URL('nonmagnetic.extxyz', data), 'utf8');
const polarised = readFileSync(new URL('polarised.extxyz', data), 'utf8');
const shares = { test: 0.18, validation: 0.15, seed: 12 };

const reading = suite('extended XYZ');

reading('the shipped frames: counts, free energy, virial from stress', () => {
  const frames = readFrames(nonmagnetic, 'nonmagnetic.extxyz', 'none');
  assert.is(frames.length, 112);
  assert.is(
    frames.reduce((sum, frame) => sum + frame.species.length, 0),
    1902,
  );
  const first = frames[0]!;
  assert.is(first.labels.energy, -129.26493629);
  assert.is(first.id, '0');
  assert.is(first.group, 'bcc_fe');
  const volume = 5.58803493 * 5.74898085 * 5.74604213;
  assert.ok(Math.abs(first.labels.virial![0]! / (0.04603523 * volume) - 1) < 1e-4);
});

reading('writing and reading again changes no bit', () => {
  const text = writeFrames(readFrames(polarised));
  assert.is(writeFrames(readFrames(text)), text);
});

const frame = (changes: Partial<Record<'count' | 'header' | 'atom', string>> = {}) =>
  [
    changes.count ?? '2',
    changes.header ??
      'Lattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1.5 spin=none',
    'Fe 0 0 0 0.1 0 0',
    changes.atom ?? 'Cr 1.5 1.5 1.5 -0.1 0 0',
    '',
  ].join('\n');

reading('configurations need no labels, and keep those that are there', () => {
  const bare = frame({
    header: 'Lattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3:v:R:3',
  });
  const [structure, labelled] = readStructures(bare + frame(), 'f.xyz');
  const { energy, forces, virial } = structure;
  assert.equal({ energy, forces, virial }, { energy: null, forces: null, virial: null });
  assert.equal(structure.species, ['Fe', 'Cr']);
  assert.is(structure.id, labelled.id);
  assert.is(labelled.energy, -1.5);
  assert.equal(labelled.forces, Float64Array.of(0.1, 0, 0, -0.1, 0, 0));
  assert.throws(() => readStructures('2\n\n', 'f.xyz'), /f.xyz:2: the header has no Properties/);
});

const mistakes: [string, string, string][] = [
  ['an empty file', '', 'f.xyz: holds no frame'],
  [
    'no count',
    'hello\n',
    'f.xyz:1: expected a number of atoms at its start, found "hello"; is this extended XYZ, and does the count above fit its atoms?',
  ],
  [
    'a broken header',
    frame({ header: 'Lattice="3 0 0 0 3 Properties=species:S:1' }),
    'f.xyz:2:8: cannot read the header from here on; expected key=value pairs, quoted where they hold spaces',
  ],
  [
    'no Properties',
    frame({ header: 'Lattice="3 0 0 0 3 0 0 0 3" energy=1' }),
    'f.xyz:2: the header has no Properties; expected such as Properties=species:S:1:pos:R:3:forces:R:3',
  ],
  [
    'torn Properties',
    frame({ header: 'Lattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R energy=1' }),
    'f.xyz:2: cannot read Properties "species:S:1:pos:R"; expected name:type:columns triples with type S, R, I or L',
  ],
  [
    'too few atoms',
    frame({ count: '3' }),
    'f.xyz:5: expected atom 3 of 3 with 7 columns, but the file or frame ends',
  ],
  [
    'too many atoms',
    frame({ count: '1' }),
    'f.xyz:4: expected a number of atoms after frame 1, found "Cr 1.5 1.5 1.5 -0.1 0 0"; is this extended XYZ, and does the count above fit its atoms?',
  ],
  [
    'NaN',
    frame({ atom: 'Cr 1.5 1.5 1.5 nan 0 0' }),
    'f.xyz:4: forces of atom 2 is "nan"; expected a finite number',
  ],
  [
    'missing columns',
    frame({ atom: 'Cr 1.5 1.5' }),
    'f.xyz:4: expected atom 2 of 2 with 7 columns, but the line has 3 columns',
  ],
  [
    'missing forces',
    '1\nLattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3 energy=-1 spin=none\nFe 0 0 0\n',
    'f.xyz:2: the frame has no forces (forces:R:3 in Properties, eV/Å)',
  ],
  [
    'missing energy',
    frame({
      header: 'Lattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3:forces:R:3 spin=none',
    }),
    'f.xyz:2: the frame has no free_energy or energy (eV)',
  ],
  [
    'missing lattice',
    frame({ header: 'Properties=species:S:1:pos:R:3:forces:R:3 energy=1 spin=none' }),
    'f.xyz:2: the frame has no Lattice (nine numbers, Å)',
  ],
  [
    'short lattice',
    frame({
      header: 'Lattice="3 0 0" Properties=species:S:1:pos:R:3:forces:R:3 energy=1 spin=none',
    }),
    'f.xyz:2: Lattice is "3 0 0"; expected 9 finite numbers',
  ],
  [
    'flat lattice',
    frame({
      header:
        'Lattice="3 0 0 3 0 0 0 0 3" Properties=species:S:1:pos:R:3:forces:R:3 energy=1 spin=none',
    }),
    'f.xyz:2: the Lattice has no volume',
  ],
  [
    'unknown element',
    frame({ atom: 'Xx 1.5 1.5 1.5 -0.1 0 0' }),
    'f.xyz:4: "Xx" is no element that curie knows',
  ],
  [
    'another spin treatment',
    frame({
      header:
        'Lattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3:forces:R:3 energy=1 spin=collinear',
    }),
    'f.xyz:2: the frame was computed with spin=collinear, but the study says spin: none',
  ],
];
for (const [what, text, message] of mistakes) {
  reading(`${what} is refused by line`, () => {
    assert.throws(
      () => readFrames(text, 'f.xyz', 'none'),
      (error: Error) => {
        assert.is(error.message, message);
        return true;
      },
    );
  });
}
reading.run();

const splitting = suite('split');

splitting('a geometry stands on one side at both levels of theory', () => {
  const sides = new Map(readFrames(nonmagnetic).map((f) => [f.id, partOf(f.id, shares)]));
  for (const f of readFrames(polarised))
    assert.is(partOf(f.id, shares), sides.get(f.id) ?? partOf(f.id, shares));
  const tested = readFrames(polarised).filter((f) => partOf(f.id, shares) === 'test');
  assert.is(tested.length, 8);
});

splitting('shares are met on average, whatever the ids', () => {
  const parts = Array.from({ length: 20000 }, (_, k) => partOf(`frame-${k}`, shares));
  const share = (part: string) => parts.filter((p) => p === part).length / parts.length;
  assert.ok(Math.abs(share('test') - 0.18) < 0.01);
  assert.ok(Math.abs(share('validation') - 0.15) < 0.01);
});
splitting.run();
