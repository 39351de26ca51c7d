/** Model files of DeePMD-kit: what it trained, read here; what is made here, read there. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COULOMB } from '../../physics/constants.ts';
import { openDeepPotential } from '../../physics/potentials/deep/force-field.ts';
import type { Committee, Model } from '../../physics/potentials/deep/model.ts';
import { ModelFileError } from '../../physics/potentials/deep/model-file.ts';
import { nativeModel } from '../../physics/potentials/deepmd/export.ts';
import { readNative } from '../../physics/potentials/deepmd/file.ts';
import { decodeDp, encodeDp } from '../../physics/potentials/deepmd/hdf5.ts';
import { importNative } from '../../physics/potentials/deepmd/import.ts';
import { lammpsPotential } from '../../physics/potentials/deepmd/lammps.ts';
import { isMap, type Tree, Variable } from '../../physics/potentials/deepmd/tree.ts';
import { decodeYaml, encodeYaml } from '../../physics/potentials/deepmd/yaml.ts';
import type { Configuration } from '../oracle/deep-potential.ts';
import { randomConfiguration, randomModel } from '../oracle/random-model.ts';
import { withPeer } from '../peers.ts';

const files = suite('model files of DeePMD-kit');

interface Answer {
  readonly energy: number;
  readonly forces: number[];
  readonly virial: number[];
  readonly atomEnergies: number[];
}

const fixtures = fileURLToPath(new URL('../fixtures/deepmd/', import.meta.url));
const bytesOf = (name: string) => readFileSync(join(fixtures, name));
const readFile = (name: string): Promise<Tree> | Tree =>
  name.endsWith('.dp') ? decodeDp(bytesOf(name)) : decodeYaml(bytesOf(name).toString());

/** Largest difference relative to the largest value. */
function relative(found: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, k) => Math.abs(found[k] - value))) / scale;
}

/** Largest relative difference of anything that a member says from the answers. */
function apart(
  model: Committee,
  member: number,
  frames: readonly Configuration[],
  answers: readonly Answer[],
): number {
  const field = openDeepPotential(model, member, { precision: 'f64', compress: false });
  const errors = frames.flatMap(({ types, positions, cell }, k) => {
    field.setAtoms(Uint8Array.from(types));
    const found = field.compute(Float64Array.from(positions), Float64Array.from(cell));
    return [
      Math.abs(found.energy / answers[k].energy - 1),
      ...(['forces', 'virial', 'atomEnergies'] as const).map((part) =>
        relative(found[part], answers[k][part]),
      ),
    ];
  });
  field.close();
  return Math.max(...errors);
}

const native: {
  readonly source: string;
  readonly frames: readonly { types: number[]; cell: number[]; positions: number[] }[];
  readonly answers: { readonly [model: string]: readonly Answer[] };
} = JSON.parse(bytesOf('native.json').toString());

for (const name of ['one-side.dp', 'pairs.yaml']) {
  files(`${name}, trained by ${native.source}: the same numbers`, async () => {
    const { architecture, member, note } = await readNative(bytesOf(name));
    assert.equal(architecture.elements, ['Fe', 'Cr', 'C']);
    assert.is(member.embeddings.length, name === 'pairs.yaml' ? 9 : 3);
    assert.is(note, null);
    const committee = { architecture, members: [member], shortRange: null };
    const frames = native.frames.map(({ types, cell, positions }) => ({
      types,
      cell: Float64Array.from(cell),
      positions: Float64Array.from(positions),
    }));
    const error = apart(committee, 0, frames, native.answers[name]);
    assert.ok(error < 1e-10, `off by ${error} relative`);
  });
}

const random = randomModel({ members: 2 });
const models: readonly Model[] = [
  {
    ...random,
    range: {
      ...random.range,
      nearest: [
        [2.1, 2.2, 1.7],
        [2.2, 2.3, 1.8],
        [1.7, 1.8, 1.3],
      ],
    },
  },
  randomModel({
    elements: ['Cr', 'C'],
    cutoff: 5,
    oneSide: false,
    embedding: [5, 10, 10],
    axis: 3,
    fitting: [7, 7, 12],
    timeStep: false,
  }),
];

for (const [title, through] of [
  ['HDF5', async (tree: Tree) => decodeDp(await encodeDp(tree))],
  ['YAML', async (tree: Tree) => decodeYaml(encodeYaml(tree))],
] as const) {
  files(`what is exported as ${title} comes back bit by bit`, async () => {
    for (const model of models) {
      for (const [k, member] of model.members.entries()) {
        const imported = importNative(await through(nativeModel(model, k, '0.0.0')));
        assert.equal(imported.architecture, model.architecture);
        assert.equal(imported.member, member);
        const { spin, range, shortRange } = model;
        assert.equal(imported.note, { spin, range, shortRange });
      }
    }
  });
}

files('the same model gives the same bytes, whatever the time', async () => {
  const tree = nativeModel(models[0], 0, '0.0.0');
  const first = await encodeDp(tree);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  assert.equal(await encodeDp(tree), first);
});

files('numbers of any size are YAML that Python reads as numbers', () => {
  const values = Float64Array.of(0, -0, 1, -7, 1e-7, -2.5e-300, 1e21, 3.25, 5e-324);
  const text = encodeYaml(new Variable([9], values));
  const line = /value: \[(.*)\]/.exec(text)![1];
  // PyYAML's pattern of a float, from its resolver.
  for (const number of line.split(', ')) assert.match(number, /^-?[0-9]+\.[0-9]*(e[-+][0-9]+)?$/);
  const back = decodeYaml(text);
  assert.ok(back instanceof Variable);
  assert.equal(
    back.values,
    values.map((value) => value + 0),
  );
});

withPeer(files, 'dp', 'what is exported gives the same numbers in DeePMD-kit', async (dp) => {
  const folder = mkdtempSync(join(tmpdir(), 'curie-deepmd-'));
  try {
    const frames = [1, 2].map((seed) => randomConfiguration(seed, 12, { types: 2 }));
    const paths = [join(folder, '0.dp'), join(folder, '1.yaml')];
    const trees = models.map((model) => nativeModel(model, model.members.length - 1, '0.0.0'));
    writeFileSync(paths[0], await encodeDp(trees[0]));
    writeFileSync(paths[1], encodeYaml(trees[1]));
    const answers = answersOf(dp, paths, frames);
    for (const [n, model] of models.entries()) {
      const bare = { ...model, shortRange: null };
      const error = apart(bare, model.members.length - 1, frames, answers[n]);
      assert.ok(error < 1e-10, `${paths[n]} is off by ${error} relative`);
      for (const { native, energy } of answers[n]) {
        assert.ok(Math.abs(native / energy - 1) < 1e-12);
      }
    }
    overlaid(models[0], join(dirname(dp), 'lmp'), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What DeePMD-kit says of files; leaves its own form of each beside it. */
function answersOf(
  dp: string,
  models: readonly string[],
  frames: readonly Configuration[],
): (Answer & { readonly native: number })[][] {
  const plain = frames.map(({ types, positions, cell }) => ({
    types: Array.from(types),
    positions: [...positions],
    cell: [...cell],
  }));
  const printed = execFileSync(join(dirname(dp), 'python'), [join(fixtures, 'answers.py')], {
    input: JSON.stringify({ models, frames: plain }),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return JSON.parse(printed.toString().trim().split('\n').at(-1)!);
}

/** Holds LAMMPS with the exported net in 0.pb and the repulsion beside it to the whole model. */
function overlaid(model: Model, lmp: string, folder: string): void {
  const { elements } = model.architecture;
  assert.ok(model.shortRange !== null);
  writeFileSync(join(folder, '0.in'), lammpsPotential(elements, model.shortRange, '0'));
  // A grid of atoms, one in four pushed to within the reach of all three repulsions.
  const edge = 9.2;
  const positions = Float64Array.from({ length: 81 }, (_, k) => {
    const atom = Math.floor(k / 3);
    const place = [Math.floor(atom / 9), Math.floor(atom / 3) % 3, atom % 3][k % 3];
    const push = k % 3 === 0 && atom % 4 === 0 ? 1.8 : 0.1 * ((atom * (k + 1)) % 3);
    return 1 + (place * edge) / 3 + push;
  });
  const types = Uint8Array.from({ length: 27 }, (_, atom) => (Math.floor(atom / 2) + 2) % 3);
  writeFileSync(
    join(folder, 'atoms'),
    [
      `\n\n27 atoms\n3 atom types\n${['x', 'y', 'z'].map((d) => `0 ${edge} ${d}lo ${d}hi`).join('\n')}`,
      '\nMasses\n\n1 56\n2 52\n3 12',
      '\nAtoms # atomic\n',
      ...[...types].map(
        (type, k) => `${k + 1} ${type + 1} ${positions.subarray(3 * k, 3 * k + 3).join(' ')}`,
      ),
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'run.in'),
    `units metal
atom_style atomic
read_data atoms
include 0.in
compute net all pair deepmd
thermo_style custom pe c_net
thermo_modify format float %20.16g
run 0
write_dump all custom forces id fx fy fz modify sort id format float %20.16g
`,
  );
  const printed = execFileSync(lmp, ['-in', 'run.in', '-log', 'none'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
  const [whole, net] = /PotEng +c_net *\n +(\S+) +(\S+)/.exec(printed)!.slice(1).map(Number);
  const forces = readFileSync(join(folder, 'forces'), 'utf8')
    .split('\n')
    .slice(9, 36)
    .flatMap((line) => line.trim().split(/\s+/).slice(1).map(Number));

  const last = model.members.length - 1;
  const [full, bare] = [model, { ...model, shortRange: null }].map((each) => {
    const field = openDeepPotential(each, last, { precision: 'f64', compress: false });
    field.setAtoms(types);
    const { energy, forces: found } = field.compute(
      positions,
      Float64Array.of(edge, 0, 0, 0, edge, 0, 0, 0, edge),
    );
    const kept = found.slice();
    field.close();
    return { energy, forces: kept };
  });
  // LAMMPS's e²/(4πε₀) in place of ours.
  const charge = 14.399645 / COULOMB;
  const repulsion = charge * (full.energy - bare.energy);
  assert.ok(repulsion > 1, `${repulsion} eV of repulsion`);
  assert.ok(Math.abs(net / bare.energy - 1) < 1e-10, `${net} ${bare.energy}`);
  assert.ok(Math.abs((whole - net) / repulsion - 1) < 1e-9, `${whole - net} ${repulsion}`);
  const expected = bare.forces.map((force, k) => force + charge * (full.forces[k] - force));
  const error = relative(forces, [...expected]);
  assert.ok(error < 1e-10, `forces off by ${error}`);
}

/** The tree with another value at a place. */
function edited(tree: Tree, [key, ...rest]: readonly string[], value: Tree): Tree {
  if (key === undefined) return value;
  if (Array.isArray(tree)) {
    return tree.map((item: Tree, k) => (String(k) === key ? edited(item, rest, value) : item));
  }
  assert.ok(isMap(tree), `no map at ${key}`);
  return { ...tree, [key]: edited(tree[key] ?? null, rest, value) };
}

const cannot = 'this model of DeePMD-kit cannot become one of curie, which does not support: ';

const refused: readonly (readonly [
  title: string,
  changes: readonly (readonly [place: string, value: Tree])[],
  message: string,
])[] = [
  [
    'another descriptor',
    [['descriptor.type', 'se_atten']],
    'descriptor se_atten (curie has se_e2_a)',
  ],
  ['another fitting net', [['fitting.type', 'dipole']], 'fitting net dipole (curie has ener)'],
  ['another kind of model', [['type', 'zbl']], 'model type zbl'],
  [
    'several options, all at once',
    [
      ['descriptor.exclude_types', [[0, 2]]],
      ['fitting.activation_function', 'gelu'],
      ['fitting.numb_fparam', 1],
    ],
    'exclude_types [[0,2]]; numb_fparam 1; activation function gelu of the fitting net (curie has tanh)',
  ],
  [
    'pairs of atoms without interaction',
    [['pair_exclude_types', [[0, 1]]]],
    'pair_exclude_types [[0,1]]',
  ],
  ['energies of lone atoms', [['fitting.atom_ener', [-8, null, null]]], 'atom_ener [-8,null,null]'],
  [
    'half precision',
    [['descriptor.precision', 'bfloat16']],
    'precision bfloat16 of the descriptor',
  ],
  ['another switch', [['descriptor.env_mat.use_exp_switch', true]], 'use_exp_switch true'],
  [
    'a compressed model',
    [['descriptor.compress', {}]],
    'compression tables; convert the model that was compressed',
  ],
  ['a newer format', [['fitting.@version', 5]], 'fitting format 5 (curie knows up to 4)'],
  ['what is no element', [['type_map', ['Fe', 'Cr', 'OW']]], 'type OW, which is no element'],
  ['an element twice', [['type_map', ['Fe', 'Cr', 'Fe']]], 'two types Fe'],
  [
    'a first fitting layer with a skip connection',
    [['fitting.neuron', [36, 10, 10]]],
    'a first fitting layer of 36 on a descriptor of 36 values',
  ],
  [
    'what the TensorFlow backend converts wrongly',
    [['fitting.neuron', [10, 20, 20]]],
    'a fitting net that doubles from 10 to 20: the TensorFlow backend has no skip connection there, the native format has one, so the file is not the model that was trained',
  ],
];

for (const [title, changes, message] of refused)
  files(`refuses ${title}`, async () => {
    const tree = changes.reduce<Tree>(
      (before, [place, value]) => edited(before, ['model', ...place.split('.')], value),
      await readFile('one-side.dp'),
    );
    assert.is(
      messageOf(() => importNative(tree)),
      cannot + message,
    );
  });

const broken: readonly (readonly [title: string, place: string, value: Tree, message: string])[] = [
  ['a file without a model', 'model', null, 'the model file has no model'],
  [
    'a net too few',
    'model.fitting.nets.networks',
    [],
    'the model file has 0 nets where 3 are needed',
  ],
  [
    'weights of another shape',
    'model.fitting.nets.networks.0.layers.1.@variables.w',
    new Variable([2], Float64Array.of(1, 2)),
    'model.fitting.nets.networks[0].layers[1].w of the model file is no array of shape [10, 10]',
  ],
  [
    'a number that is none',
    'model.fitting.@variables.bias_atom_e',
    new Variable([3, 1], Float64Array.of(1, Number.NaN, 2)),
    'model.fitting.bias_atom_e of the model file holds a number that is not finite',
  ],
  [
    'a layer without its skip connection',
    'model.fitting.nets.networks.0.layers.1.resnet',
    false,
    'a layer from 10 to 10 of the model file has activation function tanh and no skip connection, which curie does not support',
  ],
  [
    'no cut-off',
    'model.descriptor.rcut',
    null,
    'model.descriptor.rcut of the model file is no number',
  ],
];

for (const [title, place, value, message] of broken)
  files(`refuses ${title}`, async () => {
    const tree = edited(await readFile('one-side.dp'), place.split('.'), value);
    assert.is(
      messageOf(() => importNative(tree)),
      message,
    );
  });

files('refuses statistics that differ between slots', async () => {
  const tree = await readFile('one-side.dp');
  const davg = new Variable([3, 130, 4], new Float64Array(1560).fill(0.5));
  assert.is(
    messageOf(() =>
      importNative(edited(tree, ['model', 'descriptor', '@variables', 'davg'], davg)),
    ),
    'davg and dstd of the model file differ between neighbour slots or axes, which curie does not support',
  );
});

files('refuses files that are no models', async () => {
  const dp = bytesOf('one-side.dp');
  for (const [bytes, message] of [
    [dp.subarray(0, 3000), 'the HDF5 file cannot be read: it is damaged or cut off'],
    [Buffer.from('junk'), 'the HDF5 file cannot be read: it is damaged or cut off'],
  ] as const) {
    assert.is(await messageOfPromise(decodeDp(bytes)), message);
  }
  const zip = Buffer.from('PK\u0003\u0004\0\0');
  assert.is(
    await messageOfPromise(readNative(zip)),
    'this is no file of DeePMD-kit’s native format (.dp or .yaml); DeePMD-kit makes one of its other formats: dp convert-backend model.pb model.dp',
  );
  const text = bytesOf('pairs.yaml').toString();
  assert.is(
    messageOf(() => decodeYaml(`${text.slice(0, 5000)}]`)),
    'the file cannot be read as YAML: it is damaged or cut off',
  );
  assert.is(
    messageOf(() => decodeYaml('a: { "@class": np.ndarray, value: [[1, 2], [3]] }')),
    'an array of the model file has rows of different lengths, or holds more than numbers',
  );
  assert.is(
    messageOf(() => importNative(decodeYaml('a: 1'))),
    'the model file has no model',
  );
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    assert.instance(error, ModelFileError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('nothing was thrown');
}

async function messageOfPromise(promise: Promise<unknown>): Promise<string> {
  const [{ status, ...outcome }] = await Promise.allSettled([promise]);
  return messageOf(() => {
    if (status === 'rejected' && 'reason' in outcome) throw outcome.reason;
  });
}

files.run();
