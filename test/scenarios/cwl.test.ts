/** Scenarios 16 and 17, from the conformance tests of CWL: its scatter is our matrix. */
import { existsSync, readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endWorkers, failures, type Project, run, withInput } from './rig.ts';

const cwl = suite('CWL');

let at: Project;
cwl.before.each(() => {
  at = withInput();
});
cwl.after.each(() => at.close());
cwl.after(endWorkers);

const A = '  a: { uses: source, with: { file: in.txt } }\n';

/** One task for each combination of the axes, whose text ends with its labels; and all of them. */
function scatter(matrix: string, suffix: string): string {
  return `${A}  b:
    uses: join
    matrix: { ${matrix} }
    with: { parts: $a.text, suffix: ${suffix} }
  all: { uses: join, with: { parts: $b.*.text } }
`;
}

const BOTH = '$( matrix.x * 10 + matrix.y )';

function elements(): string[] {
  return readdirSync(at.path('results/b'), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('text.txt'))
    .map(
      (path) =>
        `${path.slice(0, -'/text.txt'.length)} ${at.read(`results/b/${path}`).split('\n')[1]}`,
    )
    .sort();
}

cwl('16. wf_scatter_emptylist: no tasks, and nothing that fails', async () => {
  const ran = await run(
    at,
    `${A}  b: { uses: join, matrix: { x: [] }, with: { parts: $a.text, suffix: $matrix.x } }
  each: { uses: join, matrix: { x: [] }, with: { parts: $b.text } }
`,
  );
  assert.equal(failures(ran), []);
  assert.equal(ran.executed, ['a']);
  assert.not.ok(existsSync(at.path('results/b')));
});

cwl('16. wf_scatter_two_dotproduct', async () => {
  await run(at, scatter('zip: { x: [1, 2], y: [3, 4] }', BOTH));
  assert.equal(elements(), ['1/3 13', '2/4 24']);
});

cwl('16. wf_scatter_two_flat_crossproduct', async () => {
  await run(at, scatter('x: [1, 2], y: [3, 4]', BOTH));
  assert.equal(elements(), ['1/3 13', '1/4 14', '2/3 23', '2/4 24']);
});

cwl('16. wf_scatter_nested_crossproduct_firstempty', async () => {
  for (const matrix of ['x: [], y: [3, 4]', 'x: [1, 2], y: []']) {
    const ran = await run(
      at,
      `${A}  b: { uses: join, matrix: { ${matrix} }, with: { parts: $a.text, suffix: s } }\n`,
    );
    assert.equal([failures(ran), ran.counts.done + ran.counts.restored], [[], 1], matrix);
  }
});

cwl('16. scatter_embedded_subworkflow', async () => {
  at.write(
    'sub.yaml',
    `curie: v1
protocol: sub
inputs: { file: { type: file }, n: { type: integer } }
steps:
  first: { uses: source, with: { file: $inputs.file } }
  last: { uses: join, with: { parts: $first.text, suffix: $inputs.n } }
outputs: { text: $last.text }
`,
  );
  const ran = await run(
    at,
    `  s: { protocol: sub.yaml, matrix: { n: [1, 2, 3] }, with: { file: in.txt, n: $matrix.n } }
  all: { uses: join, with: { parts: $s.*.text } }
`,
  );
  assert.equal(failures(ran), []);
  for (const n of [1, 2, 3]) assert.is(at.read(`results/s/${n}/last/text.txt`), `one\n${n}`);
  // One import serves the three elements.
  assert.is(ran.executed.length, 5);
});

cwl('16. one element that fails keeps the others', async () => {
  const ran = await run(
    at,
    `  b: { uses: trouble, matrix: { how: ['no', step-error, bug] }, with: { how: $matrix.how } }
  all: { uses: join, with: { parts: $b.*.text } }
  some: { uses: join, with: { parts: $b.*.text }, partial: true }
`,
  );
  assert.equal([ran.counts.done, ran.counts.failed, ran.counts.blocked], [2, 2, 1]);
  assert.is(at.read('results/some/text.txt'), 'well\n');
});

const conditional = (limit: number, rest: string): string => `${A}  long:
    uses: join
    with: { parts: [$a.text, $a.text], suffix: long }
    when: $( ${limit} > 4 )
${rest}`;

cwl('17. cond-wf-001, 002: a condition that holds, one that does not', async () => {
  const holds = await run(at, conditional(5, ''));
  assert.equal([holds.executed, holds.counts.skipped], [['a', 'long'], 0]);
  const not = await run(at, conditional(4, ''));
  assert.equal([not.executed, not.counts.skipped], [[], 1]);
});

cwl('17. cond-wf-003: what needs a skipped step is skipped', async () => {
  const ran = await run(
    at,
    conditional(
      4,
      `  next: { uses: join, with: { parts: $long.text } }
  last: { uses: join, with: { parts: [$a.text, $next.text] } }
`,
    ),
  );
  assert.equal(
    ran.of('task-skipped').map(({ task }) => task),
    ['long', 'next', 'last'],
  );
  assert.equal(failures(ran), []);
});

cwl('17. pickValue first_non_null', async () => {
  const pick = `  pick: { uses: join, with: { parts: '$( first(long.text, a.text) )' } }\n`;
  await run(at, conditional(4, pick));
  assert.is(at.read('results/pick/text.txt'), 'one\n');
  await run(at, conditional(5, pick));
  assert.is(at.read('results/pick/text.txt'), 'one\none\nlong');
});

cwl('17. pickValue first_non_null of nothing', async () => {
  const none = `  pick: { uses: join, with: { parts: '$( first(long.text, long.text) )' } }\n`;
  const ran = await run(at, conditional(4, none));
  assert.equal(
    ran.of('task-skipped').map(({ task }) => task),
    ['long', 'pick'],
  );
});

cwl('17. pickValue all_non_null: a gather leaves the skipped out', async () => {
  const ran = await run(
    at,
    `${A}  b:
    uses: join
    matrix: { x: [1, 2, 3] }
    with: { parts: $a.text, suffix: $matrix.x }
    when: $( matrix.x > 1 )
  all: { uses: join, with: { parts: $b.*.text } }
`,
  );
  assert.is(ran.counts.skipped, 1);
  assert.equal(at.read('results/all/text.txt').match(/\d/g)?.sort(), ['2', '3']);
});

cwl.run();
