/** `curie model`: what it tells of model files, what it makes of them, what it refuses. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import { decodeModel, encodeModel } from '../../physics/potentials/deep/model-file.ts';
import { randomModel } from '../oracle/random-model.ts';
import { expectOutput, expectRefusal, frames, type Trial, trial } from './rig.ts';

const models = suite('curie model');

const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/deepmd/${name}`, import.meta.url));
const random = randomModel({ members: 2, sel: [90, 60, 40] });
const model = {
  ...random,
  range: {
    volume: [10.5, 14.25],
    nearest: [
      [2.1, 2.2, 1.75],
      [2.2, null, null],
      [1.75, null, 1.4],
    ],
    fractions: [
      [0.25, 1],
      [0, 0.5],
      [0, 0.125],
    ],
    frames: 56,
  },
} as const;

/** Two atoms as extended XYZ, with labels or without. */
const pair = (symbol: string, labelled: boolean): string => `2
Lattice="8 0 0 0 8 0 0 0 8" Properties=species:S:1:pos:R:3${labelled ? ':forces:R:3 energy=-14.5 config_type=dimer' : ''}
Fe 0 0 0${labelled ? ' 0.1 0 0' : ''}
${symbol} 2.5 0 0${labelled ? ' -0.1 0 0' : ''}
`;

let at: Trial;
models.before(() => {
  at = trial();
  writeFileSync(at.path('fe.curie'), encodeModel(model));
  copyFileSync(fixture('one-side.dp'), at.path('theirs.dp'));
  copyFileSync(fixture('pairs.yaml'), at.path('theirs.yaml'));
  at.write('pair.xyz', pair('C', true) + pair('Cr', false));
  at.write('iron.xyz', frames(3));
  at.write('nickel.xyz', pair('Ni', false));
  at.write('notes.txt', 'hello\n');
  writeFileSync(at.path('small.curie'), encodeModel(randomModel({ sel: [3, 3, 3] })));
  writeFileSync(at.path('half.curie'), encodeModel(model).subarray(0, 20_000));
  writeFileSync(at.path('half.dp'), readFileSync(fixture('one-side.dp')).subarray(0, 20_000));
});
models.after(() => at.close());

models('info tells what a model of ours is', async () => {
  expectOutput(
    at,
    await at.curie(['model', 'info', 'fe.curie']),
    `fe.curie
  format          curie
  elements        Fe, Cr, C
  cut-off         4.5 Å, weights falling from 0.5 Å on
  neighbours      at most 90 Fe, 60 Cr, 40 C
  embedding nets  4-8-16, one for each element; 4 axis neurons
  fitting nets    12-12-12, one for each element, with time steps
  parameters      3,963 a member
  members         2
  short range     ZBL, full below 1 Å, ending at 2 Å (Fe-Fe, Fe-Cr, Cr-Cr), 1.7 Å (Fe-C, Cr-C), 1.35 Å (C-C)
  training        56 frames without spin
    volume        10.50 to 14.25 Å³ per metal atom
    fractions     Fe 25.0 to 100.0 at%, Cr 0.0 to 50.0 at%, C 0.0 to 12.5 at%
    nearest       2.10 Å (Fe-Fe), 2.20 Å (Fe-Cr), 1.75 Å (Fe-C), never seen (Cr-Cr, Cr-C), 1.40 Å (C-C)
  size            66\u202fkB
  sha256          DIGEST
`,
  );
  const { stdout } = await at.curie(['model', 'info', 'fe.curie', '--json']);
  const told = JSON.parse(stdout);
  assert.equal(told.range, model.range);
  assert.equal(
    [told.size, told.members, told.cutoff],
    [readFileSync(at.path('fe.curie')).length, 2, 4.5],
  );
});

models('info tells what a model of DeePMD-kit is', async () => {
  expectOutput(
    at,
    await at.curie(['model', 'info', 'theirs.yaml']),
    `theirs.yaml
  format          DeePMD-kit, native
  elements        Fe, Cr, C
  cut-off         4 Å, weights falling from 1 Å on
  neighbours      at most 60 Fe, 45 Cr, 25 C
  embedding nets  3-6-12, one for each pair of elements; 3 axis neurons, with time steps
  fitting nets    12-8, one for each element
  parameters      2,859
  members         1
  short range     none
  training        unknown: the file does not say
  size            226\u202fkB
  sha256          DIGEST
`,
  );
});

models('convert writes each member for DeePMD-kit, and takes them back unchanged', async () => {
  expectOutput(
    at,
    await at.curie(['model', 'convert', 'fe.curie', '--to', 'dp', '-o', 'fe.dp']),
    `fe-1.dp  member 1 of 2
fe-1.in  LAMMPS input that adds the short-range repulsion, which the model itself lacks
fe-2.dp  member 2 of 2
fe-2.in  LAMMPS input that adds the short-range repulsion, which the model itself lacks
`,
  );
  assert.match(
    at.read('fe-2.in'),
    /^pair_style hybrid\/overlay deepmd fe-2\.pb zbl 1 2 zbl 1 1\.7/m,
  );
  expectOutput(
    at,
    await at.curie(['model', 'convert', 'fe-1.dp', 'fe-2.dp', '--to', 'curie', '-o', 'b.curie']),
    'b.curie  2 members; trained on 56 frames without spin\n',
  );
  assert.equal(readFileSync(at.path('b.curie')), readFileSync(at.path('fe.curie')));
});

models('convert says where a backend of DeePMD-kit computes something else', async () => {
  const doubling = randomModel({ fitting: [8, 16], shortRange: false });
  writeFileSync(at.path('doubling.curie'), encodeModel(doubling));
  expectOutput(
    at,
    await at.curie(['model', 'convert', 'doubling.curie', '--to', 'yaml', '-o', 'd.yaml']),
    'd.yaml  the model for DeePMD-kit; not for the TensorFlow backend, which has no skip connection where the fitting net doubles its width\n',
  );
});

models('convert takes a model from DeePMD-kit, with the frames it was trained on', async () => {
  const args = ['model', 'convert', 'theirs.dp', '--to', 'curie', '-o', 'ours.curie'];
  expectOutput(
    at,
    await at.curie([...args, '--frames', 'iron.xyz', '--spin', 'collinear']),
    'ours.curie  one member; trained on 3 frames with spin\n',
  );
  const { range, spin } = decodeModel(readFileSync(at.path('ours.curie')));
  assert.is(spin, 'collinear');
  assert.equal(range.fractions, [
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
});

models('compress states range, bounds and errors of the tables', async () => {
  const { stdout, code } = await at.curie(['model', 'compress', 'fe.curie']);
  assert.is(code, 0);
  const lines = stdout.split('\n');
  assert.equal(lines.slice(0, 4), [
    'fe.curie: simulations make these tables when they open the model, so there is no file to write',
    'tables answer from 0.8 Å to the cut-off of 4.5 Å; closer atoms are an error',
    'largest errors at 2000 random inputs of each net and in 4 random cells of 32 atoms, against the nets in f64',
    '                 intervals  channel (bound)  energy, eV/atom  force, eV/Å',
  ]);
  const rows = lines.slice(4, -1).map((line) => line.trim().split(/ {2,}/));
  assert.equal(
    rows.map(([name]) => name),
    ['member 1, f64', 'member 1, f32', 'member 2, f64', 'member 2, f32'],
  );
  for (const [name, , channel, energy] of rows) {
    const [most, bound] = /^(\S+) \((\S+)\)$/.exec(channel)!.slice(1).map(Number);
    assert.ok(most < 2 * bound, `${name}: ${channel}`);
    assert.ok(Number(energy) < (name.endsWith('f64') ? 1e-9 : 1e-6), `${name}: ${energy}`);
  }
  const { members } = JSON.parse(
    (await at.curie(['model', 'compress', 'theirs.dp', '--json'])).stdout,
  );
  assert.ok(members[0].errors.f64.energy < 1e-9);
});

models('eval compares with labels where there are some', async () => {
  const { stdout, stderr, code } = await at.curie(['model', 'eval', 'fe.curie', 'pair.xyz']);
  assert.equal([stderr, code], ['', 0]);
  const lines = stdout
    .replace(/-?\d+\.\d+/g, 'N')
    .replace(/ +/g, ' ')
    .split('\n');
  assert.equal(lines, [
    'frame group atoms energy, eV (mean of 2 members) eV/atom error, meV/atom force error, eV/Å',
    '1 dimer 2 N N N N',
    '2 unnamed 2 N N – –',
    'energy: N meV/atom root mean square over 1 frame',
    'force: N eV/Å root mean square over the components of 1 frame',
    'the short-range repulsion of the model is included',
    '',
  ]);
  const called = await at.curie(['model', 'eval', 'fe.curie', 'pair.xyz', '--json']);
  const { errors, frames: found, elements } = JSON.parse(called.stdout);
  assert.equal(elements, ['Fe', 'Cr', 'C']);
  const exact = model.members.map((_, k) => {
    const field = openDeepPotential(model, k, { precision: 'f64', compress: false });
    field.setAtoms(Uint8Array.of(0, 2));
    const cell = Float64Array.of(8, 0, 0, 0, 8, 0, 0, 0, 8);
    const { energy, forces } = field.compute(Float64Array.of(0, 0, 0, 2.5, 0, 0), cell);
    field.close();
    return { energy, forces: [...forces] };
  });
  assert.equal(
    found[0].members.map((each: { energy_eV: number; forces_eV_per_A: number[] }) => ({
      energy: each.energy_eV,
      forces: each.forces_eV_per_A,
    })),
    exact,
  );
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const root = (values: number[]) => Math.sqrt(mean(values.map((x) => x * x)));
  const near = (found: number, expected: number) =>
    assert.ok(Math.abs(found / expected - 1) < 1e-12, `${found} ${expected}`);
  near(errors.energy_eV_per_atom, root(exact.map(({ energy }) => (energy + 14.5) / 2)));
  const labels = [0.1, 0, 0, -0.1, 0, 0];
  near(
    errors.force_eV_per_A,
    root(exact.flatMap(({ forces }) => forces.map((force, k) => force - labels[k]))),
  );
  assert.equal(found[1].errors, { energy_eV_per_atom: null, force_eV_per_A: null });
});

models(
  'eval of an exported file gives what DeePMD-kit gives: no short-range repulsion',
  async () => {
    const [bare, path] = [{ ...model, shortRange: null }, 'close.xyz'];
    writeFileSync(at.path('bare.curie'), encodeModel(bare));
    at.write(path, pair('C', false).replace('2.5', '1.3'));
    await at.curie(['model', 'convert', 'fe.curie', '--to', 'dp', '-o', 'fe.dp']);
    const energies = await Promise.all(
      ['fe-1.dp', 'bare.curie', 'fe.curie'].map(async (file) => {
        const { stdout } = await at.curie(['model', 'eval', file, path, '--json']);
        const { short_range, frames: found } = JSON.parse(stdout);
        return [short_range, found[0].members[0].energy_eV];
      }),
    );
    assert.equal(
      energies.map(([shortRange]) => shortRange),
      ['left out', 'none', 'included'],
    );
    assert.is(energies[0][1], energies[1][1]);
    assert.ok(energies[2][1] > energies[1][1] + 0.1);
    const { stdout } = await at.curie(['model', 'eval', 'fe-1.dp', path]);
    assert.ok(
      stdout.endsWith(
        'the short-range repulsion noted in the file is left out, as DeePMD-kit does\n',
      ),
    );
  },
);

const NO_MODEL =
  'this is no Deep Potential, neither one of curie (.curie) nor one of DeePMD-kit’s native format (.dp, .yaml); DeePMD-kit makes the latter of its other formats: dp convert-backend model.pb model.dp';

const refused: readonly (readonly [title: string, args: readonly string[], message: string])[] = [
  ['a file that is not there', ['info', 'fe.curry'], 'there is no file fe.curry'],
  ['a folder', ['info', '.'], '. is a folder; name a file in it'],
  ['what is no model', ['info', 'notes.txt'], `notes.txt: ${NO_MODEL}`],
  ['frames in place of a model', ['compress', 'iron.xyz'], `iron.xyz: ${NO_MODEL}`],
  [
    'a damaged model',
    ['eval', 'half.curie', 'iron.xyz'],
    'half.curie: the model file is cut off: it holds fewer numbers than its nets need',
  ],
  [
    'a damaged model of DeePMD-kit',
    ['info', 'half.dp'],
    'half.dp: the HDF5 file cannot be read: it is damaged or cut off',
  ],
  [
    'an element that the model does not know',
    ['eval', 'fe.curie', 'nickel.xyz'],
    'nickel.xyz: frame 1 holds Ni, which the model does not know; it knows Fe, Cr, C',
  ],
  [
    'frames that cannot be read',
    ['eval', 'fe.curie', 'notes.txt'],
    'notes.txt:1: expected a number of atoms at its start, found "hello"; is this extended XYZ, and does the count above fit its atoms?',
  ],
  [
    'frames that the model cannot answer for',
    ['eval', 'small.curie', 'iron.xyz'],
    'iron.xyz: frame 1: atom 0 (Fe) has 26 Fe neighbours within 4.5 Å, more than the 3 that the potential allows (sel): the configuration is denser than it was made for',
  ],
  [
    'an unknown format',
    ['convert', 'fe.curie', '--to', 'pb', '-o', 'fe.pb'],
    "error: option '--to <format>' argument 'pb' is invalid. Allowed choices are dp, yaml, curie.",
  ],
  [
    'no place to write to',
    ['convert', 'fe.curie', '--to', 'dp'],
    "error: required option '-o, --out <file>' not specified",
  ],
  [
    'an ending that DeePMD-kit would not know',
    ['convert', 'fe.curie', '--to', 'dp', '-o', 'models/fe.hdf5'],
    'models/fe.hdf5: DeePMD-kit knows formats by the ending of the file; name it models/fe.dp',
  ],
  [
    'a folder that is not there',
    ['convert', 'fe.curie', '--to', 'dp', '-o', 'nowhere/fe.dp'],
    'nowhere/fe-1.dp cannot be written: there is no folder nowhere',
  ],
  [
    'a model of DeePMD-kit for DeePMD-kit',
    ['convert', 'theirs.dp', '--to', 'yaml', '-o', 'x.yaml'],
    'theirs.dp is a model of DeePMD-kit already; dp convert-backend changes its format',
  ],
  [
    'a model of curie for curie',
    ['convert', 'fe.curie', '--to', 'curie', '-o', 'x.curie'],
    'fe.curie is a model of curie already',
  ],
  [
    'several models for DeePMD-kit',
    ['convert', 'fe.curie', 'b.curie', '--to', 'dp', '-o', 'x.dp'],
    'several files become members of one curie model: with --to curie alone',
  ],
  [
    'frames for DeePMD-kit',
    ['convert', 'fe.curie', '--to', 'dp', '-o', 'x.dp', '--frames', 'iron.xyz'],
    '--frames and --spin say what a model for curie was trained on: with --to curie alone',
  ],
  [
    'a model of DeePMD-kit without its frames',
    ['convert', 'theirs.dp', '--to', 'curie', '-o', 'x.curie'],
    'theirs.dp: a model of DeePMD-kit does not say what it was trained on: give the frames, by which simulations tell where it may be trusted',
  ],
  [
    'members that differ',
    [
      'convert',
      'theirs.dp',
      'theirs.yaml',
      '--to',
      'curie',
      '-o',
      'x.curie',
      '--frames',
      'iron.xyz',
      '--spin',
      'none',
    ],
    'theirs.dp, theirs.yaml: model 2 differs from model 1 in the widths of the fitting nets: 12, 8 instead of 10, 10, 10; members of a committee share them',
  ],
  [
    'frames that do not say whether they have spin',
    ['convert', 'theirs.dp', '--to', 'curie', '-o', 'x.curie', '--frames', 'iron.xyz'],
    'iron.xyz:2: the frame does not say spin=none or spin=collinear; name the treatment of all frames (spin: none in a study, --spin none on the command line)',
  ],
];

for (const [title, args, message] of refused)
  models(`refuses ${title}`, async () => {
    const code = message.includes('cannot be written') ? 1 : 2;
    expectRefusal(at, await at.curie(['model', ...args]), `${message}\n`, code);
  });

models.run();
