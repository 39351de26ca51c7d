/** Data files of any name that a file system can hold, and labels of any kind that may name tasks. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Project, project } from './rig.ts';

const names = suite('names');

let at: Project;
names.before.each(() => {
  at = project();
});
names.after.each(() => at.close());

const head = 'curie: v1\nstudy: toy\nsteps:\n';

const NAMES: readonly string[] = [
  'Eisen-Schmelze ünïcode 铁 🔥.txt',
  // The same letters, composed and decomposed: two files.
  'caf\u00e9.txt',
  'cafe\u0301.txt',
  `${'é'.repeat(125)}.txtx`,
  'x'.repeat(255),
  'two\nlines.txt',
  '-rf',
  '--help',
  '~',
  '*.txt',
  'a b.txt',
  `quotes'"\`.txt`,
  '$HOME.txt',
  '$(rm -rf x).txt',
  '\u202etxt.evil',
  '.hidden',
  'con\tnul.txt',
];

names(
  'of data files: unicode, 255 bytes, newlines, leading dashes, whatever a shell would do',
  async () => {
    // A path of the study is a text, in which $$ stands for a dollar sign.
    const tasks = NAMES.map(
      (name, k) =>
        `  f${k}: { uses: source, with: { file: ${JSON.stringify(name.replaceAll('$', '$$$$'))} } }\n`,
    );
    const text = head + tasks.join('');
    for (const [k, name] of NAMES.entries()) at.write(name, `file ${k}\n`);
    assert.is(Buffer.byteLength(NAMES[3]!), 255);
    const ran = await at.run(text);
    assert.equal(
      ran.of('task-failed').map(({ message }) => message),
      [],
    );
    assert.is(ran.counts.done, NAMES.length);
    for (const k of NAMES.keys()) assert.is(at.read(`results/f${k}/text.txt`), `file ${k}\n`);
    assert.equal((await at.run(text)).executed, []);
    for (const [k, name] of NAMES.entries()) at.write(name, `again ${k}\n`);
    assert.is((await at.run(text)).executed.length, NAMES.length);
    for (const k of NAMES.keys()) assert.is(at.read(`results/f${k}/text.txt`), `again ${k}\n`);
  },
);

names('of files that a program sees', async () => {
  at.write('in.txt', 'one\n');
  const shown = NAMES.filter((name) => !name.includes('{'));
  const files = shown.map((name) => `${JSON.stringify(name)}: in.txt`).join(', ');
  const listing = `ls -A -N | grep -c . ; cat -- ./*.txt | sort | uniq -c`;
  const text = `${head}  list:
    uses: exec
    with:
      command: [sh, -c, ${JSON.stringify(listing)}]
      files: { ${files} }
      stdout: seen
    outputs: { seen: { file: seen, type: lines } }
`;
  const ran = await at.run(text);
  assert.equal(
    ran.of('task-failed').map(({ message }) => message),
    [],
  );
  const [count] = at.read('results/list/seen.dat').split('\n');
  // One of the names has two lines, and the output is a file, too.
  assert.is(Number(count), shown.length + 2);
});

names('of labels: everything that is safe in a shell', async () => {
  at.write('in.txt', 'one\n');
  const labels = ['-1', '+2', '1.5', 'a=b', 'x@y', '50%', 'a_b', '-', '_', 'x'.repeat(100)];
  const matrix = labels.map((label) => `${JSON.stringify(label)}: ${JSON.stringify(label)}`);
  const text = `${head}  a: { uses: source, with: { file: in.txt } }
  b: { uses: join, matrix: { x: { ${matrix.join(', ')} } }, with: { parts: $a.text, suffix: $matrix.x } }
  all: { uses: join, with: { parts: $b.*.text } }
`;
  const ran = await at.run(text);
  assert.is(ran.counts.done, labels.length + 2);
  assert.equal(readdirSync(at.path('results/b')).sort(), [...labels].sort());
  for (const label of labels)
    assert.is(at.read(`results/b/${label}/text.txt`), `one\n${label}`, label);
  assert.equal((await at.run(text)).executed, []);
});

names('of the folder that all is in', async () => {
  at.close();
  at = project('-ünï "code"\n$HOME');
  at.write('in.txt', 'one\n');
  const ran = await at.run(`${head}  a: { uses: source, with: { file: in.txt } }
  bad: { uses: trouble, with: { how: step-error, parts: $a.text } }
  e:
    uses: exec
    with: { command: [sh, -c, 'cat in; pwd'], files: { in: $a.text }, stdout: out }
    outputs: { out: { file: out, type: lines } }
`);
  assert.equal([ran.counts.done, ran.counts.failed], [2, 1]);
  const { folder } = ran.of('task-failed')[0]!;
  assert.match(readFileSync(`${folder}/curie.log`, 'utf8'), /the cell has no volume/);
  assert.match(at.read('results/e/out.dat'), /^one\n/);
  writeFileSync(at.path('in.txt'), 'two\n');
  assert.is(
    (await at.run(`${head}  a: { uses: source, with: { file: in.txt } }\n`)).counts.done,
    1,
  );
});

names.run();
