/** Tasks executed again and compared with what was recorded. */
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache, sha256 } from '../../cache/index.ts';
import type { Executor } from '../../engine/run/executor.ts';
import type { Ending } from '../../engine/run/protocol.ts';
import { type Verdict, verifyTasks } from '../../engine/run/verify.ts';
import { localExecutor } from '../../engine/run/workers.ts';
import { type Project, project, registry } from './rig.ts';

const verifying = suite('verify');

let at: Project;
verifying.before.each(() => {
  at = project();
  at.write('in.txt', 'iron\n');
});
verifying.after.each(() => at.close());

const STUDY = `
curie: v1
study: toy
steps:
  first: { uses: source, with: { file: in.txt } }
  twice: { uses: join, with: { parts: [$first.text, $first.text] } }
  slow: { uses: count, with: { to: 30, pause: 1 } }
  open: { uses: measure }
  echo:
    uses: exec
    with: { command: [sh, -c, 'echo hello > out.txt'] }
    outputs: { text: { file: out.txt } }
`;

/** Hands outcomes over changed, as a machine that computes otherwise would. */
function changing(change: (ending: Ending) => Ending): Executor {
  const real = localExecutor(registry);
  return {
    start(assignment, tell) {
      const attempt = real.start(assignment, tell);
      return { ...attempt, ended: attempt.ended.then(change) };
    },
    close: () => real.close(),
  };
}

async function verify(
  text: string,
  {
    executor = localExecutor(registry),
    signal,
  }: { executor?: Executor; signal?: AbortSignal } = {},
): Promise<{ readonly [task: string]: Verdict }> {
  const study = at.load(text);
  const cache = openCache(at.cacheFolder, { readOnly: true });
  try {
    const verdicts = await Promise.all(
      verifyTasks({
        study,
        cache,
        executor,
        capacity: { cores: 2, memory: 8000, gpus: [] },
        tasks: study.tasks.map(({ id }) => id),
        ...(signal !== undefined && { signal }),
      }),
    );
    return Object.fromEntries(verdicts.map((verdict, k) => [study.tasks[k].name, verdict]));
  } finally {
    executor.close();
    cache.close();
  }
}

const kinds = (verdicts: { readonly [task: string]: Verdict }) =>
  Object.fromEntries(Object.entries(verdicts).map(([task, { kind }]) => [task, kind]));

const differencesIn = (verdict: Verdict) => verdict.kind === 'differs' && verdict.differences;

const everything = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
const scratch = (): string[] => readdirSync(tmpdir()).filter((name) => /^curie-verify-/.test(name));

verifying('what is exact gives the same, and leaves no trace', async () => {
  await at.run(STUDY);
  const [before, others] = [everything(at.folder), scratch()];
  assert.equal(kinds(await verify(STUDY)), {
    first: 'same',
    twice: 'same',
    slow: 'same',
    open: 'same',
    echo: 'statistical',
  });
  assert.equal(everything(at.folder), before);
  assert.equal(scratch(), others);
});

verifying(
  'other bytes are told by output, with both digests; other tasks are judged alone',
  async () => {
    await at.run(STUDY);
    const verdicts = await verify(STUDY, {
      executor: changing((ending) =>
        ending.kind === 'outcome' && ending.outcome.outputs?.length === 10
          ? {
              kind: 'outcome',
              outcome: { kind: 'done', outputs: { ...ending.outcome.outputs, length: 11 } },
            }
          : ending,
      ),
    });
    assert.equal(kinds(verdicts), {
      first: 'same',
      twice: 'differs',
      slow: 'same',
      open: 'same',
      echo: 'statistical',
    });
    assert.equal(differencesIn(verdicts.twice), [
      { of: 'length', recorded: sha256('10'), now: sha256('11') },
    ]);
  },
);

verifying('a task that fails, or ends otherwise, is no match', async () => {
  await at.run(STUDY);
  const failed = await verify(STUDY, {
    executor: changing(() => ({ kind: 'failed', message: 'no memory left', log: [] })),
  });
  assert.equal(failed.first, { kind: 'failed', message: 'no memory left' });
  const ended = await verify(STUDY, {
    executor: changing((ending) =>
      ending.kind === 'outcome' && ending.outcome.kind === 'inconclusive'
        ? { kind: 'outcome', outcome: { kind: 'done', outputs: {} } }
        : ending,
    ),
  });
  assert.equal(differencesIn(ended.open), [
    { of: 'outcome', recorded: 'inconclusive', now: 'done' },
  ]);
});

verifying('without a result there is nothing to compare with', async () => {
  await at.run(STUDY);
  const changed = STUDY.replace('to: 30', 'to: 31').replace('file: in.txt', 'file: other.txt');
  at.write('other.txt', 'chromium\n');
  assert.equal(kinds(await verify(changed)), {
    first: 'no-result',
    twice: 'no-result',
    slow: 'no-result',
    open: 'same',
    echo: 'statistical',
  });
});

verifying('a result whose bytes were collected can still be verified', async () => {
  await at.run(STUDY);
  const digest = sha256('iron\n');
  rmSync(join(at.cacheFolder, 'cas/sha256', digest.slice(0, 2), digest.slice(2)));
  const verdicts = await verify(STUDY);
  assert.is(verdicts.first.kind, 'same');
  // What it takes is not there.
  assert.is(verdicts.twice.kind, 'no-result');
});

verifying('stops when it is told to', async () => {
  await at.run(STUDY);
  const stop = new AbortController();
  const verdicts = verify(STUDY, {
    signal: stop.signal,
    executor: changing((ending) => {
      stop.abort();
      return ending;
    }),
  });
  const stopped = Object.values(await verdicts).filter(
    (verdict) => verdict.kind === 'not-run' && verdict.reason === 'stopped',
  );
  assert.ok(stopped.length > 0);
});

verifying.run();
