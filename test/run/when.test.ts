/** Skipped tasks in real runs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Project, project } from './rig.ts';

const run = suite('conditions in a run');

let at: Project;
run.before.each(() => {
  at = project();
});
run.after.each(() => at.close());

const text = (longest: number): string => `curie: v1
study: toy
steps:
  a: { uses: source, with: { file: in.txt } }
  b: { uses: join, with: { parts: [$a.text, $a.text] } }
  more: { uses: join, with: { parts: $b.text, suffix: more }, when: $( b.length < ${longest} ) }
  after: { uses: join, with: { parts: $more.text, suffix: after } }
  either: { uses: join, with: { parts: '$( first(more.text, b.text) )', suffix: either } }
`;

run('what depends on a skipped step is skipped, what may do without it is done', async () => {
  at.write('in.txt', 'one\n');
  const ran = await at.run(text(8));
  assert.equal([...ran.executed].sort(), ['a', 'b', 'either']);
  assert.equal([ran.counts.done, ran.counts.skipped, ran.counts.failed], [3, 2, 0]);
  assert.equal(
    ran.of('task-skipped').map(({ task, because }) => [task, because]),
    [
      ['more', 'its condition does not hold (study.yaml:6:69)'],
      ['after', 'more was skipped'],
    ],
  );
  assert.equal((await at.run(text(8))).executed, []);
});

run('a condition that comes to hold runs what was skipped, and nothing twice', async () => {
  at.write('in.txt', 'one\n');
  await at.run(text(8));
  const ran = await at.run(text(9));
  assert.equal([...ran.executed].sort(), ['after', 'either', 'more']);
  assert.is(ran.counts.skipped, 0);
  assert.equal((await at.run(text(8))).executed, []);
});

run.run();
