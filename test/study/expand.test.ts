/** What a study expands to: tasks, labels, and where each input comes from. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { density, folderPath, HEAD, inputOf, load, taskNamed } from './rig.ts';

const test = suite('expansion');

const MATRIX = `${HEAD.replace(
  'steps:\n  data',
  `sets:
  potentials: { NM: $model.model, M: $tuned.model }
  melts:
    Fe: { composition: Fe, temperature: 2000 K }
    Fe90C10: { composition: Fe90C10, temperature: $params.temperature }
steps:
  data`,
)}  tuned:
    uses: train
    with: { frames: $data.frames, from: $model.model, updates: $( round(params.updates / 3) ) }
  liquid:
    uses: npt
    matrix: { potential: $sets.potentials, melt: $sets.melts }
    with:
      potential: $matrix.potential
      composition: $matrix.melt.composition
      temperature: $matrix.melt.temperature
      length: $params.length
`;

test('a step without a matrix is one task of its name', () => {
  const study = load(HEAD);
  assert.equal(
    study.tasks.map(({ id, name, step }) => [id, name, step]),
    [
      [0, 'data', 'data'],
      [1, 'model', 'model'],
    ],
  );
  assert.equal(inputOf(study, 'model', 'frames'), 'data:frames');
  assert.equal(inputOf(study, 'model', 'updates'), 100);
  assert.is(inputOf(study, 'model', 'rate'), undefined, 'a default is left to the planner');
});

test('a file is resolved from the folder of the study and counts as a list of one', () => {
  const study = load(HEAD);
  assert.equal(inputOf(study, 'data', 'files'), ['file frames.extxyz']);
  assert.equal(study.files, [`${folderPath}/frames.extxyz`]);
});

test('a matrix is the product of its axes, named by their labels', () => {
  const study = load(MATRIX);
  assert.equal(
    study.tasks.filter(({ step }) => step === 'liquid').map(({ name, labels }) => [name, labels]),
    [
      ['liquid/NM/Fe', { potential: 'NM', melt: 'Fe' }],
      ['liquid/NM/Fe90C10', { potential: 'NM', melt: 'Fe90C10' }],
      ['liquid/M/Fe', { potential: 'M', melt: 'Fe' }],
      ['liquid/M/Fe90C10', { potential: 'M', melt: 'Fe90C10' }],
    ],
  );
  assert.equal(inputOf(study, 'liquid/M/Fe90C10', 'potential'), 'tuned:model');
  assert.equal(inputOf(study, 'liquid/M/Fe90C10', 'composition'), { C: 0.1, Fe: 0.9 });
  assert.equal(inputOf(study, 'liquid/M/Fe90C10', 'temperature'), 2000);
  assert.equal(study.steps.find(({ name }) => name === 'liquid')?.axes, ['potential', 'melt']);
});

test('a shared axis aligns; the other one is chosen by label', () => {
  const study = load(`${MATRIX}  again:
    uses: npt
    matrix: { potential: $sets.potentials }
    with: { potential: $matrix.potential, composition: Fe, temperature: 1 K, start: $liquid.Fe.state }
`);
  assert.equal(inputOf(study, 'again/NM', 'start'), 'liquid/NM/Fe:state');
  assert.equal(inputOf(study, 'again/M', 'start'), 'liquid/M/Fe:state');
});

test('axes of another name align if both take their values from one set', () => {
  const study = load(`${MATRIX}  again:
    uses: npt
    matrix: { p: $sets.potentials }
    with: { potential: $matrix.p, composition: Fe, temperature: 1 K, start: $liquid.melt=Fe.state }
`);
  assert.equal(inputOf(study, 'again/M', 'start'), 'liquid/M/Fe:state');
});

test('axes of one name align by label, whatever the order of their labels', () => {
  const study = load(`${HEAD}  first:
    uses: npt
    matrix: { t: [1 K, 2 K, 3 K] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t }
  second:
    uses: npt
    matrix: { t: [3 K, 1 K, 2 K] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, start: $first.state }
`);
  assert.equal(inputOf(study, 'second/1K', 'start'), 'first/1K:state');
  assert.equal(inputOf(study, 'second/3K', 'start'), 'first/3K:state');
});

test('a named axis is not aligned', () => {
  const study = load(`${MATRIX}  again:
    uses: npt
    matrix: { potential: $sets.potentials }
    with: { potential: $matrix.potential, composition: Fe, temperature: 1 K, start: $liquid.NM.Fe.state }
`);
  assert.equal(inputOf(study, 'again/M', 'start'), 'liquid/NM/Fe:state');
});

test('a gather takes every axis that is neither aligned nor named', () => {
  const study = load(`${MATRIX}  all: { uses: compare, with: { measured: $liquid.*.density } }
  iron: { uses: compare, with: { measured: $liquid.Fe.*.density } }
  each:
    uses: compare
    matrix: { potential: $sets.potentials }
    with: { measured: [ $liquid.*.density, $liquid.Fe.density ] }
`);
  assert.equal(inputOf(study, 'all', 'measured'), [
    {
      gather: [
        'liquid/NM/Fe:density',
        'liquid/NM/Fe90C10:density',
        'liquid/M/Fe:density',
        'liquid/M/Fe90C10:density',
      ],
    },
  ]);
  assert.equal(inputOf(study, 'iron', 'measured'), [
    { gather: ['liquid/NM/Fe:density', 'liquid/M/Fe:density'] },
  ]);
  assert.equal(inputOf(study, 'each/M', 'measured'), [
    { gather: ['liquid/M/Fe:density', 'liquid/M/Fe90C10:density'] },
    'liquid/M/Fe:density',
  ]);
});

test('labels with dots and units are chosen as they are', () => {
  const study = load(`${HEAD}  scan:
    uses: npt
    matrix: { p: [0.5 GPa, 1.5 GPa], t: { '1.5': 1 K, b: 2 K } }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, pressure: $matrix.p }
  table: { uses: compare, with: { measured: [ $scan.0.5GPa.1.5.density, $scan.t=1.5.p=1.5GPa.density ] } }
`);
  assert.equal(inputOf(study, 'table', 'measured'), [
    'scan/0.5GPa/1.5:density',
    'scan/1.5GPa/1.5:density',
  ]);
});

test('each item of a list keeps its place, for explanations', () => {
  const text = `${HEAD}  more: { uses: compare, with: { measured: [$d.density], temperatures: [1 K, 2 K] } }
  d: { uses: npt, with: { potential: $model.model, composition: Fe, temperature: 1 K } }
`;
  const temperatures = taskNamed(load(text), 'more').inputs.temperatures;
  assert.ok(temperatures?.kind === 'list');
  const second = temperatures.items[1]!.span;
  assert.is(text.slice(second.start, second.end), '2 K');
});

test('an axis takes a parameter that is a list', () => {
  const study = load(`${HEAD}  d:
    uses: npt
    matrix: { t: $params.steps }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t }
`);
  assert.equal(inputOf(study, 'd/1800K', 'temperature'), 1800);
});

test('tasks follow what they need; ties keep the order of the file', () => {
  const study = load(`curie: v1
study: order
steps:
  table: { uses: compare, with: { measured: $d.density } }
  d: { uses: npt, with: { potential: $model.model, composition: Fe, temperature: 1 K } }
  other: { uses: import, with: { files: frames.extxyz }, after: table }
  model: { uses: train, with: { frames: $data.frames, updates: 1 } }
  data: { uses: import, with: { files: frames.extxyz } }
`);
  assert.equal(
    study.tasks.map(({ name }) => name),
    ['data', 'model', 'd', 'table', 'other'],
  );
  assert.equal(
    study.steps.map(({ name, tasks }) => [name, tasks]),
    [
      ['table', [3]],
      ['d', [2]],
      ['other', [4]],
      ['model', [1]],
      ['data', [0]],
    ],
  );
  assert.equal(taskNamed(study, 'other').after, [3]);
});

test('after aligns shared axes and waits for all elements of others', () => {
  const study = load(`${MATRIX}  again:
    uses: npt
    matrix: { potential: $sets.potentials }
    with: { potential: $matrix.potential, composition: Fe, temperature: 1 K }
    after: [liquid, data]
`);
  const names = (task: string) =>
    taskNamed(study, task)
      .after.map((id) => study.tasks[id]!.name)
      .sort();
  assert.equal(names('again/M'), ['data', 'liquid/M/Fe', 'liquid/M/Fe90C10']);
});

test('profiles change parameters, and settings change them last', () => {
  const text = `${MATRIX}profiles: { full: { updates: 9000, length: 1 ns }, other: { updates: 1 } }\n`;
  assert.equal(inputOf(load(text), 'tuned', 'updates'), 33);
  const full = load(text, { profile: 'full' });
  assert.equal(inputOf(full, 'tuned', 'updates'), 3000);
  assert.equal(inputOf(full, 'liquid/M/Fe', 'length'), 1000);
  assert.is(full.profile, 'full');
  const set = load(text, { profile: 'full', set: ['updates=30', 'steps=[1 K]'] });
  assert.equal(inputOf(set, 'tuned', 'updates'), 10);
  assert.equal(set.parameters, {
    updates: 30,
    temperature: '2000 K',
    length: '1 ns',
    steps: ['1 K'],
  });
});

test('a value that only a run will tell stays an expression over its operands', () => {
  const study = load(
    density(
      'composition: Fe\ntemperature: 5 K\npressure: $( 2 * data.pressure + 1 GPa )\natoms: $data.count',
    ),
  );
  assert.equal(inputOf(study, 'density', 'pressure'), {
    expression: '2 * data.pressure + 1 GPa',
    operands: { 'data.pressure': 'data:pressure' },
  });
  assert.equal(inputOf(study, 'density', 'atoms'), {
    expression: 'data.count',
    operands: { 'data.count': 'data:count' },
  });
});

test('an expression takes elements of a matrix, aligned or by label', () => {
  const study = load(`${MATRIX}  again:
    uses: npt
    matrix: { potential: $sets.potentials }
    with:
      potential: $matrix.potential
      composition: Fe
      temperature: $( liquid.Fe.melting_temperature - liquid.'M'.melt='Fe90C10'.melting_temperature + params.temperature )
`);
  assert.equal(inputOf(study, 'again/NM', 'temperature'), {
    expression:
      "liquid.Fe.melting_temperature - liquid.'M'.melt='Fe90C10'.melting_temperature + params.temperature",
    operands: {
      'liquid.Fe.melting_temperature': 'liquid/NM/Fe:melting_temperature',
      "liquid.'M'.melt='Fe90C10'.melting_temperature": 'liquid/M/Fe90C10:melting_temperature',
      'params.temperature': '2000 K',
    },
  });
});

test('compositions are atomic fractions however they are written', () => {
  const composition = (text: string) =>
    inputOf(load(density(`composition: ${text}\ntemperature: 5 K`)), 'density', 'composition');
  for (const text of [
    'Fe90C10',
    'Fe9C',
    'Fe0.9C0.1',
    'C.1Fe.9',
    '{ Fe: 0.9, C: 0.1 }',
    '{ C: 10 %, Fe: 90 at% }',
    '{ Fe: $( 1 - params.updates / 1000 ), C: 0.1 }',
    '{ Fe: 0.9, C: 0.1, Cr: 0 }',
  ])
    assert.equal(composition(text), { C: 0.1, Fe: 0.9 }, text);
  assert.equal(composition('Fe'), { Fe: 1 });
  assert.equal(composition('No'), { No: 1 }, 'nobelium is no boolean');
  assert.equal(composition('Y'), { Y: 1 });
});

test('text that begins with a dollar is written with two', () => {
  const study = load(HEAD.replace('frames.extxyz', () => 'frames.extxyz, note: $$HOME'));
  assert.equal(inputOf(study, 'data', 'note'), '$HOME');
});

test('text may look like a number where YAML reads it as it is written', () => {
  const note = (text: string) =>
    inputOf(
      load(HEAD.replace('files: frames.extxyz', `files: frames.extxyz, note: ${text}`)),
      'data',
      'note',
    );
  assert.equal(note('12'), '12');
  assert.equal(note("'1.10'"), '1.10');
  assert.equal(note("'no'"), 'no');
  assert.equal(note('$params.updates'), '100');
});

test('free JSON keeps its shape, with references inside', () => {
  const study = load(
    HEAD.replace(
      'files: frames.extxyz',
      'files: frames.extxyz, options: { a: [1, true, null, text], n: $params.updates, f: $( 1 / 4 ) }',
    ),
  );
  assert.equal(inputOf(study, 'data', 'options'), {
    a: [1, true, null, 'text'],
    n: 100,
    f: 0.25,
  });
});

test('resources, partial and place are carried along', () => {
  const study = load(
    `${HEAD}    resources: { cpu: 2, memory: 1.5 GB, gpu: 0.5 }\n    partial: true\n`,
  );
  const task = taskNamed(study, 'model');
  assert.equal(task.resources, { threads: { min: 2, max: 2 }, memory: 1500, gpu: 0.5 });
  assert.is(task.partial, true);
  assert.is(task.timeout, null);
  assert.is(task.retry, undefined);
});

test('further attempts wait ten seconds first, or as long as the step says', () => {
  const retry = (text: string) => taskNamed(load(`${HEAD}    retry: ${text}\n`), 'model').retry;
  assert.equal(retry('3'), { times: 3, wait: 10 });
  assert.equal(retry('{ times: 1, wait: 5 min }'), { times: 1, wait: 300 });
});

test('exec declares its outputs; they type what others take and belong to its inputs', () => {
  const study = load(`${HEAD}  run:
    uses: exec
    with:
      command: [lmp, -in, in.melt, -var, seed, 12, -var, T, $( params.temperature / 1 K )]
      files: { in.melt: frames.extxyz, model.pb: $model.model }
      env: { OMP_NUM_THREADS: '1', TOKEN: { secret: TOKEN } }
      tools: [lmp]
    timeout: 90 min
    outputs:
      eta: { file: eta.json, type: quantity, dimension: viscosity }
      t: { file: t.json, type: quantity, unit: K }
      frames: { file: out.extxyz, type: frames }
      log: { file: log.lammps }
  next: { uses: train, with: { frames: $run.frames, updates: $( round(run.eta / 1 mPa.s) ) } }
  read: { uses: import, with: { files: $run.log } }
  cool: { uses: npt, with: { potential: $next.model, composition: Fe, temperature: $run.t } }
`);
  const run = taskNamed(study, 'run');
  assert.equal(inputOf(study, 'run', 'command'), [
    ...['lmp', '-in', 'in.melt', '-var', 'seed', '12', '-var', 'T', '2000'],
  ]);
  assert.equal(inputOf(study, 'run', 'files'), {
    'in.melt': 'file frames.extxyz',
    'model.pb': 'model:model',
  });
  assert.equal(inputOf(study, 'run', 'env'), { OMP_NUM_THREADS: '1', TOKEN: { secret: 'TOKEN' } });
  const outputs = {
    eta: { kind: 'quantity', dimension: 'viscosity', unit: 'mPa·s' },
    t: { kind: 'quantity', dimension: 'temperature', unit: 'K' },
    frames: { kind: 'artifact', type: 'frames', extension: 'extxyz' },
    log: { kind: 'artifact', type: 'file', extension: 'lammps' },
  };
  assert.equal(run.interface.outputs, outputs);
  assert.equal(inputOf(study, 'run', 'outputs'), {
    eta: { file: 'eta.json', ...outputs.eta },
    t: { file: 't.json', ...outputs.t, plain: true },
    frames: { file: 'out.extxyz', ...outputs.frames },
    log: { file: 'log.lammps', ...outputs.log },
  });
  assert.is(run.timeout, 5400);
  assert.equal(inputOf(study, 'read', 'files'), ['run:log']);
  assert.equal(inputOf(study, 'next', 'updates'), {
    expression: 'round(run.eta / 1 mPa.s)',
    operands: { 'run.eta': 'run:eta' },
  });
  assert.equal(inputOf(study, 'cool', 'temperature'), {
    expression: 'run.t',
    operands: { 'run.t': 'run:t' },
  });
});

test('100,000 tasks and their gather take linear time', () => {
  const axis = (count: number, unit: string) =>
    Array.from({ length: count }, (_, k) => `${k + 1} ${unit}`).join(', ');
  const study = load(`${HEAD}  d:
    uses: npt
    matrix:
      t: [${axis(400, 'K')}]
      p: [${axis(250, 'GPa')}]
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, pressure: $matrix.p }
  rows:
    uses: compare
    matrix:
      t: [${axis(400, 'K')}]
    with: { measured: $d.*.density }
  all: { uses: compare, with: { measured: $d.*.density } }
`);
  assert.is(study.tasks.length, 100_403);
  const first = taskNamed(study, 'd/1K/1GPa');
  const last = taskNamed(study, 'd/400K/250GPa');
  assert.is(first.inputs.potential, last.inputs.potential, 'what does not vary is shared');
  const row = taskNamed(study, 'rows/7K').inputs.measured;
  assert.ok(row?.kind === 'list' && row.items[0]?.kind === 'gather');
  if (row?.kind === 'list' && row.items[0]?.kind === 'gather')
    assert.equal(
      row.items[0].elements.map((each) => each.kind === 'output' && each.task - first.id),
      Array.from({ length: 250 }, (_, k) => 6 * 250 + k),
    );
});

test('a chain of 10,000 written steps is no problem', () => {
  const links = Array.from(
    { length: 9_999 },
    (_, k) =>
      `  s${9_999 - k}: { uses: train, with: { frames: { file: frames.extxyz }, updates: 1, from: $s${9_998 - k}.model } }`,
  );
  const study = load(`curie: v1
study: chain
steps:
${links.join('\n')}
  s0: { uses: train, with: { frames: { file: frames.extxyz }, updates: 1 } }
`);
  assert.is(study.tasks.length, 10_000);
  assert.is(study.tasks[9_999]?.name, 's9999');
});

test.run();
