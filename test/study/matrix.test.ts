/** Elements of a matrix: zip, include, exclude, and none at all. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExpandedStudy } from '../../engine/study/expanded.ts';
import { HEAD, inputOf, load } from './rig.ts';

const test = suite('matrix');

/** A step `d` with the given matrix, whose axes are `t` and `p`. */
const over = (matrix: string, more = '') => `${HEAD}  d:
    uses: npt
    matrix: ${matrix}
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, pressure: $matrix.p }
${more}`;

function names(study: ExpandedStudy, step = 'd'): string[] {
  return study.tasks.filter((task) => task.step === step).map(({ name }) => name);
}

test('axes under zip run in step', () => {
  const study = load(over('{ zip: { t: [1 K, 2 K, 1 K], p: [0 GPa, 0 GPa, 1 GPa] } }'));
  assert.equal(names(study), ['d/1K/0GPa', 'd/2K/0GPa', 'd/1K/1GPa']);
  assert.equal(inputOf(study, 'd/1K/1GPa', 'temperature'), 1);
  assert.equal(inputOf(study, 'd/1K/1GPa', 'pressure'), 1);
});

test('zipped axes are combined with the others, in the order of the file', () => {
  const study = load(
    over(
      '{ potential: { a: 1, b: 2 }, zip: { t: [1 K, 2 K], p: { low: 0 GPa, high: 1 GPa } }, x: [1, 2] }',
    ),
  );
  assert.equal(names(study).slice(0, 5), [
    ...['d/a/1K/low/1', 'd/a/1K/low/2', 'd/a/2K/high/1', 'd/a/2K/high/2', 'd/b/1K/low/1'],
  ]);
  assert.is(names(study).length, 8);
});

test('exclude leaves out all elements that it names', () => {
  const study = load(
    over('{ t: [1 K, 2 K, 3 K], p: [0 GPa, 1 GPa], exclude: [{ t: 2 K }, { t: 3K, p: 1 GPa }] }'),
  );
  assert.equal(names(study), ['d/1K/0GPa', 'd/1K/1GPa', 'd/3K/0GPa']);
});

test('include adds elements, with labels of the axes or new ones', () => {
  const study = load(
    over(
      '{ t: [1 K, 2 K], p: [0 GPa], include: [{ p: 5 GPa, t: 1 K }, { t: { hot: 9 K }, p: 0GPa }] }',
    ),
  );
  assert.equal(names(study), ['d/1K/0GPa', 'd/2K/0GPa', 'd/1K/5GPa', 'd/hot/0GPa']);
  assert.equal(inputOf(study, 'd/hot/0GPa', 'temperature'), 9);
  assert.equal(inputOf(study, 'd/1K/5GPa', 'pressure'), 5);
});

test('include alone lists the elements', () => {
  const study = load(over('{ include: [{ t: 1 K, p: 0 GPa }, { t: 2 K, p: 1 GPa }] }'));
  assert.equal(names(study), ['d/1K/0GPa', 'd/2K/1GPa']);
});

test('what include takes from other steps is there before', () => {
  const study = load(`${HEAD}  d:
    uses: npt
    matrix: { m: [$model.model], include: [{ m: { again: $later.model } }] }
    with: { potential: $matrix.m, composition: Fe, temperature: 1 K }
  later: { uses: train, with: { frames: $data.frames, updates: 5 } }
`);
  assert.equal(names(study), ['d/model.model', 'd/again']);
  assert.equal(inputOf(study, 'd/again', 'potential'), 'later:model');
});

test('elements align and gather without those left out', () => {
  const matrix = '{ t: [1 K, 2 K], p: [0 GPa, 1 GPa], exclude: [{ t: 1 K, p: 0 GPa }] }';
  const study = load(
    over(
      matrix,
      `  again:
    uses: npt
    matrix: ${matrix}
    with: { potential: $model.model, composition: Fe, temperature: $matrix.t, start: $d.state }
    after: d
  rows:
    uses: compare
    matrix: { t: [1 K, 2 K] }
    with: { measured: $d.*.density }
  all: { uses: compare, with: { measured: $d.*.density }, after: d }
`,
    ),
  );
  assert.equal(inputOf(study, 'again/2K/0GPa', 'start'), 'd/2K/0GPa:state');
  assert.equal(inputOf(study, 'rows/1K', 'measured'), [{ gather: ['d/1K/1GPa:density'] }]);
  assert.equal(inputOf(study, 'rows/2K', 'measured'), [
    { gather: ['d/2K/0GPa:density', 'd/2K/1GPa:density'] },
  ]);
  assert.equal(inputOf(study, 'all', 'measured'), [
    { gather: ['d/1K/1GPa:density', 'd/2K/0GPa:density', 'd/2K/1GPa:density'] },
  ]);
  const named = (task: string) => study.tasks.find(({ name }) => name === task)!;
  assert.equal(
    named('again/2K/1GPa').after.map((id) => study.tasks[id]!.name),
    ['d/2K/1GPa'],
  );
  assert.is(named('all').after.length, 3);
});

test('an empty matrix has no tasks, and its gather no elements', () => {
  for (const matrix of [
    '{ t: [], p: [0 GPa] }',
    '{ t: {}, p: [0 GPa] }',
    '{ t: $params.none, p: [0 GPa] }',
    '{ t: [1 K], p: [0 GPa], exclude: [{ t: 1 K }] }',
    '{ zip: { t: [], p: [] } }',
  ]) {
    const study = load(
      over(
        matrix,
        `  all: { uses: compare, with: { measured: [$other.density, $d.*.density] }, after: d }
  other: { uses: npt, with: { potential: $model.model, composition: Fe, temperature: 1 K } }
`,
      ).replace('updates: 100,', 'updates: 100, none: [],'),
    );
    assert.equal(names(study), [], matrix);
    assert.equal(inputOf(study, 'all', 'measured'), ['other:density', { gather: [] }]);
  }
});

test('a parameter on the command line may empty a matrix', () => {
  const text = over('{ t: $params.steps, p: [0 GPa] }');
  assert.is(names(load(text)).length, 2);
  assert.is(names(load(text, { set: ['steps=[]'] })).length, 0);
});

test.run();
