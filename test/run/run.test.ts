/** Runs of small studies in real worker processes. */
import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import { type Project, project } from './rig.ts';

const run = suite('a run');

let at: Project;
run.before.each(() => {
  at = project();
});
run.after.each(() => at.close());

const head = 'curie: v1\nstudy: toy\nsteps:\n';
const chain = (suffix = ''): string =>
  `${head}  a: { uses: source, with: { file: in.txt } }
  b: { uses: join, with: { parts: $a.text${suffix === '' ? '' : `, suffix: ${suffix}`} } }
  c: { uses: join, with: { parts: [$a.text, $b.text] } }
`;

run('does each task once, in the order of need, and nothing the second time', async () => {
  at.write('in.txt', 'one\ntwo\n');
  const first = await at.run(chain());
  assert.equal(first.executed, ['a', 'b', 'c']);
  assert.equal(first.counts, {
    done: 3,
    restored: 0,
    inconclusive: 0,
    failed: 0,
    blocked: 0,
    skipped: 0,
    stopped: 0,
  });
  assert.is(at.read('results/c/text.txt'), 'one\none\n');
  assert.is(at.read('results/c/values.json'), '{\n  "outcome": "done",\n  "length": 8\n}\n');
  const again = await at.run(chain());
  assert.equal(again.executed, []);
  assert.is(again.counts.restored, 3);
});

run(
  'runs again only what an edit reaches, and stops where the bytes come out the same',
  async () => {
    at.write('in.txt', 'one\ntwo\n');
    await at.run(chain());
    assert.equal((await at.run(chain('x'))).executed, ['b', 'c']);
    assert.equal((await at.run(chain())).executed, []);
    at.write('in.txt', 'one\nthree\n');
    const edited = await at.run(chain());
    assert.equal(edited.executed, ['a']);
    assert.match(
      edited.of('task-started')[0]!.because,
      /^file file \(.*in\.txt\): [0-9a-f]{12}.* -> /,
    );
  },
);

run(
  'makes deleted results appear again, and says what it restored over a change by hand',
  async () => {
    at.write('in.txt', 'one\n');
    await at.run(chain());
    rmSync(at.path('results/b'), { recursive: true });
    at.write('results/c/text.txt', 'mine');
    const again = await at.run(chain());
    assert.is(at.read('results/b/text.txt'), 'one\n');
    assert.is(at.read('results/c/text.txt'), 'one\none\n');
    assert.match(again.of('task-warned')[0]!.message, /had been changed by hand/);
    assert.ok(readdirSync(at.path('results/c')).includes('changed-1-text.txt'));
  },
);

run('never writes a result through a symbolic link', async () => {
  at.write('in.txt', 'one\n');
  const { folder } = at;
  await at.run(`${head}  z: { uses: source, with: { file: in.txt } }\n`);
  symlinkSync(folder, at.path('results/a'));
  const ran = await at.run(chain());
  assert.match(
    ran.of('task-warned')[0]!.message,
    /is a symbolic link, and results are never written through one/,
  );
  assert.not.ok(existsSync(at.path('text.txt')));
});

run('says in words what became of each kind of failure, and goes on with the rest', async () => {
  at.write('in.txt', 'one\n');
  const text = `${head}  a: { uses: source, with: { file: in.txt } }
  bad: { uses: trouble, matrix: { how: [step-error, bug, crash, exit, no-file, outside, nan, undeclared] }, with: { how: $matrix.how } }
  after_bad: { uses: join, with: { parts: $bad.crash.text } }
  last: { uses: join, with: { parts: $after_bad.text } }
  good: { uses: join, with: { parts: $a.text } }
`;
  const ran = await at.run(text);
  const said = new Map(ran.of('task-failed').map((event) => [event.task, event]));
  assert.is(
    said.get('bad/step-error')?.message,
    'the cell has no volume: check the third lattice vector',
  );
  assert.is(
    said.get('bad/bug')?.message,
    'trouble broke down (a defect of the step, not of the study): x is not a function',
  );
  assert.match(said.get('bad/crash')!.message, /^its worker process was killed \(SIGKILL\)/);
  assert.match(
    said.get('bad/exit')!.message,
    /^its worker process ended unexpectedly \(exit code 3\)/,
  );
  assert.is(said.get('bad/no-file')?.message, 'output text: the step did not write out.txt');
  assert.is(
    said.get('bad/outside')?.message,
    "output text: ../outside.txt is not in the task's folder",
  );
  assert.match(said.get('bad/nan')!.message, /^output number: .*NaN, which is no result$/);
  assert.is(
    said.get('bad/undeclared')?.message,
    'trouble gave an output other, which its interface does not declare',
  );
  assert.equal(said.get('bad/step-error')?.log, ['about to fail']);
  assert.match(said.get('bad/bug')!.log.join('\n'), /registry\.ts:\d+/);
  const { folder } = said.get('bad/step-error')!;
  assert.ok(existsSync(`${folder}/curie.log`));
  assert.equal(
    ran.of('task-blocked').map(({ task, by }) => [task, by]),
    [
      ['after_bad', 'bad/crash'],
      ['last', 'bad/crash'],
    ],
  );
  assert.equal(ran.counts, {
    done: 2,
    restored: 0,
    inconclusive: 0,
    failed: 8,
    blocked: 2,
    skipped: 0,
    stopped: 0,
  });
  assert.is((await at.run(text)).counts.failed, 8, 'a failure is never kept');
});

run('keeps inconclusive results, and whoever needs their value is inconclusive too', async () => {
  const text = `${head}  open: { uses: measure }
  sure: { uses: measure, with: { value: 7 } }
  use_open: { uses: need, with: { density: $open.density } }
  use_sure: { uses: need, with: { density: $sure.density } }
  all: { uses: table, with: { measured: [$open.density, $sure.density] } }
`;
  const ran = await at.run(text);
  assert.equal(ran.counts, {
    done: 3,
    restored: 0,
    inconclusive: 2,
    failed: 0,
    blocked: 0,
    skipped: 0,
    stopped: 0,
  });
  assert.equal(
    ran.of('task-inconclusive').map(({ task, reason }) => [task, reason]),
    [
      ['open', 'the plateau is ambiguous'],
      ['use_open', 'open gave no density: the plateau is ambiguous'],
    ],
  );
  assert.is(at.read('results/all/text.txt'), '7\nnone: the plateau is ambiguous\n');
  assert.match(at.read('results/open/values.json'), /"outcome": "inconclusive"/);
  const again = await at.run(text);
  assert.equal(again.executed, []);
  assert.is(again.counts.restored, 4);
});

run('does the same action only once, whatever it is called', async () => {
  at.write('in.txt', 'one\n');
  const ran = await at.run(`${head}  a: { uses: source, with: { file: in.txt } }
  b: { uses: source, with: { file: in.txt } }
  c: { uses: join, matrix: { x: [1, 2, 3] }, with: { parts: $a.text } }
`);
  assert.is(ran.executed.length, 2);
  assert.is(ran.counts.restored, 3);
  assert.is(at.read('results/c/3/text.txt'), 'one\n');
});

run(
  'runs a forced task again, and keeps what is downstream when the bytes are the same',
  async () => {
    at.write('in.txt', 'one\n');
    await at.run(chain());
    const ran = await at.run(chain(), { forced: ['b'] });
    assert.equal(ran.executed, ['b']);
    assert.is(ran.of('task-started')[0]?.because, 'forced');
  },
);

run('two engines on one cache do each task once', async () => {
  const trace = at.path('trace');
  const text = `${head}  n: { uses: count, matrix: { to: [20, 21, 22, 23] }, with: { to: $matrix.to, pause: 5, trace: ${trace} } }\n`;
  const [one, two] = await Promise.all([at.run(text), at.run(text)]);
  assert.is(one.executed.length + two.executed.length, 4);
  assert.is(at.trace().filter((line) => line.startsWith('count')).length, 4);
  assert.is(one.counts.done + one.counts.restored, 4);
  assert.is(two.counts.done + two.counts.restored, 4);
});

run('gives a task alone all the cores, and takes them back when another can start', async () => {
  const trace = at.path('trace');
  at.write('in.txt', 'one\n');
  const text = `${head}  long: { uses: count, with: { to: 10000, pause: 10, trace: ${trace} } }
  short: { uses: count, with: { to: 20, pause: 50 } }
`;
  // The long one is stopped a while after the short one has ended.
  const stop = new AbortController();
  let looks = Number.NEGATIVE_INFINITY;
  await at.run(text, {
    signal: stop.signal,
    watch: (event) => {
      if (event.kind === 'task-done') looks = 0;
      if (event.kind === 'task-progress' && ++looks > 2) stop.abort(new Error('stop'));
    },
  });
  assert.equal(at.trace().at(-1), 'threads 1 2');
  const alone = await at.run(`${head}  long: { uses: count, with: { to: 5, trace: ${trace} } }\n`, {
    capacity: { cores: 1 },
  });
  assert.is(alone.counts.done, 1);
  assert.equal(at.trace().at(-1), 'threads 1');
});

run('stops when asked to, with what was done saved, and goes on from there', async () => {
  const trace = at.path('trace');
  const text = `${head}  n: { uses: count, with: { to: 150, pause: 4, trace: ${trace} } }
  m: { uses: join, with: { parts: $n.text } }
`;
  const stop = new AbortController();
  const ran = await at.run(text, {
    signal: stop.signal,
    watch: (event) => {
      if (event.kind === 'task-progress' && event.fraction > 0.3) stop.abort(new Error('stop'));
    },
  });
  assert.equal(
    ran.of('task-stopped').map(({ task }) => task),
    ['n', 'm'],
  );
  assert.is(ran.counts.stopped, 2);
  const on = await at.run(text);
  assert.ok(on.of('task-started')[0]?.resumed);
  const from = Number(
    at
      .trace()
      .filter((line) => line.startsWith('count'))[1]!
      .split(' ')[2],
  );
  assert.ok(from >= 40, `went on from ${from}`);
  const lines = Array.from({ length: 150 }, (_, k) => `line ${k}\n`).join('');
  assert.is(at.read('results/m/text.txt'), lines);
});

run('refuses a result whose input file changed meanwhile', async () => {
  at.write('in.txt', 'one\n');
  const text = `${head}  a: { uses: source, with: { file: in.txt } }\n`;
  const ran = await at.run(text, {
    watch: (event) => {
      if (event.kind === 'task-started') at.write('in.txt', 'two\n');
    },
  });
  assert.match(
    ran.of('task-failed')[0]!.message,
    /in\.txt changed while the task was running.*run again$/,
  );
  const again = await at.run(text);
  assert.is(again.counts.done, 1);
  assert.is(at.read('results/a/text.txt'), 'two\n');
});

run('a file that is not there any more fails its task with its name', async () => {
  at.write('in.txt', 'one\n');
  const ran = await at.run(
    `${head}  n: { uses: count, with: { to: 1 } }
  a: { uses: source, with: { file: in.txt }, after: n }
`,
    {
      watch: (event) => {
        if (event.kind === 'task-started') rmSync(at.path('in.txt'), { force: true });
      },
    },
  );
  assert.match(ran.of('task-failed')[0]!.message, /in\.txt does not exist$/);
});

run('heals a changed intermediate from its own inputs and says so', async () => {
  at.write('in.txt', 'one\n');
  const first = await at.run(chain());
  const end = first.ended[0]!;
  if (end.kind !== 'record') throw new Error('no record');
  const output = end.record.outputs.text!;
  const cache = openCache(at.cacheFolder);
  const blob = cache.pathOf(output.digest);
  cache.close();
  const { chmodSync, writeFileSync } = await import('node:fs');
  chmodSync(blob, 0o644);
  writeFileSync(blob, 'evil\n');
  await sleep(10);
  const again = await at.run(chain());
  assert.equal(again.executed, ['a']);
  assert.match(again.of('task-started')[0]!.because, /^tampered: output text was changed/);
});

run('nothing is left in the temporary folder', async () => {
  at.write('in.txt', 'one\n');
  await at.run(chain());
  assert.equal(readdirSync(at.path('cache/tmp')), []);
  assert.equal(readdirSync(at.path('cache/leases')), []);
  assert.equal(readdirSync(at.path('cache/owners')), []);
});

run.run();
