/** Programs in keys: their content counts, not where they are. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { missingPrograms } from '../../engine/plan/tools.ts';
import { describeReason, reasonToRun } from '../../engine/provenance/explain.ts';
import { folderOf, loadIn, refusal, resolved } from '../run/exec-rig.ts';
import { record } from './rig.ts';

const tools = suite('tools');

const script = (text: string) => [`#!/bin/sh\n${text}\n`] as const;

/** A step that runs `bin/tool`, with more in its `with:`. */
const step = (more = '', rest = ''): string => `  run:
    uses: exec
    with: { command: [bin/tool, 1]${more} }
    outputs: { x: { file: x } }
${rest}`;

function keyOf(folder: string, steps = step(), variables = process.env): string {
  return resolved(folder, steps, variables).key;
}

tools('change the key by their content', () => {
  const folder = folderOf({ 'bin/tool': script('echo 1') });
  const before = keyOf(folder);
  assert.is(keyOf(folder), before);
  writeFileSync(join(folder, 'bin/tool'), '#!/bin/sh\necho 2\n');
  assert.is.not(keyOf(folder), before);
  writeFileSync(join(folder, 'bin/tool'), '#!/bin/sh\necho 1\n');
  assert.is(keyOf(folder), before);
});

tools('of a renamed or moved folder have the same key', () => {
  const [here, there] = [folderOf({ 'bin/tool': script('echo 1') }), folderOf({})];
  const before = keyOf(here);
  rmSync(there, { recursive: true });
  renameSync(here, there);
  assert.is(keyOf(there), before);
  renameSync(join(there, 'bin'), join(there, 'programs'));
  const elsewhere = step().replace('bin/tool', join(there, 'programs/tool'));
  assert.is(keyOf(there, elsewhere), before, 'the path is not in the key');
  rmSync(there, { recursive: true });
});

tools('that a command starts are in the key as it is', () => {
  const folder = folderOf({ 'bin/tool': script('helper'), 'bin/helper': script('echo 1') });
  const steps = step(', tools: [bin/helper, sh]');
  const { key, action } = resolved(folder, steps);
  assert.equal(Object.keys(action.tools ?? {}), ['tool', 'helper', 'sh']);
  assert.equal(action.platform, { os: process.platform, arch: process.arch });
  writeFileSync(join(folder, 'bin/helper'), '#!/bin/sh\necho 2\n');
  assert.is.not(keyOf(folder, steps), key);
});

tools('are the same until the result is committed, or it is not', () => {
  const folder = folderOf({ 'bin/tool': script('echo 1') });
  const { files, action } = resolved(folder, step());
  assert.equal(files, [{ path: join(folder, 'bin/tool'), digest: action.tools!.tool }]);
});

tools('that changed are why a task runs', () => {
  const folder = folderOf({ 'bin/tool': script('echo 1') });
  const study = loadIn(folder, step());
  const before = resolved(folder, step());
  writeFileSync(join(folder, 'bin/tool'), '#!/bin/sh\necho 2\n');
  const now = resolved(folder, step());
  const latest = record({}, undefined, JSON.parse(JSON.stringify(before.action)));
  const reason = reasonToRun(
    { kind: 'miss', reason: 'first' },
    now.action,
    latest,
    study.tasks[0]!,
    study,
    now.origins,
  );
  const [was, is] = [before, now].map(({ action }) => action.tools!.tool!.slice(0, 12));
  assert.is(
    describeReason(reason, ({ start }) => `at ${start}`),
    `tool tool: ${was} -> ${is} (at ${study.tasks[0]!.programs![0]!.span.start})`,
  );
});

tools('what decides the result is in the key, the rest is not', () => {
  const folder = folderOf({ 'bin/tool': script('echo 1') });
  const plain = keyOf(folder);
  const other = (more: string, rest = '') => keyOf(folder, step(more, rest)) !== plain;
  assert.ok(other(', env: { A: 1 }'));
  assert.ok(other(', env: { A: { secret: TOKEN } }'));
  assert.ok(other(', stdout: x'));
  assert.ok(other(', pass: [HOME]'), 'the names are in the key');
  assert.not(other('', '    timeout: 5 min\n'));
  assert.not(other('', '    resources: { cpu: 2 }\n'));
  const values = (variables: { [name: string]: string }) =>
    keyOf(folder, step(', pass: [A], env: { B: { secret: TOKEN } }'), variables);
  assert.is(values({ A: '1', TOKEN: 'x' }), values({ A: '2', TOKEN: 'y' }));
});

tools('are looked for where the step says', async () => {
  const folder = folderOf({ 'bin/tool': script('echo 1') });
  const named = step().replace('bin/tool', 'tool');
  const at =
    (more: string, variables = {}) =>
    () =>
      resolved(folder, named.replace(', 1]', `, 1]${more}`), variables).values.machine;
  assert.is(
    await refusal(at('')),
    `study.yaml:6:23: there is no program tool in /usr/local/bin:/usr/bin:/bin; install it, name it under tools of the site file, or give its path, which starts from the folder of this file
6 |     with: { command: [tool, 1] }
  |                       ^^^^`,
  );
  const PATH = `${join(folder, 'bin')}:/bin`;
  const machine = { programs: { tool: join(folder, 'bin/tool') }, path: PATH, timeout: null };
  assert.equal(at(`, env: { PATH: "${PATH}" }`)(), machine);
  assert.equal(at(', pass: [PATH]', { PATH })(), machine);
  const ahead = `${join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`;
  assert.equal(resolved(folder, step('', '    timeout: 2 min\n')).values.machine, {
    ...machine,
    ...{ path: ahead, timeout: 120 },
  });
});

tools('that cannot be used are refused with their place', async () => {
  const folder = folderOf({ 'bin/tool': 'echo 1', 'dir/x': '' });
  const said = async (written: string) =>
    (await refusal(() => resolved(folder, step().replace('bin/tool', written)))).split('\n')[0];
  assert.is(
    await said('bin/tool'),
    'study.yaml:6:23: bin/tool is not executable; run chmod +x on it, or name its interpreter',
  );
  assert.is(await said('./dir'), 'study.yaml:6:23: ./dir is no file; name a program');
  assert.is(
    await said('bin/tol'),
    'study.yaml:6:23: there is no program bin/tol; paths start from the folder of this file',
  );
});

tools('that are missing are known before anything runs, each once', () => {
  const folder = folderOf({ 'bin/tool': script('echo 1') });
  const study = loadIn(
    folder,
    `  many:
    uses: exec
    matrix: { k: [1, 2, 3] }
    with: { command: [no-such-program, $matrix.k], tools: [sh, bin/none, bin/tool] }
    outputs: { x: { file: x } }
`,
  );
  assert.equal(
    missingPrograms(study.tasks).map(({ code, message }) => [code, message.split(';')[0]]),
    [
      ['missing-program', 'there is no program no-such-program in /usr/local/bin:/usr/bin:/bin'],
      ['missing-program', 'there is no program bin/none'],
    ],
  );
});

tools.run();
