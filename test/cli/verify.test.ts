/** `curie verify`: what it prints, and its exit code. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import { expectOutput, expectRefusal, frames, type Trial, trial } from './rig.ts';

const verifying = suite('curie verify');

let at: Trial;
verifying.before.each(() => {
  at = trial();
  at.write('iron.xyz', frames(12));
  at.write('study.yaml', STUDY);
});
verifying.after.each(() => at.close());

const STUDY = `
curie: v1
study: toy
steps:
  data: { uses: dft-import, with: { files: iron.xyz, spin: none } }
  all: { uses: dft-import, with: { files: $data.train, spin: none, split: none } }
  say:
    uses: exec
    with: { command: [sh, -c, 'echo hello > out.txt'] }
    outputs: { text: { file: out.txt } }
`;

/** Puts other bytes than the step gave into the record of a task. */
async function corrupt(task: string, output: string): Promise<void> {
  const cache = openCache(at.path('.curie'));
  const record = cache.latestOf('toy', task)!;
  const { digest, size } = await cache.addBytes(Buffer.from('nonsense'));
  const was = record.outputs[output];
  assert.is(was.kind, 'artifact');
  const lease = cache.lease(record.key)!;
  const outputs = { ...record.outputs, [output]: { ...was, digest, size } };
  await cache.commit({ ...record, outputs }, lease);
  lease.release();
  cache.close();
}

verifying('says of each task that it is the same, and what cannot be compared', async () => {
  assert.is((await at.curie(['run', 'study.yaml'])).code, 0);
  expectOutput(
    at,
    await at.curie(['verify', 'study.yaml']),
    `same         data: in TIME
same         all: in TIME
statistical  say: its step is not bit for bit reproducible, so its bytes cannot be compared
3 tasks: 2 same, 1 statistical
`,
  );
  expectOutput(
    at,
    await at.curie(['verify', 'study.yaml', '--step', 'all', '--jobs', '1']),
    `same         all: in TIME
1 task: 1 same
`,
  );
});

verifying('names the output that differs, with both digests, and ends with 1', async () => {
  assert.is((await at.curie(['run', 'study.yaml'])).code, 0);
  await corrupt('all', 'frames');
  expectOutput(
    at,
    await at.curie(['verify', 'study.yaml']),
    `same         data: in TIME
differs      all: frames was DIGEST and is DIGEST now
statistical  say: its step is not bit for bit reproducible, so its bytes cannot be compared
3 tasks: 1 same, 1 differs, 1 statistical
`,
    1,
  );
  const { stdout, code } = await at.curie(['verify', 'study.yaml', '--json', '--step', 'all']);
  assert.is(code, 1);
  const [{ task, verdict, differences }] = JSON.parse(stdout).tasks;
  assert.equal([task, verdict, differences.length], ['all', 'differs', 1]);
  assert.is(differences[0].of, 'frames');
  assert.match(differences[0].recorded, /^[0-9a-f]{64}$/);
});

verifying('says why there is nothing to compare with', async () => {
  assert.is((await at.curie(['run', 'study.yaml', '--only', 'data'])).code, 0);
  at.write('study.yaml', STUDY.replace('split: none', 'split: none, split_seed: 3'));
  expectOutput(
    at,
    await at.curie(['verify', 'study.yaml']),
    `same         data: in TIME
not run      all: no result to compare with: first run
not run      say: no result to compare with: first run
3 tasks: 1 same, 2 not run
`,
  );
});

for (const [title, args, message] of [
  ['a cache that is not there', [], 'there is no cache at HERE/.curie: nothing has run there yet'],
  ['an unknown step', ['--step', 'dta'], 'there is no step dta in toy; did you mean data?'],
  ['no cores', ['--jobs', '0'], '--jobs: 0 is no number of cores; write a count such as 2'],
] as const)
  verifying(`refuses ${title}`, async () => {
    expectRefusal(at, await at.curie(['verify', 'study.yaml', ...args]), `${message}\n`);
  });

verifying.run();
