/** Repeated steps and protocols: their turns, what they carry, and what others take from them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExpandedStudy } from '../../engine/study/expanded.ts';
import { folderPath, HEAD, inputOf, load, messages, short, taskNamed } from './rig.ts';

const test = suite('repeat');

writeFileSync(
  join(folderPath, 'bracket.yaml'),
  `curie: v1
protocol: bracket
inputs:
  potential: { type: model }
  low: { type: quantity, dimension: temperature }
  high: { type: quantity, dimension: temperature }
steps:
  last: { uses: compare, with: { measured: $middle.density } }
  middle:
    uses: npt
    with:
      potential: $inputs.potential
      composition: Fe
      temperature: $( (inputs.low + inputs.high) / 2 )
outputs:
  low: $middle.melting_temperature
  high: $inputs.high
  density: $middle.density
  state: $middle.state
`,
);

const bracket = (repeat: string, rest = '', matrix = '') => `${HEAD}  melt:
    protocol: bracket.yaml
${matrix}    with: { potential: $model.model, low: 1500 K, high: 2700 K }
    repeat: ${repeat}
${rest}`;

const BISECT =
  '{ carry: { low: $outputs.low }, until: $( outputs.high - outputs.low < 200 K ), max: 3 }';

const names = (study: ExpandedStudy) => study.tasks.map(({ name }) => name);
const conditions = (study: ExpandedStudy, task: string) =>
  (taskNamed(study, task).when ?? []).map((condition) => short(study, condition));

test('every turn is tasks of its own, all of one turn before those of the next', () => {
  const study = load(bracket(BISECT));
  assert.equal(names(study), [
    ...['data', 'model', 'melt/1/middle', 'melt/1/last', 'melt/2/middle', 'melt/2/last'],
    ...['melt/3/middle', 'melt/3/last'],
  ]);
  assert.equal(taskNamed(study, 'melt/2/middle').labels, { turn: '2' });
  const step = study.steps.find(({ name }) => name === 'melt/middle');
  assert.equal([step?.axes, step?.tasks], [['turn'], [2, 4, 6]]);
});

test('a turn takes what the one before carries, and the rest as it was given', () => {
  const study = load(bracket(BISECT));
  assert.is(inputOf(study, 'melt/1/middle', 'temperature'), 2100);
  assert.equal(inputOf(study, 'melt/3/middle', 'temperature'), {
    expression: '(inputs.low + inputs.high) / 2',
    operands: { 'inputs.low': 'melt/2/middle:melting_temperature', 'inputs.high': '2700 K' },
  });
  assert.equal(inputOf(study, 'melt/3/middle', 'potential'), 'model:model');
});

test('a turn is taken while the condition does not hold and something is new', () => {
  const study = load(bracket(BISECT));
  const until = (turn: number) => ({
    expression: 'outputs.high - outputs.low < 200 K',
    operands: {
      'outputs.high': '2700 K',
      'outputs.low': `melt/${turn}/middle:melting_temperature`,
    },
  });
  const low = (turn: number) => ({
    expression: 'middle.melting_temperature',
    operands: { 'middle.melting_temperature': `melt/${turn}/middle:melting_temperature` },
  });
  assert.equal(conditions(study, 'melt/1/middle'), []);
  assert.equal(conditions(study, 'melt/2/last'), [
    { expression: 'not until', operands: { until: until(1) } },
    { progress: [[1500, low(1)]] },
  ]);
  assert.equal(conditions(study, 'melt/3/middle'), [
    { expression: 'not until', operands: { until: until(2) } },
    { progress: [[low(1), low(2)]] },
  ]);
});

test('others take what the last turn gave', () => {
  const study = load(
    bracket(
      BISECT,
      `  next:
    uses: npt
    with: { potential: $model.model, composition: Fe, temperature: $( melt.low + 1 K ), start: $melt.state }
  table: { uses: compare, with: { measured: [$melt.density, $melt.all.density] } }
`,
    ),
  );
  const turns = [1, 2, 3];
  assert.equal(inputOf(study, 'next', 'start'), {
    settled: turns.map((turn) => `melt/${turn}/middle:state`),
  });
  assert.equal(inputOf(study, 'next', 'temperature'), {
    expression: 'melt.low + 1 K',
    operands: {
      'melt.low': { settled: turns.map((turn) => `melt/${turn}/middle:melting_temperature`) },
    },
  });
  const densities = turns.map((turn) => `melt/${turn}/middle:density`);
  assert.equal(inputOf(study, 'table', 'measured'), [
    { settled: densities },
    { gather: densities },
  ]);
});

test('each element of a matrix is repeated by itself', () => {
  const study = load(
    bracket(
      BISECT,
      `  table: { uses: compare, with: { measured: [$melt.*.density, $melt.*.all.density] } }
  each:
    uses: npt
    matrix: { p: { a: 1, b: 2 } }
    with: { potential: $model.model, composition: Fe, temperature: $melt.low, start: $melt.b.state }
`,
      '    matrix: { p: { a: 1, b: 2 } }\n',
    ),
  );
  assert.equal(names(study).slice(2, 6), [
    ...['melt/a/1/middle', 'melt/b/1/middle', 'melt/a/1/last', 'melt/b/1/last'],
  ]);
  const turns = (element: string, output: string) =>
    [1, 2, 3].map((turn) => `melt/${element}/${turn}/middle:${output}`);
  assert.equal(inputOf(study, 'each/a', 'temperature'), {
    settled: turns('a', 'melting_temperature').map((output) => ({
      expression: 'middle.melting_temperature',
      operands: { 'middle.melting_temperature': output },
    })),
  });
  assert.equal(inputOf(study, 'each/a', 'start'), { settled: turns('b', 'state') });
  assert.equal(inputOf(study, 'table', 'measured'), [
    { gather: [{ settled: turns('a', 'density') }, { settled: turns('b', 'density') }] },
    { gather: [...turns('a', 'density'), ...turns('b', 'density')] },
  ]);
});

const TRAINED = `${HEAD}  again:
    uses: train
    with: { frames: $data.frames, updates: $params.updates }
    repeat: { carry: { from: $outputs.model }, until: $( params.updates > 1000 ), max: 3 }
    resources: { cpu: 2 }
  d: { uses: npt, with: { potential: $again.model, composition: Fe, temperature: 1 K } }
`;

test('a step type is repeated like a protocol of one step', () => {
  const study = load(TRAINED);
  assert.equal(names(study), ['data', 'model', 'again/1', 'again/2', 'again/3', 'd']);
  assert.is(inputOf(study, 'again/1', 'from'), undefined);
  assert.equal(inputOf(study, 'again/2', 'from'), 'again/1:model');
  assert.is(inputOf(study, 'again/3', 'updates'), 100);
  assert.equal(taskNamed(study, 'again/3').resources, { threads: { min: 2, max: 2 } });
  assert.equal(conditions(study, 'again/2'), [true, { progress: [[undefined, 'again/1:model']] }]);
  assert.equal(inputOf(study, 'd', 'potential'), {
    settled: ['again/1:model', 'again/2:model', 'again/3:model'],
  });
  assert.equal(
    study.steps.map(({ name, axes }) => [name, axes]),
    [
      ['data', []],
      ['model', []],
      ['again', ['turn']],
      ['d', []],
    ],
  );
});

test('a repeated protocol may use one that is repeated', () => {
  writeFileSync(
    join(folderPath, 'outer.yaml'),
    `curie: v1
protocol: outer
inputs: { potential: { type: model }, low: { type: quantity, unit: K } }
steps:
  melt:
    protocol: bracket.yaml
    with: { potential: $inputs.potential, low: $inputs.low, high: 2700 K }
    repeat: { carry: { low: $outputs.low }, until: $( outputs.low > 2000 K ), max: 2 }
outputs: { low: $melt.low }
`,
  );
  const study = load(`${HEAD}  o:
    protocol: outer.yaml
    with: { potential: $model.model, low: 1 K }
    repeat: { carry: { low: $outputs.low }, until: $( outputs.low > 2500 K ), max: 2 }
`);
  assert.equal(names(study).slice(2), [
    ...['o/1/melt/1/middle', 'o/1/melt/1/last', 'o/1/melt/2/middle', 'o/1/melt/2/last'],
    ...['o/2/melt/1/middle', 'o/2/melt/1/last', 'o/2/melt/2/middle', 'o/2/melt/2/last'],
  ]);
  const { operands } = inputOf(study, 'o/2/melt/1/middle', 'temperature') as {
    operands: { [name: string]: unknown };
  };
  assert.equal(operands['inputs.low'], {
    settled: ['o/1/melt/1/middle:melting_temperature', 'o/1/melt/2/middle:melting_temperature'],
  });
});

test('a chain of 30,000 turns takes linear time', () => {
  const started = performance.now();
  const study = load(TRAINED.replace('max: 3', 'max: 30000'));
  assert.is(study.tasks.length, 30_003);
  assert.equal(inputOf(study, 'again/30000', 'from'), 'again/29999:model');
  assert.ok(performance.now() - started < 20_000);
});

// ── What is wrong ───────────────────────────────────────────────────────────────────────────

function refuses(title: string, study: string, message: string): void {
  test(title, () => assert.fixture(messages(study), message.trim()));
}

refuses(
  'refuses what is not there',
  bracket('{ carry: { lo: $outputs.low, high: $outputs.hgh }, until: $outputs.dun, max: 3 }'),
  `
study.yaml:14:24: the protocol has no input lo; did you mean low?
14 |     repeat: { carry: { lo: $outputs.low, high: $outputs.hgh }, until: $outputs.dun, max: 3 }
   |                        ^^

study.yaml:14:48: melt has no output hgh; did you mean high?
14 |     repeat: { carry: { lo: $outputs.low, high: $outputs.hgh }, until: $outputs.dun, max: 3 }
   |                                                ^^^^^^^^^^^^

study.yaml:14:71: melt has no output dun; its outputs: low, high, density, state
14 |     repeat: { carry: { lo: $outputs.low, high: $outputs.hgh }, until: $outputs.dun, max: 3 }
   |                                                                       ^^^^^^^^^^^^`,
);

refuses(
  'refuses what does not fit',
  bracket('{ carry: { low: $outputs.density }, until: $outputs.low, max: 3 }'),
  `
bracket.yaml:14:24: + has a density on one side and a temperature on the other
14 |       temperature: $( (inputs.low + inputs.high) / 2 )
   |                        ^^^^^^^^^^^^^^^^^^^^^^^^

bracket.yaml:16:8: until is a temperature; expected true or false
16 |   low: $middle.melting_temperature
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  study.yaml:14:56: used here as until of melt
  14 |     repeat: { carry: { low: $outputs.density }, until: $outputs.low, max: 3 }
     |                                                        ^^^^^^^^^^^^

bracket.yaml:18:12: low is a density; expected a temperature, such as 2000 K
18 |   density: $middle.density
   |            ^^^^^^^^^^^^^^^
  study.yaml:14:29: used here as low of melt
  14 |     repeat: { carry: { low: $outputs.density }, until: $outputs.low, max: 3 }
     |                             ^^^^^^^^^^^^^^^^`,
);

refuses(
  'refuses shapes that are none',
  bracket('{ carry: [low], max: 0, maximum: 3 }').replace('$model.model,', '$outputs.model,'),
  `
study.yaml:13:24: $outputs are those of the turn before, in carry and until of repeat
13 |     with: { potential: $outputs.model, low: 1500 K, high: 2700 K }
   |                        ^^^^^^^^^^^^^^

study.yaml:14:5: repeat of step melt lacks until: a condition on what a turn gave, such as $( outputs.error < 5 )
14 |     repeat: { carry: [low], max: 0, maximum: 3 }
   |     ^^^^^^

study.yaml:14:22: repeat.carry of step melt is a list; expected a mapping from inputs to what the turn before gave, such as $outputs.state
14 |     repeat: { carry: [low], max: 0, maximum: 3 }
   |                      ^^^^^

study.yaml:14:34: repeat.max of step melt is the number 0; expected a number of turns, 1 to 100000
14 |     repeat: { carry: [low], max: 0, maximum: 3 }
   |                                  ^

study.yaml:14:37: unknown key maximum in repeat of step melt; known: carry, until, max
14 |     repeat: { carry: [low], max: 0, maximum: 3 }
   |                                     ^^^^^^^`,
);

refuses(
  'refuses a first turn without what it needs',
  `${HEAD}  again:
    uses: train
    with: { frames: $data.frames }
    repeat: { carry: { updates: $( 2 ), form: $outputs.model }, until: false, max: 3 }
`,
  `
study.yaml:11:3: step again lacks the input updates for its first turn; expected a whole number
11 |   again:
   |   ^^^^^

study.yaml:14:41: train has no input form; did you mean from?
14 |     repeat: { carry: { updates: $( 2 ), form: $outputs.model }, until: false, max: 3 }
   |                                         ^^^^`,
);

test.run();
