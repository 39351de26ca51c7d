/** Further attempts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Project, project } from './rig.ts';

const run = suite('further attempts');

let at: Project;
run.before.each(() => {
  at = project();
});
run.after.each(() => at.close());

/** A program that notes its starts in a file, and succeeds at the third. */
const program = (retry: string): string => `curie: v1
study: toy
steps:
  p:
    uses: exec
    with: { command: [sh, -c, 'echo start >> ${at.path('trace')}; [ "$(wc -l < ${at.path('trace')})" -ge 3 ] && echo 1 > x'] }
    outputs: { x: { file: x } }
    retry: ${retry}
`;

run('a program that fails is tried again, each time after a longer wait', async () => {
  const ran = await at.run(program('{ times: 3, wait: 0.1 s }'));
  assert.is(at.trace().length, 3);
  assert.equal([ran.counts.done, ran.counts.failed], [1, 0]);
  assert.equal(
    ran.of('task-retrying').map(({ attempt, attempts, seconds }) => [attempt, attempts, seconds]),
    [
      [1, 3, 0.1],
      [2, 3, 0.2],
    ],
  );
  assert.is(ran.of('task-retrying')[0]!.message, 'sh ended with exit code 1');
  assert.equal((await at.run(program('1'))).executed, [], 'how often it may fail is in no key');
});

run('no more often than the step says, and then it has failed', async () => {
  const ran = await at.run(program('{ times: 1, wait: 0.1 s }'));
  assert.is(at.trace().length, 2);
  assert.equal([ran.counts.done, ran.counts.failed], [0, 1]);
  assert.is(ran.of('task-failed')[0]!.message, 'sh ended with exit code 1');
});

run('a run that is stopped while a task waits for its next attempt ends at once', async () => {
  const stop = new AbortController();
  const ran = await at.run(program('{ times: 1, wait: 1 h }'), {
    signal: stop.signal,
    watch: ({ kind }) => kind === 'task-retrying' && stop.abort(),
  });
  assert.equal([ran.counts.stopped, ran.counts.failed], [1, 0]);
});

run('a step that fails is not tried again, one whose worker is lost is', async () => {
  const broken = (step: string): string => `curie: v1
study: toy
steps:
  s: { ${step}, retry: { times: 1, wait: 0.1 s } }
`;
  const failing = await at.run(broken('uses: trouble, with: { how: step-error }'));
  assert.equal([failing.of('task-retrying').length, failing.counts.failed], [0, 1]);
  const dying = await at.run(broken('uses: trouble, with: { how: crash }'));
  assert.equal([dying.of('task-retrying').length, dying.counts.failed], [1, 1]);
});

run.run();
