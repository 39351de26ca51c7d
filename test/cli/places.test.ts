/** The same study from two folders, in two locales and two time zones: the same keys and bytes. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import { frames, type Trial, trial } from './rig.ts';

const places = suite('places');

let at: Trial;
places.before(() => {
  at = trial();
});
places.after(() => at.close());

const STUDY = `curie: v1
study: places
params: { word: ıIiİ-zebra-Ärger }
steps:
  data: { uses: dft-import, with: { files: frames.extxyz, spin: none } }
  say:
    uses: exec
    matrix: { to: { z: zebra, Z: Zebra, a: apple, A: Apple } }
    with:
      command: [sh, -c, 'date -d @0 +%c; printf "b\\nA\\na\\nB\\n" | sort; echo "$1" | tr a-z A-Z', sh, '{values.word}']
      values: { word: $matrix.to, ärger: $params.word, half: $( 1 / 2 ) }
      env: { Zed: z, apple: a }
      stdout: out
    outputs: { out: { file: out, type: lines } }
  all:
    uses: exec
    with:
      command: [cat, a, b]
      files: { a: $say.z.out, b: $say.A.out }
      stdout: out
    outputs: { out: { file: out, type: lines } }
`;

interface Planned {
  readonly tasks: readonly {
    readonly task: string;
    readonly action: string;
    readonly key: string;
  }[];
}

/** Keys and digests of what a run in the folder gave. */
async function ranIn(folder: string, env: { readonly [name: string]: string }): Promise<unknown> {
  mkdirSync(at.path(folder), { recursive: true });
  at.write(`${folder}/study.yaml`, STUDY);
  at.write(`${folder}/frames.extxyz`, frames(30));
  const how = { from: folder, env };
  const ran = await at.curie(['run', 'study.yaml'], how);
  assert.is(ran.code, 0, ran.stdout + ran.stderr);
  const { tasks }: Planned = JSON.parse(
    (await at.curie(['plan', 'study.yaml', '--json'], how)).stdout,
  );
  assert.ok(tasks.every(({ action }) => action === 'restore'));
  const cache = openCache(at.path(`${folder}/.curie`), { readOnly: true });
  const gave = tasks.map(({ task, key }) => [task, key, cache.recordOf(key)!.outputs]);
  cache.close();
  return gave;
}

places('keys and results do not depend on folder, locale and time zone', async () => {
  const here = await ranIn('here', { LC_ALL: 'C', TZ: 'UTC' });
  const there = await ranIn('ünï "code"', {
    LC_ALL: 'tr_TR.UTF-8',
    LANG: 'tr_TR.UTF-8',
    TZ: 'Asia/Kathmandu',
  });
  const elsewhere = await ranIn('deep/down', {
    LC_ALL: 'sv_SE.UTF-8',
    LANG: 'sv_SE.UTF-8',
    TZ: 'America/St_Johns',
  });
  assert.equal(there, here);
  assert.equal(elsewhere, here);
});

places('a cache that one of them has filled serves the others', async () => {
  const cache = at.path('shared');
  mkdirSync(at.path('one'));
  mkdirSync(at.path('two'));
  for (const folder of ['one', 'two']) {
    at.write(`${folder}/study.yaml`, STUDY);
    copyFileSync(at.path('here/frames.extxyz'), at.path(`${folder}/frames.extxyz`));
  }
  const run = (folder: string, TZ: string, LC_ALL: string) =>
    at.curie(['run', 'study.yaml', '--cache', cache], { from: folder, env: { TZ, LC_ALL } });
  assert.match((await run('one', 'UTC', 'C')).stdout, /6 tasks in .*: 6 done\n/);
  assert.match(
    (await run('two', 'Asia/Kathmandu', 'tr_TR.UTF-8')).stdout,
    /6 tasks in .*: 6 restored\n/,
  );
});

places.run();
