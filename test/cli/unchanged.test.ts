/**
 * A run in which nothing was done is remembered: the next one says the same without looking at
 * tasks, as long as no file has changed; and whatever file has, it notices.
 */
import { globSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frames, type Trial, trial } from './rig.ts';

const STUDY = `curie: v1
study: toy
params: { word: hello }
steps:
  data: { uses: dft-import, with: { files: frames.extxyz, spin: none } }
  say:
    uses: exec
    with: { command: [shout, $params.word, '{files.data}'], files: { data: $data.train }, pass: [PATH], stdout: said }
    outputs: { said: { file: said, type: lines } }
  more: { protocol: more.yaml, with: { said: $say.said } }
`;
const PROTOCOL = `curie: v1
protocol: more
inputs: { said: { type: lines } }
steps:
  count:
    uses: exec
    with: { command: [wc, -l, '{files.said}'], files: { said: $inputs.said }, stdout: count }
    outputs: { count: { file: count, type: lines } }
outputs: { count: $count.count }
`;
const SHOUT = '#!/bin/sh\necho "$1" | tr a-z A-Z\nhead -n 1 "$2"\n';

/** What is changed, and how many of the three tasks run because of that. */
const CHANGES: { readonly [what: string]: readonly [change: (at: Trial) => void, runs: number] } = {
  'the study': [(at) => at.write('study.yaml', STUDY.replace('hello', 'ahoy')), 2],
  'which program is found': [(at) => at.write('early/shout', `${SHOUT}echo again\n`, 0o755), 2],
  'a result': [(at) => at.write('results/toy/say/said.dat', 'other\n'), 0],
};

const unchanged = suite('an unchanged study');

/** One place for each change, so that all files grow old at once. */
const places = new Map<string, Trial>();
const curie = (at: Trial, command: string, ...more: string[]) =>
  at.curie([command, 'study.yaml', ...more], {
    env: { PATH: `${at.path('early')}:${at.path('late')}:/usr/bin:/bin` },
  });
const run = (at: Trial, ...more: string[]) => curie(at, 'run', ...more);
const started = (stdout: string): number => stdout.match(/ {2}started \(/g)?.length ?? 0;
const remembered = (at: Trial): string[] => globSync('.curie/watched/*', { cwd: at.folder });

unchanged.before(async () => {
  for (const what of ['nothing', ...Object.keys(CHANGES)]) {
    const at = trial();
    places.set(what, at);
    mkdirSync(at.path('early'));
    mkdirSync(at.path('late'));
    at.write('late/shout', SHOUT, 0o755);
    at.write('frames.extxyz', frames(12));
    at.write('more.yaml', PROTOCOL);
    at.write('study.yaml', STUDY);
    const { stdout, stderr } = await run(at);
    assert.is(started(stdout), 3, stdout + stderr);
    assert.equal(remembered(at), []);
  }
  // Before that, nobody can tell whether a file will change without its times showing it.
  await sleep(2100);
  for (const at of places.values()) {
    assert.is(started((await run(at)).stdout), 0);
    assert.is(remembered(at).length, 1);
  }
});
unchanged.after(() => {
  for (const at of places.values()) at.close();
});

unchanged('says what it said before, to whoever asks', async () => {
  const at = places.get('nothing')!;
  const [before, again] = [await run(at), await run(at)];
  assert.is(at.steady(again.stdout), at.steady(before.stdout));
  assert.match(again.stdout, /^3 tasks in .*: 3 restored$/m);
  const status = await curie(at, 'status');
  assert.match(status.stdout, /^3 tasks: 3 restored$/m);
  const runs = await at.curie(['runs']);
  assert.is(runs.stdout.match(/ 3 done$/gm)?.length, 4);
  const json = await run(at, '--json');
  const kinds = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).kind);
  const restored = ['task-restored', 'task-restored', 'task-restored'];
  assert.equal(kinds, ['run-started', ...restored, 'run-finished']);
  const twice = await run(at, '--json');
  assert.equal(
    twice.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).kind),
    kinds,
  );
  assert.is(started((await run(at, '--force', 'say')).stdout), 1);
});

unchanged('watches everything that it has looked at', async () => {
  const at = places.get('nothing')!;
  const [file] = remembered(at);
  const lines = at.read(file!).replaceAll(at.folder, '').split('\n');
  const watched = lines.map((line) => line.split('\t')[0]);
  const said = JSON.parse((await curie(at, 'outputs', 'say', '--json')).stdout);
  const { digest } = said[0].outputs.said;
  for (const path of [
    '>/study.yaml',
    '>/more.yaml',
    '>/frames.extxyz',
    '>/late/shout',
    '>/early',
    '>/usr/bin/wc',
    '=/results/toy/report.html',
    '=/results/toy/data/train.extxyz',
    '=/results/toy/data/values.json',
    '=/results/toy/say/said.dat',
    '=/results/toy/more/count/count.dat',
    `=/.curie/cas/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`,
    `=/.curie/ac/${said[0].key.slice(0, 2)}`,
    `>${fileURLToPath(new URL('../../engine/cli/run.ts', import.meta.url))}`,
  ])
    assert.ok(
      watched.includes(path),
      `${path} among ${watched.filter((line) => line?.includes('curie-cli')).join(' ')}`,
    );
});

for (const [what, [change, runs]] of Object.entries(CHANGES))
  unchanged(`notices a change of ${what}`, async () => {
    const at = places.get(what)!;
    const kept = at.read('results/toy/say/said.dat');
    change(at);
    const { stdout, stderr } = await run(at);
    assert.is(stderr, '');
    assert.is(started(stdout), runs, stdout);
    if (runs === 0) assert.is(at.read('results/toy/say/said.dat'), kept);
    if (what === 'a result') assert.match(stdout, /had been changed by hand: it was restored/);
  });

unchanged.run();
