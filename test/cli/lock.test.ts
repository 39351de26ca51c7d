/** `curie lock`: what a study took and gave, written down, held against, and kept. */
import { existsSync, globSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Trial, trial } from './rig.ts';

const lock = suite('a lock');

const STUDY = `curie: v1
study: toy
steps:
  say:
    uses: exec
    with: { command: [echo, hello], stdout: said }
    outputs: { said: { file: said, type: lines } }
`;

let at: Trial;
lock.before(async () => {
  at = trial();
  at.write('study.yaml', STUDY);
  assert.is((await at.curie(['run', 'study.yaml'])).code, 0);
});
lock.after(() => at.close());

lock('is written beside the study, and agrees with itself', async () => {
  const { code, stdout, stderr } = await at.curie(['lock', 'study.yaml']);
  assert.is(stderr, '');
  assert.is(code, 0);
  assert.match(stdout, 'study.lock');
  const frozen = await at.curie(['lock', 'study.yaml', '--frozen']);
  assert.match(frozen.stdout, /1 task, everything is as it was locked\n$/);
  assert.is(frozen.code, 0);
});

lock('says what deviates from it', async () => {
  at.write('study.yaml', STUDY.replace('hello', 'ahoy'));
  assert.is((await at.curie(['run', 'study.yaml'])).code, 0);
  const frozen = await at.curie(['lock', 'study.yaml', '--frozen']);
  assert.is(frozen.code, 1);
  assert.match(frozen.stdout, /^say /m);
  assert.match(frozen.stderr, 'deviation');
});

lock('keeps its results from being collected, as long as it is there', async () => {
  const blobs = (): string[] =>
    globSync('.curie/cas/sha256/*/*', { cwd: at.folder })
      .map((path) => readFileSync(at.path(path), 'utf8'))
      .filter((text) => /^(hello|ahoy)\n$/.test(text));
  const collect = async (): Promise<void> => {
    const old = new Date(Date.now() - 3 * 24 * 3_600_000);
    for (const path of globSync('.curie/cas/sha256/*/*', { cwd: at.folder }))
      utimesSync(at.path(path), old, old);
    assert.is((await at.curie(['cache', 'gc', '--keep-runs', '1'])).code, 0);
  };
  await collect();
  assert.equal(blobs().sort(), ['ahoy\n', 'hello\n']);
  for (const file of globSync('*.lock*', { cwd: at.folder })) rmSync(at.path(file));
  assert.not.ok(existsSync(at.path('study.lock')));
  await collect();
  assert.equal(blobs(), ['ahoy\n']);
});

lock.run();
