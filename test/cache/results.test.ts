/** Final outputs under results/, and what garbage collection takes and leaves. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Disk } from '../../cache/disk.ts';
import { type Cache, openCache, sha256 } from '../../cache/index.ts';
import { ownIdentity } from '../../cache/process.ts';
import { memoryDisk } from './memory-disk.ts';
import { actionNamed, freshCache, freshFolder, perform, recordFor } from './rig.ts';

const results = suite('results');

async function setUp(...texts: readonly string[]) {
  const cache = freshCache();
  const root = join(freshFolder(), 'results');
  const contents = await Promise.all(texts.map((text) => cache.addBytes(Buffer.from(text))));
  return { cache, root, contents };
}

results('appear as copies that can be edited, not as links into the store', async () => {
  const { cache, root, contents } = await setUp('one');
  const path = 'density/DP-M/Fe/state.xyz';
  assert.equal(cache.materialise(contents[0]!, root, path), { kind: 'written' });
  const file = join(root, path);
  assert.is(readFileSync(file, 'utf8'), 'one');
  assert.not.equal(statSync(file).ino, statSync(cache.pathOf(contents[0]!.digest)).ino);
  assert.ok(statSync(file).mode & 0o200);
  writeFileSync(file, 'edited');
  assert.is(readFileSync(cache.pathOf(contents[0]!.digest), 'utf8'), 'one');
});

results(
  'are left alone when they are right, replaced when ours are old, restored when gone',
  async () => {
    const { cache, root, contents } = await setUp('one', 'two');
    const [one, two] = contents;
    cache.materialise(one!, root, 'a.txt');
    const before = statSync(join(root, 'a.txt')).mtimeMs;
    assert.equal(cache.materialise(one!, root, 'a.txt'), { kind: 'kept' });
    assert.is(statSync(join(root, 'a.txt')).mtimeMs, before);
    // What was written is remembered by another process, too.
    const later = openCache(cache.folder);
    assert.equal(later.materialise(two!, root, 'a.txt'), { kind: 'replaced' });
    unlinkSync(join(root, 'a.txt'));
    assert.equal(later.materialise(two!, root, 'a.txt'), { kind: 'written' });
    assert.is(readFileSync(join(root, 'a.txt'), 'utf8'), 'two');
  },
);

for (const canClone of [true, false])
  results(
    `of many bytes are ${canClone ? 'cloned' : 'copied and read'}, never trusted`,
    async () => {
      const disk = memoryDisk();
      const read: string[] = [];
      const watched: Disk = {
        ...disk,
        clone: (from, to, mode) => canClone && disk.clone(from, to, mode),
        chunks: (path) => {
          read.push(path);
          return disk.chunks(path);
        },
      };
      const life = { identify: ownIdentity, beat: () => () => {} };
      const open = (): Cache => openCache('/cache', { disk: watched, life });
      const cache = open();
      const content = await cache.addBytes(Buffer.alloc(2 << 20, 'iron '));
      const blob = cache.pathOf(content.digest);
      disk.stamp(blob, { mtimeNs: 1n, ctimeNs: 1n });
      cache.digestFile(blob);
      disk.makeFolder('/results');
      read.length = 0;
      assert.equal(cache.materialise(content, '/results', 'a.txt'), { kind: 'written' });
      assert.is(read.length, canClone ? 0 : 1);
      assert.is(disk.read('/results/a.txt').length, content.size);
      // The source is not what it was.
      disk.append(blob, 'x');
      assert.throws(() => open().materialise(content, '/results', 'b.txt'), 'changed while');
      assert.is(disk.stat('/results/b.txt'), undefined);
    },
  );

results('that were changed are restored, and the changed file is kept beside them', async () => {
  const { cache, root, contents } = await setUp('one');
  cache.materialise(contents[0]!, root, 'a.txt');
  writeFileSync(join(root, 'a.txt'), 'my notes');
  const restored = cache.materialise(contents[0]!, root, 'a.txt');
  assert.ok(restored.kind === 'restored');
  assert.is(readFileSync(restored.aside, 'utf8'), 'my notes');
  assert.is(readFileSync(join(root, 'a.txt'), 'utf8'), 'one');
});

results('never overwrite a file of the user', async () => {
  const { cache, root, contents } = await setUp('one');
  mkdirSync(root);
  writeFileSync(join(root, 'a.txt'), 'my own');
  mkdirSync(join(root, 'b.txt'));
  for (const name of ['a.txt', 'b.txt']) {
    const refused = cache.materialise(contents[0]!, root, name);
    assert.ok(refused.kind === 'refused');
    assert.ok(refused.because.startsWith(join(root, name)), refused.because);
    assert.match(refused.because, /move it away/);
  }
  assert.is(readFileSync(join(root, 'a.txt'), 'utf8'), 'my own');
  // A file that happens to be right is taken as ours.
  writeFileSync(join(root, 'c.txt'), 'one');
  assert.equal(cache.materialise(contents[0]!, root, 'c.txt'), { kind: 'kept' });
});

results('are never written through a symbolic link, nor outside their folder', async () => {
  const { cache, root, contents } = await setUp('one');
  const elsewhere = freshFolder();
  mkdirSync(root);
  writeFileSync(join(elsewhere, 'theirs.txt'), 'theirs');
  symlinkSync(join(elsewhere, 'theirs.txt'), join(root, 'a.txt'));
  symlinkSync(elsewhere, join(root, 'folder'));
  symlinkSync(join(elsewhere, 'nowhere'), join(root, 'dangling.txt'));
  for (const name of ['a.txt', 'folder/theirs.txt', 'dangling.txt']) {
    const refused = cache.materialise(contents[0]!, root, name);
    assert.ok(refused.kind === 'refused', name);
    assert.match(refused.because, /symbolic link/);
  }
  assert.equal(readdirSync(elsewhere), ['theirs.txt']);
  assert.is(readFileSync(join(elsewhere, 'theirs.txt'), 'utf8'), 'theirs');
  for (const name of ['../a.txt', 'a/../../b', '/tmp/a.txt', '.', 'a\0b'])
    assert.throws(() => cache.materialise(contents[0]!, root, name), /no path inside the results/);
  // The folder itself may be a link: that is where the user wants results to be.
  const linked = join(freshFolder(), 'results');
  symlinkSync(elsewhere, linked);
  assert.equal(cache.materialise(contents[0]!, linked, 'mine.txt'), { kind: 'written' });
  assert.ok(existsSync(join(elsewhere, 'mine.txt')));
});

results('may have any name that the file system can hold', async () => {
  const { cache, root, contents } = await setUp('one', 'two');
  for (const name of ['ü'.repeat(127), 'line\nbreak', '-rf', '… 數.txt', 'a'.repeat(255)]) {
    assert.equal(cache.materialise(contents[0]!, root, name), { kind: 'written' }, name);
    writeFileSync(join(root, name), 'changed');
    assert.is(openCache(cache.folder).materialise(contents[1]!, root, name).kind, 'restored');
  }
});

// ── Garbage collection ──────────────────────────────────────────────────────────────────────

const collection = suite('garbage collection');

/** Lets every blob look older than what is spared as work in progress. */
function ageBlobs(cache: Cache): void {
  const past = new Date(Date.now() - 48 * 3_600_000);
  const blobs = join(cache.folder, 'cas', 'sha256');
  for (const prefix of readdirSync(blobs))
    for (const rest of readdirSync(join(blobs, prefix)))
      utimesSync(join(blobs, prefix, rest), past, past);
}

async function threeRuns(): Promise<Cache> {
  const cache = freshCache();
  for (const [run, names] of [
    ['2026-11-01', ['a', 'b']],
    ['2026-11-02', ['b', 'c']],
    ['2026-11-03', ['d']],
  ] as const) {
    const root = cache.run(run);
    for (const name of names) root.need(actionNamed(name).key);
    for (const name of names) await perform(cache, name, `text of ${name}`);
  }
  await cache.addBytes(Buffer.from('of a failed attempt'));
  return cache;
}

function present(cache: Cache): string {
  return ['a', 'b', 'c', 'd']
    .filter((name) => existsSync(cache.pathOf(sha256(`text of ${name}`))))
    .join('');
}

collection('spares everything young', async () => {
  const cache = await threeRuns();
  assert.equal(cache.gc({ keepRuns: 0 }).removed, { blobs: 0, bytes: 0 });
});

collection('takes what no run needs, and says so before in a dry run', async () => {
  const cache = await threeRuns();
  ageBlobs(cache);
  const dry = cache.gc({ dryRun: true });
  assert.equal(dry.removed, { blobs: 1, bytes: 19 });
  assert.is(cache.stats().blobs.count, 5);
  assert.equal(cache.gc(), dry);
  assert.is(cache.stats().blobs.count, 4);
  assert.is(present(cache), 'abcd');
});

collection('keeps what the newest runs need, and every record', async () => {
  const cache = await threeRuns();
  ageBlobs(cache);
  cache.gc({ keepRuns: 2 });
  assert.is(present(cache), 'bcd');
  assert.is(cache.stats().records.count, 4);
  const found = cache.find(actionNamed('a').key);
  assert.ok(found.kind === 'miss' && found.reason === 'evicted');
  // Made again, it is the same result.
  assert.equal(await perform(cache, 'a', 'text of a'), { kind: 'same' });
});

collection('takes the oldest first until the rest fits', async () => {
  const cache = await threeRuns();
  ageBlobs(cache);
  cache.gc({ keepRuns: 1, maxSize: 28 });
  assert.is(present(cache), 'bcd');
  cache.gc({ keepRuns: 1, maxSize: 0 });
  assert.is(present(cache), 'd', 'what a kept run needs stays, whatever the size');
});

collection('leaves alone what a run has begun to need meanwhile', async () => {
  const cache = await threeRuns();
  ageBlobs(cache);
  const root = cache.run('2026-11-04');
  root.need(actionNamed('a').key);
  cache.gc({ keepRuns: 1 });
  assert.is(present(cache), 'a');
});

collection('keeps what a file pins, as long as it is there', async () => {
  const cache = await threeRuns();
  ageBlobs(cache);
  const lock = join(freshFolder(), 'study.lock');
  writeFileSync(lock, '');
  cache.pin(lock, [actionNamed('a').key]);
  cache.gc({ keepRuns: 1, maxSize: 0 });
  assert.match(present(cache), 'a');
  unlinkSync(lock);
  cache.gc({ keepRuns: 1, maxSize: 0 });
  assert.not.match(present(cache), 'a');
});

collection('spares old bytes that were stored again just now', async () => {
  const cache = await threeRuns();
  ageBlobs(cache);
  await cache.addBytes(Buffer.from('text of a'));
  cache.gc({ keepRuns: 0 });
  assert.is(present(cache), 'a');
});

collection('removes checkpoints of finished actions, not of unfinished ones', async () => {
  const cache = await threeRuns();
  for (const name of ['a', 'unfinished'])
    cache.checkpoint(actionNamed(name).key).save(Buffer.from('state'));
  assert.is(cache.gc().leftovers, 1);
  assert.equal(readdirSync(join(cache.folder, 'ckpt')), [actionNamed('unfinished').key]);
});

collection('counts what there is', async () => {
  const cache = await threeRuns();
  const lease = await cache.waitForLease(actionNamed('e').key);
  await cache.commit(
    { ...recordFor('e', {}), outcome: 'inconclusive', reason: 'the solid melted' },
    lease,
  );
  const stats = cache.stats();
  assert.equal(stats.blobs, { count: 5, bytes: 4 * 9 + 19 });
  assert.equal(stats.unnamed, { count: 1, bytes: 19 });
  assert.equal([stats.records.count, stats.records.inconclusive, stats.runs], [5, 1, 3]);
});

results.run();
collection.run();
