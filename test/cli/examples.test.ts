/** Every study in README.md and docs/ is valid as it stands, and every link leads somewhere. */
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frames, type Trial, trial } from './rig.ts';

const examples = suite('what the documents show');

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root }).sort()];
const texts = documents.map((name) => [name, readFileSync(join(root, name), 'utf8')] as const);

let at: Trial;
examples.before(() => {
  at = trial();
  // What the examples name.
  at.write('frames.extxyz', frames(12));
  for (const name of ['Fe.eam.fs', 'fe-1.dp']) at.write(name, '');
  mkdirSync(at.path('bin'));
  for (const program of ['bin/cool', 'bin/analyse.sh']) at.write(program, '#!/bin/sh\n', 0o755);
});
examples.after(() => at.close());

/** Steps that an example may take from: those of the README's own study. */
const readme = /```yaml\n(curie: v1\n.*?)```/s.exec(texts[0]![1])![1]!;

/** Their pieces build on each other and on files: docs.test.ts and own-steps.test.ts take them together. */
const PIECES = ['docs/language.md', 'docs/own-steps.md'];

for (const [name, text] of texts.filter(([each]) => !PIECES.includes(each)))
  for (const [k, [, example = '']] of [...text.matchAll(/```yaml\n(.*?)```/gs)].entries())
    examples(`${name}, study ${k + 1}`, async () => {
      assert.match(example, /^(curie: v1\n| {2}[a-z])/, 'a whole study, or steps of one');
      at.write('study.yaml', example.startsWith('curie') ? example : readme + example);
      const { stdout, stderr, code } = await at.curie(['validate', 'study.yaml']);
      assert.is(stderr, '');
      assert.match(stdout, /^study\.yaml: \S+ is valid; \d+ steps, \d+ tasks\n$/);
      assert.is(code, 0);
    });

for (const [name, text] of texts)
  examples(`${name}: its links lead to files that are there`, () => {
    const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link!);
    const dead = links.filter(
      (link) => !/^https?:/.test(link) && !existsSync(join(root, dirname(name), link)),
    );
    assert.equal(dead, []);
  });

examples.run();
