/** Protocols in real runs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Project, project } from './rig.ts';

const run = suite('protocols in a run');

let at: Project;
run.before.each(() => {
  at = project();
  at.write('in.txt', 'one\n');
  at.write(
    'twice.yaml',
    `curie: v1
protocol: twice
inputs: { from: { type: file }, mark: { type: integer, default: 0 } }
steps:
  first: { uses: source, with: { file: $inputs.from } }
  both: { uses: join, with: { parts: [$first.text, $first.text] } }
  marked: { uses: join, with: { parts: $both.text, suffix: $( both.length + inputs.mark ) } }
outputs: { text: $marked.text, length: $( both.length + marked.length ) }
`,
  );
});
run.after.each(() => at.close());

const study = (steps: string): string => `curie: v1\nstudy: toy\nsteps:\n${steps}`;

run('their results are those of the same steps without them', async () => {
  await at.run(
    study(`  first: { uses: source, with: { file: in.txt } }
  both: { uses: join, with: { parts: [$first.text, $first.text] } }
  marked: { uses: join, with: { parts: $both.text, suffix: $( both.length + 7 ) } }
  last: { uses: join, with: { parts: $marked.text, suffix: $( (both.length + marked.length) * 2 ) } }
`),
  );
  const ran = await at.run(
    study(`  p: { protocol: twice.yaml, with: { from: in.txt, mark: 7 } }
  last: { uses: join, with: { parts: $p.text, suffix: $( p.length * 2 ) } }
`),
  );
  assert.equal(ran.executed, []);
  assert.is(ran.counts.restored, 4);
  assert.is(at.read('results/last/text.txt'), 'one\none\n1536');
  assert.is(at.read('results/p/marked/text.txt'), 'one\none\n15');
});

run('an input changes what takes it, in one element of a matrix', async () => {
  const text = (mark: number): string =>
    study(`  p:
    protocol: twice.yaml
    matrix: { mark: { low: 1, high: ${mark} } }
    with: { from: in.txt, mark: $matrix.mark }
  all: { uses: join, with: { parts: $p.*.text } }
`);
  const first = await at.run(text(2));
  // Both elements import the same: one of them does it.
  assert.equal([...first.executed].sort(), [
    ...['all', 'p/high/marked', 'p/low/both', 'p/low/first', 'p/low/marked'],
  ]);
  const changed = await at.run(text(3));
  assert.equal(changed.executed, ['p/high/marked', 'all']);
  const [because] = changed.of('task-started').map((event) => event.because);
  assert.match(because!, 'suffix: 10 -> 11 (');
});

run.run();
