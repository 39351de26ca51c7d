/** Protocols: what a study that uses them expands to, and what is wrong with them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { folderPath, HEAD, inputOf, load, messages, short, taskNamed } from './rig.ts';

const test = suite('protocols');

function write(name: string, text: string): void {
  const path = join(folderPath, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

write(
  'melt.yaml',
  `curie: v1
protocol: melt
inputs:
  potential: { type: model }
  composition: { type: composition, default: Fe90C10 }
  low: { type: quantity, dimension: temperature }
  high: { type: quantity, unit: K, default: 3000 K }
params: { length: 5 ps }
sets:
  ends: { low: $inputs.low, high: $inputs.high }
steps:
  hot:
    uses: npt
    with:
      potential: $inputs.potential
      composition: $inputs.composition
      temperature: $( (inputs.low + inputs.high) / 2 )
      length: $params.length
  ends:
    uses: npt
    matrix: { end: $sets.ends }
    with:
      potential: $inputs.potential
      composition: $inputs.composition
      temperature: $matrix.end
      start: $hot.state
outputs:
  state: $ends.low.state
  density: $hot.density
  densities: $ends.*.density
  middle: $( (ends.low.melting_temperature + inputs.high) / 2 )
  low: $inputs.low
`,
);

const use = (more: string, rest = '') => `${HEAD}  melt:
    protocol: melt.yaml
    with: { potential: $model.model, low: 1500 K }
${more}${rest}`;

test('the steps of a protocol are tasks of the step that uses it', () => {
  const study = load(use(''));
  assert.equal(
    study.tasks.map(({ name, step, labels }) => [name, step, labels]),
    [
      ['data', 'data', {}],
      ['model', 'model', {}],
      ['melt/hot', 'melt/hot', {}],
      ['melt/ends/low', 'melt/ends', { end: 'low' }],
      ['melt/ends/high', 'melt/ends', { end: 'high' }],
    ],
  );
  assert.equal(
    study.steps.map(({ name, axes }) => [name, axes]),
    [
      ['data', []],
      ['model', []],
      ['melt/hot', []],
      ['melt/ends', ['end']],
    ],
  );
});

test('inputs go in, defaults where none is given, parameters are its own', () => {
  const study = load(use(''));
  assert.equal(inputOf(study, 'melt/hot', 'potential'), 'model:model');
  assert.equal(inputOf(study, 'melt/hot', 'composition'), { Fe: 0.9, C: 0.1 });
  assert.is(inputOf(study, 'melt/hot', 'temperature'), 2250);
  assert.is(inputOf(study, 'melt/hot', 'length'), 5);
  assert.is(inputOf(study, 'melt/ends/low', 'temperature'), 1500);
  assert.is(inputOf(study, 'melt/ends/high', 'temperature'), 3000);
  assert.equal(inputOf(study, 'melt/ends/high', 'start'), 'melt/hot:state');
});

test('outputs come out: of a step, gathered, computed, or an input passed through', () => {
  const study = load(
    use(
      '',
      `  next:
    uses: npt
    with: { potential: $model.model, composition: Fe, temperature: $melt.middle, start: $melt.state }
  low: { uses: npt, with: { potential: $model.model, composition: Fe, temperature: $( melt.low * 2 ) } }
  table:
    uses: compare
    with: { measured: [$melt.density, $melt.densities], temperatures: [$melt.low, $( melt.middle + 1 K )] }
`,
    ),
  );
  assert.equal(inputOf(study, 'next', 'start'), 'melt/ends/low:state');
  assert.equal(inputOf(study, 'next', 'temperature'), {
    expression: '(ends.low.melting_temperature + inputs.high) / 2',
    operands: {
      'ends.low.melting_temperature': 'melt/ends/low:melting_temperature',
      'inputs.high': '3000 K',
    },
  });
  assert.is(inputOf(study, 'low', 'temperature'), 3000);
  assert.equal(inputOf(study, 'table', 'measured'), [
    'melt/hot:density',
    { gather: ['melt/ends/low:density', 'melt/ends/high:density'] },
  ]);
  const [low, middle] = inputOf(study, 'table', 'temperatures') as unknown[];
  assert.is(low, 1500);
  assert.equal((middle as { operands: { [name: string]: unknown } }).operands['melt.middle'], {
    expression: '(ends.low.melting_temperature + inputs.high) / 2',
    operands: {
      'ends.low.melting_temperature': 'melt/ends/low:melting_temperature',
      'inputs.high': '3000 K',
    },
  });
});

test('a matrix repeats all steps of a protocol; its elements stay together', () => {
  const study = load(
    use(
      `    matrix: { t: [1 K, 2 K], composition: { iron: Fe, steel: Fe90C10 } }
`.replace('', ''),
      `  each:
    uses: npt
    matrix: { t: [1 K, 2 K] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, start: $melt.steel.state }
  table: { uses: compare, with: { measured: [$melt.*.densities, $melt.2K.iron.density] } }
  rows:
    uses: compare
    matrix: { t: [1 K, 2 K] }
    with: { measured: $melt.*.density }
`,
    ).replace('low: 1500 K }', 'low: $matrix.t, composition: $matrix.composition }'),
  );
  assert.equal(
    study.tasks.filter(({ step }) => step === 'melt/ends').map(({ name }) => name),
    [
      ...['melt/1K/iron/ends/low', 'melt/1K/iron/ends/high'],
      ...['melt/1K/steel/ends/low', 'melt/1K/steel/ends/high'],
      ...['melt/2K/iron/ends/low', 'melt/2K/iron/ends/high'],
      ...['melt/2K/steel/ends/low', 'melt/2K/steel/ends/high'],
    ],
  );
  assert.equal(taskNamed(study, 'melt/2K/iron/ends/low').labels, {
    t: '2K',
    composition: 'iron',
    end: 'low',
  });
  assert.is(inputOf(study, 'melt/2K/iron/ends/low', 'temperature'), 2);
  assert.equal(inputOf(study, 'melt/2K/iron/ends/low', 'composition'), { Fe: 1 });
  assert.equal(inputOf(study, 'melt/2K/iron/ends/low', 'start'), 'melt/2K/iron/hot:state');
  assert.equal(inputOf(study, 'each/2K', 'start'), 'melt/2K/steel/ends/low:state');
  assert.equal(inputOf(study, 'rows/1K', 'measured'), [
    { gather: ['melt/1K/iron/hot:density', 'melt/1K/steel/hot:density'] },
  ]);
  const [gathered, one] = inputOf(study, 'table', 'measured') as [{ gather: string[] }, string];
  assert.is(gathered.gather.length, 8);
  assert.is(one, 'melt/2K/iron/hot:density');
});

test('a protocol may be used twice, by protocols too, each from its own folder', () => {
  write('deep/data.extxyz', '');
  write(
    'deep/inner.yaml',
    `curie: v1
protocol: inner
inputs: { extra: { type: file, default: data.extxyz }, spin: { type: choice, values: [none, collinear] } }
steps:
  read: { uses: import, with: { files: [data.extxyz, $inputs.extra], spin: $inputs.spin } }
outputs: { frames: $read.frames, count: $read.count }
`,
  );
  write(
    'outer.yaml',
    `curie: v1
protocol: outer
inputs: { spin: { type: choice, values: [none, collinear] } }
steps:
  one: { protocol: deep/inner.yaml, with: { spin: $inputs.spin } }
  two: { protocol: deep/inner.yaml, with: { spin: none, extra: frames.extxyz } }
  model: { uses: train, with: { frames: $one.frames, updates: $( one.count + two.count ) } }
outputs: { model: $model.model }
`,
  );
  const study = load(`curie: v1
study: nested
steps:
  a: { protocol: outer.yaml, with: { spin: collinear } }
  b: { protocol: outer.yaml, with: { spin: none } }
  d: { uses: npt, with: { potential: $a.model, composition: Fe, temperature: 1 K } }
`);
  assert.equal(
    study.tasks.map(({ name }) => name),
    [...['a/one/read', 'a/two/read', 'a/model', 'b/one/read', 'b/two/read', 'b/model', 'd']],
  );
  assert.is(inputOf(study, 'a/one/read', 'spin'), 'collinear');
  assert.equal(inputOf(study, 'a/one/read', 'files'), [
    'file deep/data.extxyz',
    'file deep/data.extxyz',
  ]);
  assert.equal(inputOf(study, 'a/two/read', 'files'), [
    'file deep/data.extxyz',
    'file frames.extxyz',
  ]);
  assert.equal(inputOf(study, 'b/model', 'updates'), {
    expression: 'one.count + two.count',
    operands: {
      'one.count': 'b/one/read:count',
      'two.count': 'b/two/read:count',
    },
  });
  assert.equal(inputOf(study, 'd', 'potential'), 'a/model:model');
});

test('what a step that uses a protocol waits for and asks, its steps do', () => {
  const study = load(
    use(
      `    when: $( data.count > 3 )
    after: table
`,
      `  table: { uses: compare, with: { measured: $d.density } }
  d: { uses: npt, with: { potential: $model.model, composition: Fe, temperature: 1 K } }
  last: { uses: import, with: { files: frames.extxyz }, after: melt }
`,
    ),
  );
  const names = (task: string) => taskNamed(study, task).after.map((id) => study.tasks[id]!.name);
  assert.equal(names('melt/ends/low'), ['table']);
  assert.equal(names('last'), ['melt/hot', 'melt/ends/low', 'melt/ends/high']);
  assert.equal(
    taskNamed(study, 'melt/ends/high').when!.map((condition) => short(study, condition)),
    [{ expression: 'data.count > 3', operands: { 'data.count': 'data:count' } }],
  );
});

test('axes of a protocol and around it may have one name', () => {
  write(
    'axis.yaml',
    `curie: v1
protocol: axis
inputs: { potential: { type: model } }
steps:
  d:
    uses: npt
    matrix: { t: [5 K, 6 K] }
    with: { potential: $inputs.potential, composition: Fe, temperature: $matrix.t }
outputs: { densities: $d.*.density }
`,
  );
  const study = load(
    `${HEAD}  melt: { protocol: axis.yaml, matrix: { t: [1 K, 2 K] }, with: { potential: $model.model } }\n`,
  );
  assert.equal(taskNamed(study, 'melt/1K/d/5K').labels, { 'melt.t': '1K', t: '5K' });
  assert.equal(study.steps.at(-1)!.axes, ['melt.t', 't']);
});

// ── What is wrong ───────────────────────────────────────────────────────────────────────────

function refuses(title: string, study: string, message: string): void {
  test(title, () => assert.fixture(messages(study), message.trim()));
}

refuses(
  'refuses inputs that are missing, unknown or wrong',
  `${HEAD}  melt:
    protocol: melt.yaml
    with: { potential: $data.frames, hihg: 2 K, composition: [Fe] }
`,
  `
study.yaml:11:3: step melt lacks the input low of its protocol; expected a temperature, such as 2000 K
11 |   melt:
   |   ^^^^

study.yaml:13:24: potential takes a file of type model; data.frames is a file of type frames
13 |     with: { potential: $data.frames, hihg: 2 K, composition: [Fe] }
   |                        ^^^^^^^^^^^^

study.yaml:13:38: the protocol has no input hihg; did you mean high?
13 |     with: { potential: $data.frames, hihg: 2 K, composition: [Fe] }
   |                                      ^^^^

study.yaml:13:62: composition is a list; expected a composition, such as Fe90C10
13 |     with: { potential: $data.frames, hihg: 2 K, composition: [Fe] }
   |                                                              ^^^^`,
);

refuses(
  'refuses outputs that it does not have, and those that do not fit',
  use(
    '',
    `  a: { uses: npt, with: { potential: $melt.stat, composition: Fe, temperature: $melt.density } }
  b: { uses: npt, with: { potential: $melt.hot.state, composition: Fe, temperature: $melt.densities } }
`,
  ),
  `
melt.yaml:29:12: temperature is a density; expected a temperature, such as 2000 K
29 |   density: $hot.density
   |            ^^^^^^^^^^^^
  study.yaml:14:80: used here as temperature of a
  14 |   a: { uses: npt, with: { potential: $melt.stat, composition: Fe, temperature: $melt.density } }
     |                                                                                ^^^^^^^^^^^^^

melt.yaml:30:14: temperature takes one value, and .*. gathers many; choose one by label
30 |   densities: $ends.*.density
   |              ^^^^^^^^^^^^^^^
  study.yaml:15:85: used here as temperature of b
  15 |   b: { uses: npt, with: { potential: $melt.hot.state, composition: Fe, temperature: $melt.densities } }
     |                                                                                     ^^^^^^^^^^^^^^^

study.yaml:14:38: melt has no output stat; did you mean state?
14 |   a: { uses: npt, with: { potential: $melt.stat, composition: Fe, temperature: $melt.density } }
   |                                      ^^^^^^^^^^

study.yaml:15:38: melt has no matrix, so hot chooses nothing; its outputs: state, density, densities, middle, low
15 |   b: { uses: npt, with: { potential: $melt.hot.state, composition: Fe, temperature: $melt.densities } }
   |                                      ^^^^^^^^^^^^^^^`,
);

refuses(
  'refuses values that cannot be gathered',
  use(
    '    matrix: { t: [1 K, 2 K] }\n',
    '  d: { uses: compare, with: { measured: $melt.*.density, temperatures: $melt.*.low } }\n',
  ),
  `
study.yaml:15:72: low of melt is no output of a step, so .*. cannot gather it
15 |   d: { uses: compare, with: { measured: $melt.*.density, temperatures: $melt.*.low } }
   |                                                                        ^^^^^^^^^^^`,
);

refuses(
  'refuses what only step types have',
  use('    uses: npt\n    resources: { cpu: 1 }\n    outputs: { a: { file: b } }\n'),
  `
study.yaml:14:5: step melt uses a protocol, whose steps have uses of their own; leave it out
14 |     uses: npt
   |     ^^^^

study.yaml:15:5: step melt uses a protocol, whose steps have resources of their own; leave it out
15 |     resources: { cpu: 1 }
   |     ^^^^^^^^^

study.yaml:16:5: step melt uses a protocol, whose steps have outputs of their own; leave it out
16 |     outputs: { a: { file: b } }
   |     ^^^^^^^`,
);

refuses(
  'refuses inputs outside of protocols',
  HEAD.replace('$params.updates', '$inputs.updates'),
  `
study.yaml:10:44: $inputs belong to protocols; a study has parameters: $params.name
10 |     with: { frames: $data.frames, updates: $inputs.updates }
   |                                            ^^^^^^^^^^^^^^^`,
);

write('study2.yaml', 'curie: v1\nstudy: other\nsteps: { a: { uses: import } }\n');
write('list.yaml', '- 1\n');
refuses(
  'refuses files that are none',
  `${HEAD}  a: { protocol: nothing.yaml }
  b: { protocol: study2.yaml }
  c: { protocol: list.yaml }
  d: { protocol: deep }
`,
  `
list.yaml:1:1: the protocol is a list; expected a mapping with curie, protocol, inputs, steps and outputs
1 | - 1
  | ^^^

study.yaml:11:18: there is no file nothing.yaml
11 |   a: { protocol: nothing.yaml }
   |                  ^^^^^^^^^^^^

study.yaml:14:18: it is a folder; name the protocol file in it
14 |   d: { protocol: deep }
   |                  ^^^^

study2.yaml:2:1: this is a study, and only protocols can be used by steps; a protocol begins with protocol: NAME
2 | study: other
  | ^^^^^`,
);

write(
  'loop.yaml',
  `curie: v1
protocol: loop
steps: { again: { protocol: ./loop.yaml } }
outputs: { x: $again.x }
`,
);
refuses(
  'refuses protocols that use themselves',
  `${HEAD}  a: { protocol: loop.yaml }\n`,
  `
loop.yaml:3:29: protocol ./loop.yaml uses itself: loop.yaml -> loop.yaml
3 | steps: { again: { protocol: ./loop.yaml } }
  |                             ^^^^^^^^^^^`,
);

write(
  'bad.yaml',
  `curie: v1
protocol: bad
inputs:
  a: { type: quantity }
  b: { type: choice }
  c: { dimension: lenght }
  d: { type: quantity, unit: parsec }
  e: { type: model, optional: true }
  f: { type: model }
params: { x: $inputs.f }
steps:
  hot: { uses: npt, with: { potential: $inputs.g, composition: Fe, temperature: 5 GPa } }
outputs: { x: $hto.density, y: $hot.nothing, z: $( hot.density + 1 K ) }
`,
);
refuses(
  'reports all that is wrong with a protocol at its place, however often it is used',
  `${HEAD}  a: { protocol: bad.yaml, with: { f: $model.model } }
  b: { protocol: bad.yaml, with: { f: $model.model } }
`,
  `
bad.yaml:4:6: input a is a quantity of no dimension; add dimension: temperature, or whatever it is
4 |   a: { type: quantity }
  |      ^^^^^^^^^^^^^^^^^^

bad.yaml:5:6: input b is a choice of nothing; add values: [one, another]
5 |   b: { type: choice }
  |      ^^^^^^^^^^^^^^^^

bad.yaml:6:3: input c lacks type: one of quantity, number, integer, text, boolean, choice, composition, measured, file, json, or what a file holds, such as model
6 |   c: { dimension: lenght }
  |   ^

bad.yaml:6:19: dimension of input c is "lenght"; expected one of temperature, pressure, length, time, energy, force, volume, density, viscosity, mass, fraction, dimensionless
6 |   c: { dimension: lenght }
  |                   ^^^^^^

bad.yaml:7:30: parsec is not a unit that curie knows
7 |   d: { type: quantity, unit: parsec }
  |                              ^^^^^^

bad.yaml:8:21: unknown key optional in input e; known: type, dimension, unit, values, list, default, min, max, about
8 |   e: { type: model, optional: true }
  |                     ^^^^^^^^

bad.yaml:10:14: parameter x is "$inputs.f"; a parameter is a plain value: write references and expressions where it is used
10 | params: { x: $inputs.f }
   |              ^^^^^^^^^

bad.yaml:12:40: protocol bad has no input g; its inputs: e, f
12 |   hot: { uses: npt, with: { potential: $inputs.g, composition: Fe, temperature: 5 GPa } }
   |                                        ^^^^^^^^^

bad.yaml:12:81: temperature is given as a pressure; expected a temperature, such as 2000 K
12 |   hot: { uses: npt, with: { potential: $inputs.g, composition: Fe, temperature: 5 GPa } }
   |                                                                                 ^^^^^

bad.yaml:13:15: there is no step hto; did you mean hot?
13 | outputs: { x: $hto.density, y: $hot.nothing, z: $( hot.density + 1 K ) }
   |               ^^^^^^^^^^^^

bad.yaml:13:32: hot has no output nothing; its outputs: density, melting_temperature, energy, state
13 | outputs: { x: $hto.density, y: $hot.nothing, z: $( hot.density + 1 K ) }
   |                                ^^^^^^^^^^^^

bad.yaml:13:52: + has a density on one side and a temperature on the other
13 | outputs: { x: $hto.density, y: $hot.nothing, z: $( hot.density + 1 K ) }
   |                                                    ^^^^^^^^^^^^^^^^^

study.yaml:11:3: step a lacks the input e of its protocol; expected model of another step, or { file: path }
11 |   a: { protocol: bad.yaml, with: { f: $model.model } }
   |   ^

study.yaml:12:3: step b lacks the input e of its protocol; expected model of another step, or { file: path }
12 |   b: { protocol: bad.yaml, with: { f: $model.model } }
   |   ^`,
);

test('a protocol that is run by itself says what it is', () => {
  assert.is(
    messages('curie: v1\nprotocol: melt\nsteps: {}\n').split('\n')[0],
    'study.yaml:2:1: this is a protocol, which runs as a step of a study: step: { protocol: FILE, with: ... }',
  );
});

refuses(
  'names the steps of a cycle through a protocol',
  use('').replace('low: 1500 K', 'low: $melt.middle'),
  `
melt.yaml:31:15: melt/ends needs itself
31 |   middle: $( (ends.low.melting_temperature + inputs.high) / 2 )
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^`,
);

refuses(
  'refuses an input that is an output of itself',
  use('').replace('low: 1500 K', 'low: $melt.low'),
  `
melt.yaml:32:8: this leads back to itself
32 |   low: $inputs.low
   |        ^^^^^^^^^^^`,
);

refuses(
  'refuses an input that is computed from itself',
  use('').replace('low: 1500 K', 'low: $( melt.low + 1 K )'),
  `
study.yaml:13:43: this expression needs its own value
13 |     with: { potential: $model.model, low: $( melt.low + 1 K ) }
   |                                           ^^^^^^^^^^^^^^^^^^^`,
);

test.run();
