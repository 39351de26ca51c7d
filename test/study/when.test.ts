/** Conditions, and what is there where they do not hold. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HEAD, inputOf, load, messages, short, taskNamed } from './rig.ts';

const test = suite('when');

const npt = 'uses: npt, with: { potential: $model.model, composition: Fe, temperature: 1 K }';
const study = (when: string, more = '') => load(`${HEAD}  d: { ${npt}, when: ${when} }\n${more}`);
const conditionOf = (text: string, task = 'd') => {
  const loaded = study(text);
  return short(loaded, taskNamed(loaded, task).when?.[0]);
};

test('a condition is true, false, a parameter or an expression', () => {
  assert.is(conditionOf('true'), true);
  assert.is(conditionOf('false'), false);
  assert.is(conditionOf('$( params.updates > 100 )'), false);
  assert.is(conditionOf("'$( params.length == 25 ps and not (params.updates < 3) )'"), true);
  assert.equal(conditionOf('$( data.count > 3 )'), {
    expression: 'data.count > 3',
    operands: { 'data.count': 'data:count' },
  });
  assert.is(taskNamed(load(HEAD), 'model').when, undefined);
});

test('a condition may differ from element to element', () => {
  const loaded = load(`${HEAD}  d:
    uses: npt
    matrix: { t: [1500 K, 1800 K] }
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t }
    when: $( matrix.t > 1600 K )
`);
  const of = (task: string) => short(loaded, taskNamed(loaded, task).when?.[0]);
  assert.equal([of('d/1500K'), of('d/1800K')], [false, true]);
});

test('a step that a condition asks comes before', () => {
  const loaded = load(`curie: v1
study: order
steps:
  d: { uses: import, with: { files: frames.extxyz }, when: $( data.count > 3 ) }
  data: { uses: import, with: { files: frames.extxyz } }
`);
  assert.equal(
    loaded.tasks.map(({ name }) => name),
    ['data', 'd'],
  );
});

test('first chooses among outputs that are handed over', () => {
  const loaded = load(`${HEAD}  tuned:
    uses: train
    with: { frames: $data.frames, from: $model.model, updates: 5 }
    when: $( params.updates > 100 )
  d: { uses: npt, with: { potential: '$( first(tuned.model, model.model) )', composition: Fe, temperature: 1 K } }
  table: { uses: compare, with: { measured: ['$( first(d.density, d.energy) )'] } }
  again: { uses: import, with: { files: '$( first(tuned.model, model.model) )' } }
`);
  const models = ['tuned:model', 'model:model'];
  assert.equal(inputOf(loaded, 'd', 'potential'), { first: models });
  assert.equal(inputOf(loaded, 'table', 'measured'), [{ first: ['d:density', 'd:energy'] }]);
  assert.equal(inputOf(loaded, 'again', 'files'), [{ first: models }]);
});

test('first chooses among values, in a larger expression too', () => {
  const loaded = load(`${HEAD}  other: { uses: import, with: { files: frames.extxyz }, when: false }
  d:
    uses: npt
    with:
      potential: $model.model
      composition: Fe
      temperature: 1 K
      pressure: $( 2 * first(other.pressure, data.pressure, 1 GPa) )
`);
  assert.equal(inputOf(loaded, 'd', 'pressure'), {
    expression: '2 * first(other.pressure, data.pressure, 1 GPa)',
    operands: { 'other.pressure': 'other:pressure', 'data.pressure': 'data:pressure' },
  });
});

const first = (text: string): string => messages(text).split('\n')[0]!;

test('what is no condition is refused', () => {
  const said = (when: string) => first(`${HEAD}  d: { ${npt}, when: ${when} }\n`);
  const at = `study.yaml:11:${'  d: { , when: '.length + npt.length + 1}`;
  assert.is(said('maybe'), `${at}: when is "maybe"; write true or false`);
  assert.is(
    said('$params.updates'),
    'study.yaml:3:20: when is the number 100; write true or false',
  );
  assert.is(said('$( data.count + 1 )'), `${at}: when is a plain number; expected true or false`);
  assert.is(
    said('$( data.cuont > 1 )').replace(/^[^ ]* /, ''),
    'data has no output cuont; did you mean count?',
  );
  assert.is(
    said('[a]'),
    `${at}: when of step d is a list; expected a condition, such as $( params.updates > 100 )`,
  );
  assert.is(
    first(`${HEAD}  d: { ${npt}, when: $( d.density > 1 g/cm3 ) }\n`).replace(/^[^ ]* /, ''),
    'd needs itself',
  );
});

test('options of first must fit like anything else', () => {
  const said = (options: string) =>
    first(
      `${HEAD}  d: { uses: npt, with: { potential: '$( first(${options}) )', composition: Fe, temperature: 1 K } }\n`,
    ).replace(/^[^ ]* /, '');
  assert.is(
    said('model.model, data.frames'),
    'potential takes a file of type model; data.frames is a file of type frames',
  );
  assert.is(said('model.model, tuned.model'), 'there is no step tuned; steps: data, model, d');
  assert.is(
    said('model.model, 3'),
    'model.model is a file of type model; expressions compute with values',
  );
});

test.run();
