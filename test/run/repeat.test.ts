/** Repeated steps in real runs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Project, project } from './rig.ts';

const run = suite('repeated steps in a run');

let at: Project;
run.before.each(() => {
  at = project();
  at.write('in.txt', 'one\n');
});
run.after.each(() => at.close());

const growing = (until: string, max = 5, suffix = 'x'): string => `curie: v1
study: toy
steps:
  a: { uses: source, with: { file: in.txt } }
  grown:
    uses: join
    with: { parts: $a.text, suffix: ${suffix} }
    repeat: { carry: { parts: $outputs.text }, until: ${until}, max: ${max} }
  last: { uses: join, with: { parts: $grown.text, suffix: '!' } }
  length: { uses: join, with: { parts: $a.text, suffix: $( grown.length ) } }
`;

run('repeats until the condition holds, and goes on from there', async () => {
  const ran = await at.run(growing('$( outputs.length >= 6 )'));
  assert.equal(ran.executed.toSorted(), ['a', 'grown/1', 'grown/2', 'last', 'length']);
  assert.equal(
    ran.of('task-skipped').map(({ task }) => task),
    ['grown/3', 'grown/4', 'grown/5'],
  );
  assert.is(at.read('results/last/text.txt'), 'one\nxx!');
  assert.is(at.read('results/length/text.txt'), 'one\n6');
  assert.equal((await at.run(growing('$( outputs.length >= 6 )'))).executed, []);
  // Another limit reruns nothing, a further goal only what is missing.
  assert.equal((await at.run(growing('$( outputs.length >= 6 )', 9))).executed, []);
  const further = await at.run(growing('$( outputs.length >= 8 )'));
  assert.equal(further.executed.toSorted(), ['grown/3', 'grown/4', 'last', 'length']);
});

run('is inconclusive where it does not come to its end', async () => {
  const ran = await at.run(growing('$( outputs.length > 100 )', 3));
  assert.equal([ran.counts.done, ran.counts.inconclusive, ran.counts.failed], [5, 1, 0]);
  const [open] = ran.of('task-inconclusive');
  assert.equal(
    [open?.task, open?.reason],
    ['length', 'grown/3 gave no length: not settled after 3 turns'],
  );
  assert.is(at.read('results/last/text.txt'), 'one\nxxx!', 'the last file is there to go on with');
});

run('stops where a turn would repeat the one before', async () => {
  const ran = await at.run(growing('$( outputs.length > 100 )', 5, "''"));
  // Without a suffix the text comes out as it went in, and the first turn's is that of `a`.
  assert.equal(ran.executed.toSorted(), ['a', 'grown/1', 'last']);
  assert.match(ran.of('task-inconclusive')[0]!.reason, 'no progress: turn 2 would repeat turn 1');
});

run.run();
