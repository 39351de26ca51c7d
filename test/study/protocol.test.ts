/** Protocols: what a study that uses them expands to. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { use, write } from './protocol-rig.ts';
import { HEAD, inputOf, load, short, taskNamed } from './rig.ts';

const test = suite('protocols');

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

test.run();
