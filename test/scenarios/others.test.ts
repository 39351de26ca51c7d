/** Scenarios 18 to 20 and 22, from Snakemake, Nextflow, bazel-remote and HyperQueue. */
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache } from '../../cache/index.ts';
import type { Outcome } from '../../engine/step.ts';
import { memoryDisk } from '../cache/memory-disk.ts';
import { otherLife } from '../cache/rig.ts';
import { literal, output, somewhere, step, study } from '../plan/rig.ts';
import { type Desk, drawing, inProcess, runIn } from '../run/in-process.ts';
import { endWorkers, failures, type Project, run, withInput } from './rig.ts';

const others = suite('other engines');

let at: Project;
others.before.each(() => {
  at = withInput();
});
others.after.each(() => at.close());
others.after(endWorkers);

const A = '  a: { uses: source, with: { file: in.txt } }\n';
const B = '  b: { uses: join, with: { parts: $a.text } }\n';

// ── 18. Snakemake ───────────────────────────────────────────────────────────────────────────

others('18. test_scatter_gather', async () => {
  await run(
    at,
    `${A}  part: { uses: join, matrix: { x: [1, 2, 3] }, with: { parts: $a.text, suffix: $matrix.x } }
  all: { uses: join, with: { parts: $part.*.text } }
`,
  );
  assert.is(at.read('results/all/text.txt').length, 15);
});

others(
  '18. test_failed_intermediate: mended, it and what follows run, and nothing else',
  async () => {
    const text = `${A}  mid: { uses: trouble, with: { how: 'no', trace: ${at.path('mended')}, parts: $a.text } }
  last: { uses: join, with: { parts: $mid.text } }
`;
    const first = await run(at, text);
    assert.equal(failures(first), ['mid: not yet']);
    at.write('mended', '');
    assert.equal((await run(at, text)).executed, ['mid', 'last']);
    assert.equal((await run(at, text)).executed, []);
  },
);

others('18. test_retries: each attempt leaves its folder, and no attempt is in a key', async () => {
  const text = (times: number): string => `  e:
    uses: exec
    with: { command: [sh, -c, 'echo x >> ${at.path('attempts')}; test -e ${at.path('there')}; echo $? > out; exit $(cat out)'] }
    outputs: { out: { file: out, type: lines } }
    retry: { times: ${times}, wait: 0.01 s }
`;
  const ran = await run(at, text(2));
  assert.is(at.read('attempts'), 'x\nx\nx\n');
  assert.is(ran.of('task-retrying').length, 2);
  const [failed] = ran.of('task-failed');
  assert.match(failed!.folder!, /failed\/e~3$/);
  for (const attempt of ['e', 'e~2', 'e~3'])
    assert.is(readFileSync(join(dirname(failed!.folder!), attempt, 'out'), 'utf8'), '1\n');
  at.write('there', '');
  assert.is((await run(at, text(1))).counts.done, 1);
  assert.equal((await run(at, text(5))).executed, []);
});

others('18. test_restartable_job: goes on from its checkpoint, with the same bytes', async () => {
  const stop = new AbortController();
  const text = '  n: { uses: count, with: { to: 90, pause: 3 } }\n';
  await run(at, text, {
    signal: stop.signal,
    watch: (event) => {
      if (event.kind === 'task-progress' && event.fraction > 0.4) stop.abort(new Error('stop'));
    },
  });
  const on = await run(at, text);
  assert.ok(on.of('task-started')[0]?.resumed);
  assert.is(at.read('results/n/text.txt').split('\n').length, 91);
});

others('18. test_unlock: what a dead engine holds needs no unlocking', async () => {
  const [started] = (await run(at, A)).of('task-started');
  rmSync(at.cacheFolder, { recursive: true });
  const dead = openCache(at.cacheFolder, { life: otherLife() });
  assert.ok(dead.lease(started!.key) !== undefined);
  assert.equal((await run(at, A)).executed, ['a']);
});

others(
  '18. test_incomplete_params: what was interrupted with other parameters is not used',
  async () => {
    const text = (to: number): string => `  n: { uses: count, with: { to: ${to}, pause: 3 } }\n`;
    const stop = new AbortController();
    await run(at, text(100), {
      signal: stop.signal,
      watch: (event) => {
        if (event.kind === 'task-progress' && event.fraction > 0.3) stop.abort(new Error('stop'));
      },
    });
    const other = await run(at, text(30));
    assert.not.ok(other.of('task-started')[0]!.resumed);
    assert.is(at.read('results/n/text.txt').split('\n').length, 31);
  },
);

others(
  '18. test_params_outdated_code: another program runs again, another remark does not',
  async () => {
    const text = `  e:
    uses: exec
    with: { command: [sh, go.sh], files: { go.sh: go.sh }, stdout: out }
    outputs: { out: { file: out, type: lines } }
`;
    at.write('go.sh', 'echo 1\n');
    await run(at, text);
    assert.equal((await run(at, `# a remark\n${text}`)).executed, []);
    at.write('go.sh', 'echo 2\n');
    assert.equal((await run(at, text)).executed, ['e']);
  },
);

others('18. test_ensure: an output that is missing, or not what it should be, fails', async () => {
  const ran = await run(
    at,
    `  none:
    uses: exec
    with: { command: [sh, -c, 'true'] }
    outputs: { out: { file: out, type: lines } }
  word:
    uses: exec
    with: { command: [echo, many], stdout: n }
    outputs: { n: { file: n, type: integer } }
`,
  );
  const said = failures(ran).sort();
  assert.match(said[0]!, /^none: output out: the program did not write out/);
  assert.match(said[1]!, /^word: output n: /);
});

others('18. test_delete_output: deleted results come back without a run', async () => {
  await run(at, A + B);
  for (const gone of ['results/a', 'results/b/text.txt', 'results']) {
    rmSync(at.path(gone), { recursive: true });
    assert.equal((await run(at, A + B)).executed, [], gone);
    assert.is(at.read('results/b/text.txt'), 'one\n');
  }
});

others('18. test_cyclic_dependency: each edge is named with its place', () => {
  const text = `curie: v1
study: toy
steps:
  a: { uses: join, with: { parts: $c.text } }
  b: { uses: join, with: { parts: $a.text } }
  c: { uses: join, with: { parts: $b.text } }
`;
  assert.throws(
    () => at.load(text),
    ({ message }: Error) =>
      /need each other|cycle/.test(message) &&
      [4, 5, 6].every((line) => message.includes(`:${line}:`)),
  );
});

const toy = step('toy', {
  n: { kind: 'integer' },
  from: { kind: 'list', of: { kind: 'artifact', type: 'text' }, default: [] },
});

const perform = (desk: Desk): Outcome => ({
  kind: 'done',
  outputs: { out: desk.write('out.txt', String(desk.values.n)) },
});

others('18. test_many_jobs: a thousand tasks and one that takes from all', async () => {
  const count = 1000;
  const items = Array.from({ length: count }, (_, k) => output(k));
  const many = study(
    ...items.map((_, n) => ({ name: `part/${n}`, of: toy, inputs: { n: literal(n) } })),
    {
      name: 'all',
      of: toy,
      inputs: { n: literal(-1), from: { kind: 'list', items, span: somewhere } },
    },
  );
  const disk = memoryDisk();
  const go = async () => {
    const cache = openCache('/cache', { disk, life: otherLife() });
    const ran = await runIn(many, cache, inProcess(disk, perform, drawing(1)));
    cache.close();
    return ran.counts;
  };
  assert.is((await go()).done, count + 1);
  assert.is((await go()).restored, count + 1);
});

// ── 19. Nextflow ────────────────────────────────────────────────────────────────────────────

others('19. #6884: a task that succeeded at a later attempt is not run again', async () => {
  const text = `  b: { uses: trouble, with: { how: 'no', trace: ${at.path('there')} } }\n`;
  for (let attempt = 0; attempt < 3; attempt++) assert.is((await run(at, text)).counts.failed, 1);
  at.write('there', '');
  assert.equal((await run(at, text)).executed, ['b']);
  assert.equal((await run(at, text)).executed, []);
});

others('19. #4106: the name under which a program finds a file counts', async () => {
  const text = (name: string): string => `  e:
    uses: exec
    with: { command: [sh, -c, 'ls'], files: { ${name}: in.txt }, stdout: out }
    outputs: { out: { file: out, type: lines } }
`;
  await run(at, text('a.txt'));
  assert.equal((await run(at, text('b.txt'))).executed, ['e']);
  assert.match(at.read('results/e/out.dat'), /^b\.txt$/m);
  at.write('other.txt', 'one\ntwo\n');
  assert.equal((await run(at, text('b.txt').replace('in.txt', 'other.txt'))).executed, []);
});

others('19. #1408: blank lines, remarks and order change nothing', async () => {
  await run(at, A + B);
  const again = `\n# a remark\n  b:\n\n    with:\n      parts:   [ $a.text ]\n    uses: "join"\n\n${A}`;
  assert.equal((await run(at, again)).executed, []);
});

// ── 20. bazel-remote ────────────────────────────────────────────────────────────────────────

/** Where the bytes of the first task's text are. */
async function blobOf(steps: string): Promise<string> {
  const end = (await run(at, steps)).ended[0]!;
  if (end.kind !== 'record') throw new Error('no record');
  const cache = openCache(at.cacheFolder);
  const path = cache.pathOf(end.record.outputs.text!.digest);
  cache.close();
  return path;
}

others('20. a record whose bytes are missing is a miss, and says why', async () => {
  unlinkSync(await blobOf(A));
  const ran = await run(at, A + B);
  assert.is(
    ran.of('task-started')[0]?.because,
    'evicted: output text was collected from the cache',
  );
  assert.is(at.read('results/b/text.txt'), 'one\n');
});

for (const [what, bytes] of [
  ['digest', 'two\n'],
  ['size', 'one\none\n'],
] as const)
  others(`20. bytes of another ${what} are refused`, async () => {
    const blob = await blobOf(A);
    chmodSync(blob, 0o644);
    writeFileSync(blob, bytes);
    const ran = await run(at, A + B);
    assert.match(ran.of('task-started')[0]!.because, /^tampered: /);
    assert.is(at.read('results/b/text.txt'), 'one\n');
  });

others(
  '20. eviction and its accounts: the bytes that no kept run needs, and not one more',
  async () => {
    const old = await blobOf(A);
    at.write('in.txt', 'another first line\n');
    const fresh = await blobOf(A);
    const cache = openCache(at.cacheFolder);
    const { blobs } = cache.stats();
    assert.equal(blobs, { count: 2, bytes: 4 + 19 });
    assert.is(cache.gc({ keepRuns: 1 }).removed.blobs, 0, 'what is younger than a day stays');
    const then = new Date(Date.now() - 2 * 24 * 3600 * 1000);
    for (const blob of [old, fresh]) utimesSync(blob, then, then);
    assert.equal(cache.gc({ keepRuns: 1, dryRun: true }).removed, { blobs: 1, bytes: 4 });
    assert.equal(cache.gc({ keepRuns: 1 }).removed, { blobs: 1, bytes: 4 });
    assert.equal(cache.stats().blobs, { count: 1, bytes: 19 });
    cache.close();
    assert.equal([existsSync(old), existsSync(fresh)], [false, true]);
    // The record has outlived its bytes.
    at.write('in.txt', 'one\ntwo\n');
    const again = await run(at, A);
    assert.is(
      again.of('task-started')[0]?.because,
      'evicted: output text was collected from the cache',
    );
  },
);

others('20. concurrent puts of the same bytes store them once', async () => {
  const text = `  n: { uses: join, matrix: { x: [1, 2, 3, 4, 5, 6] }, with: { parts: $a.text } }\n`;
  const same = text.replace('with: { parts: $a.text }', "with: { parts: [$a.text], suffix: '' }");
  await run(at, A + text + same.replace('  n:', '  m:'));
  const folders = readdirSync(at.path('cache/cas/sha256'), { recursive: true });
  assert.is(folders.filter((path) => String(path).includes('/')).length, 1);
});

others('20. skip_cache_lookup: a forced task overwrites what the cache had, openly', async () => {
  const text = `  e:
    uses: exec
    with: { command: [sh, -c, 'head -c 8 /dev/urandom | od -An -tx1'], stdout: out }
    outputs: { out: { file: out, type: lines } }
`;
  await run(at, text);
  const before = at.read('results/e/out.dat');
  const forced = await run(at, text, { forced: ['e'] });
  assert.is(forced.of('task-started')[0]?.because, 'forced');
  const now = at.read('results/e/out.dat');
  assert.not.equal(now, before);
  assert.equal((await run(at, text)).executed, []);
  assert.is(at.read('results/e/out.dat'), now);
});

// ── 22. GPUs ────────────────────────────────────────────────────────────────────────────────

others('22. tasks on devices never overlap; a program sees the one that it has', async () => {
  // Shares, processes and refusals are in test/run/devices and test/run/resources.
  const log = at.path('log');
  const text = `  e:
    uses: exec
    matrix: { x: [1, 2, 3, 4, 5, 6] }
    with:
      command: [sh, -c, 'echo + $CUDA_VISIBLE_DEVICES >> ${log}; sleep 0.05; echo - $CUDA_VISIBLE_DEVICES >> ${log}; echo $1', sh, '{values.x}']
      values: { x: $matrix.x }
      stdout: out
    resources: { gpu: 1 }
    outputs: { out: { file: out, type: lines } }
`;
  const capacity = { cores: 4, gpus: ['GPU-a', 'GPU-b'] };
  const ran = await run(at, text, { capacity });
  assert.equal(failures(ran), []);
  const held = new Set<string>();
  const seen = new Set<string>();
  for (const line of at.read('log').trim().split('\n')) {
    const [sign, device] = line.split(' ') as [string, string];
    if (sign === '+') assert.not.ok(held.has(device), `${device} has two users`);
    if (sign === '+') held.add(device);
    else held.delete(device);
    seen.add(device);
  }
  assert.equal([...seen].sort(), ['GPU-a', 'GPU-b']);
});

others.run();
