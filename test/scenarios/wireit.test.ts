/** Scenarios 1 to 12, from wireit. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import type { Outcome } from '../../engine/step.ts';
import type { ExpandedStudy } from '../../engine/study/expanded.ts';
import { memoryDisk } from '../cache/memory-disk.ts';
import { otherLife } from '../cache/rig.ts';
import { trial } from '../cli/rig.ts';
import { literal, output, step, study } from '../plan/rig.ts';
import { type Desk, drawing, inProcess, runIn } from '../run/in-process.ts';
import { KillRounds } from '../run/kill-rounds.ts';
import { endWorkers, failures, type Project, run, withInput } from './rig.ts';

const wireit = suite('wireit');

let at: Project;
wireit.before.each(() => {
  at = withInput();
});
wireit.after.each(() => at.close());
wireit.after(endWorkers);

const A = '  a: { uses: source, with: { file: in.txt } }\n';
const B = '  b: { uses: join, with: { parts: $a.text } }\n';

wireit('1. fresh script is skipped', async () => {
  assert.equal((await run(at, A + B)).executed, ['a', 'b']);
  const again = await run(at, A + B);
  assert.equal([again.executed, again.counts.restored], [[], 2]);
});

wireit('2. changing input file modtime does not make script stale', async () => {
  await run(at, A + B);
  for (const seconds of [-3600, 3600]) {
    const then = new Date(Date.now() + 1000 * seconds);
    utimesSync(at.path('in.txt'), then, then);
    assert.equal((await run(at, A + B)).executed, []);
  }
});

wireit('3. content of symlink targets affects key', async () => {
  symlinkSync('in.txt', at.path('link'));
  const linked = A.replace('in.txt', 'link');
  await run(at, A);
  assert.equal((await run(at, linked)).executed, [], 'the same bytes by another name');
  at.write('in.txt', 'three\n');
  assert.equal((await run(at, linked)).executed, ['a']);
  assert.is(at.read('results/a/text.txt'), 'three\n');
  at.write('other.txt', 'one\ntwo\n');
  unlinkSync(at.path('link'));
  symlinkSync('other.txt', at.path('link'));
  assert.equal((await run(at, linked)).executed, [], 'where it leads does not count');
});

wireit('3. symlinks among outputs are kept as what they lead to', async () => {
  const linking = `  s:
    uses: exec
    with: { command: [sh, -c, 'echo real > real; ln -s real out; ln -s ../../.. folder'] }
    outputs: { out: { file: out, type: lines } }
`;
  const ran = await run(at, linking);
  assert.equal(failures(ran), []);
  assert.is(at.read('results/s/out.dat'), 'real\n');
  rmSync(at.path('results'), { recursive: true });
  assert.equal((await run(at, linking)).executed, []);
  assert.is(at.read('results/s/out.dat'), 'real\n');
});

wireit('4. fingerprint is independent of file ordering', async () => {
  at.write('b.txt', 'b\n');
  const files = (...order: readonly string[]): string =>
    `  e:
    uses: exec
    with: { command: [sh, -c, 'cat *.txt'], files: { ${order.join(', ')} }, stdout: out }
    outputs: { out: { file: out, type: lines } }
`;
  const [one, two] = ['in.txt: in.txt', 'b.txt: b.txt'];
  await run(at, files(one, two));
  assert.equal((await run(at, files(two, one))).executed, []);
});

wireit('4. fingerprint is independent of dependency ordering', async () => {
  const gather = (...labels: readonly number[]): string => `${A}  b:
    uses: join
    matrix: { x: [${labels.join(', ')}] }
    with: { parts: $a.text, suffix: $matrix.x }
  c: { uses: join, with: { parts: $b.*.text } }
`;
  await run(at, gather(1, 2, 3));
  assert.equal((await run(at, gather(3, 1, 2))).executed, []);
});

wireit('5. script is not fresh if output file is modified externally', async () => {
  const first = await run(at, A + B);
  at.write('results/a/text.txt', 'mine\n');
  const restored = await run(at, A + B);
  assert.equal(restored.executed, []);
  assert.is(at.read('results/a/text.txt'), 'one\n');
  assert.match(restored.of('task-warned')[0]!.message, /had been changed by hand/);
  // In the store it is made again, and what was made of it stays.
  const end = first.ended[0]!;
  if (end.kind !== 'record') throw new Error('no record');
  const cache = openCache(at.cacheFolder);
  const blob = cache.pathOf(end.record.outputs.text!.digest);
  cache.close();
  chmodSync(blob, 0o644);
  writeFileSync(blob, 'evil');
  const healed = await run(at, A + B);
  assert.equal(healed.executed, ['a']);
  assert.match(healed.of('task-started')[0]!.because, /^tampered: output text was changed/);
});

wireit('6. cascade:false dependency does not inherit fingerprint', async () => {
  await run(at, A + B);
  at.write('in.txt', 'one\nthree\n');
  assert.equal((await run(at, A + B)).executed, ['a']);
});

wireit('7. SIGKILL during cache save never leaves a short entry', async () => {
  const rounds = new KillRounds();
  // Number 1 kills at a change of the disk; test/run/faults does so at every one of them.
  await rounds.round(1, drawing(7));
  rounds.close();
});

wireit('8. scripts acquire exclusive locks across processes', async () => {
  const text = '  n: { uses: count, with: { to: 60, pause: 5 } }\n';
  const [one, two] = await Promise.all([run(at, text), run(at, text)]);
  assert.is(one.executed.length + two.executed.length, 1);
  assert.is(one.of('task-elsewhere').length + two.of('task-elsewhere').length, 1);
});

wireit('8. takeover after SIGKILL', async () => {
  const text = '  n: { uses: count, with: { to: 100, pause: 5 } }\n';
  at.write('study.yaml', `curie: v1\nstudy: toy\nsteps:\n${text}`);
  const child = startEngine(at);
  const checkpoints = at.path('cache/ckpt');
  while (!existsSync(checkpoints) || readdirSync(checkpoints).length === 0) await sleep(20);
  child.kill('SIGKILL');
  const begin = performance.now();
  const ran = await run(at, text);
  assert.ok(ran.of('task-started')[0]?.resumed);
  assert.ok(performance.now() - begin < 20_000, 'at once, without an unlock by hand');
});

function startEngine({ folder }: Project): ChildProcess {
  const script = new URL('../run/killed-engine.ts', import.meta.url).pathname;
  return spawn(process.execPath, [script, folder, '0'], { stdio: 'ignore' });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  wireit(`9. top-level ${signal} kills running scripts`, async () => {
    const cli = trial();
    cli.write(
      'study.yaml',
      `curie: v1
study: toy
steps:
  e:
    uses: exec
    with: { command: [sh, -c, 'sleep 1000 & wait'], stdout: out }
    outputs: { out: { file: out, type: lines } }
`,
    );
    const running = cli.start(['run', 'study.yaml']);
    await running.until(/e {2}started/);
    const children = (): number[] =>
      readdirSync('/proc')
        .filter((pid) => commandOf(pid) === 'sleep\u00001000\u0000')
        .map(Number);
    while (children().length === 0) await sleep(20);
    running.process.kill(signal);
    assert.is((await running.ended).code, 130);
    for (let k = 0; children().length > 0; k++) {
      assert.ok(k < 250, 'it is alive after 5 s');
      await sleep(20);
    }
    cli.close();
  });

function commandOf(pid: string): string {
  if (!/^\d+$/.test(pid)) return '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

wireit(
  '9. failure modes: independent work goes on, what needs a failure does not begin',
  async () => {
    const ran = await run(
      at,
      `${A}${B}  bad: { uses: trouble, with: { how: step-error } }
  after: { uses: join, with: { parts: $bad.text } }
`,
    );
    assert.equal([...ran.executed].sort(), ['a', 'b', 'bad']);
    assert.equal(
      ran.of('task-blocked').map(({ task }) => task),
      ['after'],
    );
  },
);

const toy = step('toy', {
  from: { kind: 'artifact', type: 'text', optional: true },
  n: { kind: 'integer' },
});

function chainOf(n: number): ExpandedStudy {
  return study(
    ...Array.from({ length: n }, (_, k) => ({
      name: `task-${k}`,
      of: toy,
      inputs: { n: literal(k), ...(k > 0 && { from: output(k - 1) }) },
    })),
  );
}

wireit('10. extremely large script graph: a chain beyond where wireit fails runs', async () => {
  // Plans of 100,000 tasks are in test/plan, runs of them in bench/engine.
  const disk = memoryDisk();
  const cache = openCache('/cache', { disk, life: otherLife() });
  const perform = (desk: Desk): Outcome => ({
    kind: 'done',
    outputs: { out: desk.write('out.txt', String(desk.values.n)) },
  });
  const ran = await runIn(chainOf(4000), cache, inProcess(disk, perform, drawing(1)));
  assert.is(ran.counts.done, 4000);
  cache.close();
  const again = openCache('/cache', { disk, life: otherLife() });
  assert.is(
    (await runIn(chainOf(4000), again, inProcess(disk, perform, drawing(1)))).counts.restored,
    4000,
  );
});

wireit('11. unexpected input file deletion during fingerprinting', async () => {
  const text = `  n: { uses: count, with: { to: 1 } }
  a: { uses: source, with: { file: in.txt }, after: n }
`;
  const ran = await run(at, text, {
    watch: (event) => {
      if (event.kind === 'task-started') rmSync(at.path('in.txt'), { force: true });
    },
  });
  assert.match(failures(ran).join(), /^a: .*in\.txt does not exist$/);
});

wireit('11. unexpected output file deletion during manifest generation', async () => {
  const ran = await run(at, '  bad: { uses: trouble, with: { how: no-file } }\n');
  assert.equal(failures(ran), ['bad: output text: the step did not write out.txt']);
});

wireit('12. errors if caching output outside of the package', async () => {
  const ran = await run(at, '  bad: { uses: trouble, with: { how: outside } }\n');
  assert.equal(failures(ran), ["bad: output text: ../outside.txt is not in the task's folder"]);
  const declared = `  e:
    uses: exec
    with: { command: [sh, -c, 'echo'], stdout: ../out }
    outputs: { out: { file: ../out, type: lines } }
`;
  assert.throws(() => at.load(`curie: v1\nstudy: toy\nsteps:\n${declared}`), /names no file in/);
});

wireit('12. cleaning deletes symlinks but not their targets', async () => {
  at.write('mine.txt', 'mine\n');
  const ran = await run(
    at,
    `  e:
    uses: exec
    with: { command: [sh, -c, 'ln -s ${at.folder} here; ln -s ${at.path('mine.txt')} mine; echo > out'] }
    outputs: { out: { file: out, type: lines } }
  bad:
    uses: exec
    with: { command: [sh, -c, 'ln -s ${at.folder} here; exit 1'] }
    outputs: { out: { file: out, type: lines } }
`,
  );
  assert.equal([ran.counts.done, ran.counts.failed], [1, 1]);
  const cache = openCache(at.cacheFolder);
  cache.gc({ keepRuns: 0 });
  cache.close();
  assert.is(at.read('mine.txt'), 'mine\n');
  assert.equal(readdirSync(at.path('cache/tmp')), []);
});

wireit.run();
