/** Bytes and records: what comes back, what is noticed, what costs no write. */
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cache,
  canonicalJson,
  digestOf,
  openCache,
  openCheckpoint,
  sha256,
} from '../../cache/index.ts';
import { type MemoryDisk, memoryDisk } from './memory-disk.ts';
import {
  actionNamed,
  failureOf,
  freshCache,
  freshFolder,
  otherLife,
  perform,
  recordFor,
  restored,
} from './rig.ts';

const store = suite('the store');

function overwrite(path: string, change: (bytes: Buffer) => Buffer): void {
  const bytes = readFileSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, change(bytes));
}

function blobOf(cache: Cache, text: string): string {
  return cache.pathOf(sha256(text));
}

store('gives back what was stored, also to another process later', async () => {
  const cache = freshCache();
  assert.equal(cache.find(actionNamed('a').key), { kind: 'miss', reason: 'first' });
  assert.equal(await perform(cache, 'a', 'forty-two'), { kind: 'first' });
  cache.close();
  const later = openCache(cache.folder);
  assert.is(restored(later, 'a', readFileSync), '= forty-two');
  assert.equal(later.recordOf(actionNamed('a').key)?.action, { test: 'a' });
});

store('keeps blobs read-only and leaves no temporary file behind', async () => {
  const cache = freshCache();
  await perform(cache, 'a', 'text');
  assert.is(statSync(blobOf(cache, 'text')).mode & 0o777, 0o444);
  cache.close();
  for (const folder of ['tmp', 'owners', 'leases'])
    assert.equal(readdirSync(join(cache.folder, folder)), [], folder);
});

store('stores a large file as it is, and the same bytes only once', async () => {
  const cache = freshCache();
  const bytes = Buffer.alloc(3_000_000, 'abcdefg');
  const file = join(cache.newFolder(), 'large.bin');
  writeFileSync(file, bytes);
  const content = await cache.addFile(file);
  assert.equal(content, { digest: sha256(bytes), size: bytes.length });
  assert.ok(readFileSync(cache.pathOf(content.digest)).equals(bytes));
  const before = statSync(cache.pathOf(content.digest), { bigint: true });
  writeFileSync(join(cache.folder, 'tmp', 'other.bin'), bytes);
  assert.equal(await cache.addFile(join(cache.folder, 'tmp', 'other.bin')), content);
  assert.equal(await cache.addBytes(bytes), content);
  const after = statSync(cache.pathOf(content.digest), { bigint: true });
  assert.equal([after.ino, after.ctimeNs], [before.ino, before.ctimeNs]);
  // The worker's own file is no part of the store: writing to it later changes nothing.
  writeFileSync(file, 'overwritten');
  assert.is(cache.digestFile(cache.pathOf(content.digest)).digest, content.digest);
});

store('stores the same bytes from many tasks at once', async () => {
  const cache = freshCache();
  const contents = await Promise.all(
    Array.from({ length: 20 }, (_, k) => cache.addBytes(Buffer.from(`text ${k % 2}`))),
  );
  assert.is(new Set(contents.map(({ digest }) => digest)).size, 2);
  assert.is(cache.stats().blobs.count, 2);
  assert.equal(cache.verify().tampered, []);
});

store(
  'notices one flipped bit, keeps the wrong bytes aside and takes the right ones again',
  async () => {
    const cache = freshCache();
    await perform(cache, 'a', 'forty-two');
    overwrite(blobOf(cache, 'forty-two'), (bytes) => {
      bytes[3]! ^= 1;
      return bytes;
    });
    const found = cache.find(actionNamed('a').key);
    assert.ok(found.kind === 'miss' && found.reason === 'tampered');
    assert.is(found.what, 'output out');
    assert.is(readFileSync(found.path, 'utf8'), 'foruy-two');
    assert.ok(found.path.includes('quarantine'));
    // The step runs again and gives the same bytes: the record holds as before.
    assert.equal(await perform(cache, 'a', 'forty-two'), { kind: 'same' });
    assert.is(restored(cache, 'a', readFileSync), '= forty-two');
  },
);

for (const [what, change] of [
  ['truncated', (bytes: Buffer) => bytes.subarray(0, 4)],
  ['emptied', () => Buffer.alloc(0)],
  ['lengthened', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('!')])],
] as const)
  store(`notices a ${what} blob`, async () => {
    const cache = freshCache();
    await perform(cache, 'a', 'forty-two');
    overwrite(blobOf(cache, 'forty-two'), change);
    assert.is(restored(cache, 'a', readFileSync), 'tampered');
  });

store('notices a blob changed with its times set back, even long after', async () => {
  const cache = freshCache();
  await perform(cache, 'a', 'forty-two');
  const blob = blobOf(cache, 'forty-two');
  const past = new Date(Date.now() - 3_600_000);
  utimesSync(blob, past, past);
  assert.is(restored(cache, 'a', readFileSync), '= forty-two');
  const bytes = Buffer.from('forty-one');
  chmodSync(blob, 0o644);
  writeFileSync(blob, bytes);
  utimesSync(blob, past, past);
  assert.is(restored(cache, 'a', readFileSync), 'tampered');
});

store('calls collected bytes evicted, and still has the record', async () => {
  const cache = freshCache();
  await perform(cache, 'a', 'forty-two');
  unlinkSync(blobOf(cache, 'forty-two'));
  const found = cache.find(actionNamed('a').key);
  assert.ok(found.kind === 'miss' && found.reason === 'evicted');
  assert.is(found.what, 'output out');
  assert.equal(cache.recordOf(actionNamed('a').key)?.action, { test: 'a' });
});

store('does not need the log of a result to restore it', async () => {
  const cache = freshCache();
  const { key } = actionNamed('a');
  const lease = await cache.waitForLease(key);
  const log = await cache.addBytes(Buffer.from('log'));
  const figures = await cache.addBytes(Buffer.from('figures'));
  await cache.commit({ ...recordFor('a', {}), log, figures }, lease);
  unlinkSync(cache.pathOf(log.digest));
  assert.is(cache.find(key).kind, 'hit');
  unlinkSync(cache.pathOf(figures.digest));
  const found = cache.find(key);
  assert.ok(found.kind === 'miss' && found.reason === 'evicted' && found.what === 'figures');
});

for (const [what, change] of [
  ['changed', (bytes: Buffer) => Buffer.from(bytes.toString().replace('"done"', '"dune"'))],
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 9)],
  ['emptied', () => Buffer.alloc(0)],
  ['unreadable', () => Buffer.from('no record at all')],
] as const)
  store(`notices a ${what} record`, async () => {
    const cache = freshCache();
    await perform(cache, 'a', 'forty-two');
    const { key } = actionNamed('a');
    overwrite(join(cache.folder, 'ac', key.slice(0, 2), `${key}.json`), change);
    assert.equal(cache.verify().damaged.length, 1);
    const found = cache.find(key);
    assert.ok(found.kind === 'miss' && found.reason === 'tampered' && found.what === 'record');
    assert.equal(await perform(cache, 'a', 'forty-two'), { kind: 'first' });
    assert.is(restored(cache, 'a', readFileSync), '= forty-two');
  });

store('refuses a record under another key', async () => {
  const cache = freshCache();
  await perform(cache, 'a', 'forty-two');
  const [a, b] = [actionNamed('a').key, actionNamed('b').key];
  const place = (key: string) => join(cache.folder, 'ac', key.slice(0, 2), `${key}.json`);
  await perform(cache, 'b', 'seven');
  overwrite(place(b), () => readFileSync(place(a)));
  assert.is(restored(cache, 'b', readFileSync), 'tampered');
});

store('keeps the first of equal results, and says when a result differs', async () => {
  const cache = freshCache();
  await perform(cache, 'a', 'one');
  assert.equal(await perform(cache, 'a', 'one'), { kind: 'same' });
  const again = await perform(cache, 'a', 'two');
  assert.ok(again.kind === 'superseded');
  assert.is(again.previous.outputs.out?.digest, sha256('one'));
  assert.is(restored(cache, 'a', readFileSync), '= two');
  assert.equal(cache.verify(), { blobs: 2, records: 1, tampered: [], damaged: [], evicted: [] });
});

store(
  'takes no record whose bytes were never stored, or whose key is not its action’s',
  async () => {
    const cache = freshCache();
    const lease = await cache.waitForLease(actionNamed('a').key);
    const content = { digest: sha256('never stored'), size: 12 };
    const unstored = await failureOf(cache.commit(recordFor('a', { out: content }), lease));
    assert.match(unstored.message, /output out must be in the cache/);
    const foreign = { ...recordFor('a', {}), key: actionNamed('b').key };
    assert.match((await failureOf(cache.commit(foreign, lease))).message, /same key/);
    assert.is(cache.find(actionNamed('a').key).kind, 'miss');
  },
);

store('reads an unchanged file once, a changed one again', async () => {
  const cache = freshCache();
  const file = join(freshFolder(), 'data.xyz');
  writeFileSync(file, 'first');
  const past = new Date(Date.now() - 60_000);
  utimesSync(file, past, past);
  assert.is(cache.digestFile(file).digest, sha256('first'));
  writeFileSync(file, 'secnd');
  assert.is(cache.digestFile(file).digest, sha256('secnd'));
  utimesSync(file, past, past);
  assert.is(cache.digestFile(file).digest, sha256('secnd'));
  assert.throws(() => cache.digestFile(`${file}.gone`), /data\.xyz\.gone does not exist/);
});

store('trusts no digest of a file that could have changed within the clock’s resolution', () => {
  const disk = memoryDisk();
  const cache = openCache('/cache', { disk, life: otherLife() });
  const hourAgo = BigInt(Date.now() - 3_600_000) * 1_000_000n;
  const now = BigInt(Date.now()) * 1_000_000n;
  const rewritten = (times: { mtimeNs: bigint; ctimeNs: bigint }, later: typeof times) => {
    disk.removeTree('/data.xyz');
    disk.create('/data.xyz', 'first', 0o644);
    disk.stamp('/data.xyz', times);
    assert.is(cache.digestFile('/data.xyz').digest, sha256('first'));
    disk.tamper('/data.xyz', () => Buffer.from('secnd'));
    disk.stamp('/data.xyz', later);
    return cache.digestFile('/data.xyz').digest;
  };
  const old = { mtimeNs: hourAgo, ctimeNs: hourAgo };
  // Nothing shows that this one changed, and nothing need: it is what trusting means.
  assert.is(rewritten(old, old), sha256('first'));
  const again = { mtimeNs: hourAgo, ctimeNs: hourAgo + 1n };
  assert.is(rewritten(old, again), sha256('secnd'), 'modification time set back');
  for (const fresh of [
    { mtimeNs: now, ctimeNs: now },
    { mtimeNs: hourAgo, ctimeNs: now },
    { mtimeNs: now, ctimeNs: hourAgo },
  ])
    assert.is(rewritten(fresh, fresh), sha256('secnd'), 'written again in the same instant');
});

store('trusts nothing of a file that may not have reached the disk before a reboot', () => {
  const disk = memoryDisk();
  const secondsAgo = (seconds: number): bigint => BigInt(Date.now() - seconds * 1000) * 1_000_000n;
  const seen = (boot: string): string => {
    const cache = openCache('/cache', { disk, life: otherLife({ bootId: boot }) });
    const { digest } = cache.digestFile('/data.xyz');
    cache.close();
    return digest;
  };
  for (const [age, after] of [
    [10, 'secnd'],
    [120, 'first'],
  ] as const) {
    const times = { mtimeNs: secondsAgo(age), ctimeNs: secondsAgo(age) };
    disk.removeTree('/data.xyz');
    disk.create('/data.xyz', 'first', 0o644);
    disk.stamp('/data.xyz', times);
    assert.is(seen('one'), sha256('first'));
    // What a power loss can do: other bytes, the same size and times.
    disk.tamper('/data.xyz', () => Buffer.from('secnd'));
    disk.stamp('/data.xyz', times);
    assert.is(seen('one'), sha256('first'), 'the same boot');
    assert.is(seen('two'), sha256(after), `${age} s old at the last look`);
  }
});

store('the same bytes again, from memory or from a file, cost no write', async () => {
  const disk = memoryDisk();
  const cache = openCache('/cache', { disk, life: otherLife() });
  await cache.addBytes(Buffer.from('one'));
  disk.create('/one.txt', 'one', 0o644);
  const before = disk.changes();
  await cache.addBytes(Buffer.from('one'));
  await cache.addFile('/one.txt');
  assert.is(disk.changes(), before);
});

store('verify reads everything again and names what is wrong', async () => {
  const cache = freshCache();
  await perform(cache, 'a', 'forty-two');
  await perform(cache, 'b', 'seven');
  await perform(cache, 'c', 'eleven');
  overwrite(blobOf(cache, 'seven'), () => Buffer.from('SEVEN'));
  unlinkSync(blobOf(cache, 'eleven'));
  const report = cache.verify();
  assert.equal(
    report.tampered.map(({ digest }) => digest),
    [sha256('seven')],
  );
  assert.equal([report.blobs, report.records], [2, 3]);
  assert.equal(report.evicted, [actionNamed('b').key, actionNamed('c').key].sort());
  assert.ok(existsSync(blobOf(cache, 'seven')), 'verify changes nothing');
});

store('verify heals: what is wrong is moved away, and what is right stays', async () => {
  const cache = freshCache();
  await perform(cache, 'a', 'forty-two');
  await perform(cache, 'b', 'seven');
  await perform(cache, 'c', 'eleven');
  overwrite(blobOf(cache, 'seven'), () => Buffer.from('SEVEN'));
  const { key } = actionNamed('c');
  overwrite(join(cache.folder, 'ac', key.slice(0, 2), `${key}.json`), () => Buffer.from('{}'));
  const { tampered, damaged } = cache.verify({ heal: true });
  assert.is(readFileSync(tampered[0]!.path, 'utf8'), 'SEVEN');
  assert.is(readFileSync(damaged[0]!.path, 'utf8'), '{}');
  assert.not.ok(existsSync(blobOf(cache, 'seven')));
  const after = cache.verify();
  assert.equal([after.tampered, after.damaged], [[], []]);
  assert.equal(cache.find(actionNamed('a').key).kind, 'hit');
  assert.equal(cache.find(actionNamed('b').key).kind, 'miss');
  assert.equal(cache.find(key), { kind: 'miss', reason: 'first' });
});

store('checkpoints come back whole, the last one wins, a damaged one counts as none', () => {
  const cache = freshCache();
  const { key } = actionNamed('a');
  const checkpoint = cache.checkpoint(key);
  assert.is(checkpoint.load(), undefined);
  checkpoint.save(Buffer.from('one'));
  checkpoint.save(Buffer.from('two'));
  assert.is(Buffer.from(openCache(cache.folder).checkpoint(key).load()!).toString(), 'two');
  overwrite(join(checkpoint.folder, 'state'), (bytes) => bytes.subarray(0, bytes.length - 1));
  assert.is(checkpoint.load(), undefined);
  checkpoint.save(Buffer.alloc(0));
  assert.is(checkpoint.load()?.length, 0);
  checkpoint.remove();
  assert.is(checkpoint.load(), undefined);
});

store('two that save a checkpoint at once disturb neither', () => {
  const disk = memoryDisk();
  const folder = '/cache/ckpt/key';
  openCache('/cache', { disk, life: otherLife() });
  let meanwhile = (): void => {};
  const slow: MemoryDisk = {
    ...disk,
    rename(from, to) {
      const act = meanwhile;
      meanwhile = () => {};
      act();
      disk.rename(from, to);
    },
  };
  const [one, two] = [openCheckpoint(folder, slow), openCheckpoint(folder, disk)];
  meanwhile = () => two.save(Buffer.from('by two'));
  one.save(Buffer.from('by one'));
  assert.is(Buffer.from(two.load()!).toString(), 'by one');
  // What a killed one left is cleared away once it is old.
  disk.create(`${folder}/half`, 'half', 0o644);
  two.save(Buffer.from('again'));
  assert.equal(disk.list(folder), ['half', 'state']);
  disk.stamp(`${folder}/half`, { mtimeNs: 0n });
  two.save(Buffer.from('again'));
  assert.equal(disk.list(folder), ['state']);
});

store('remembers the last record of each task of a study', async () => {
  const cache = freshCache();
  await perform(cache, 'a', 'one');
  await perform(cache, 'b', 'two');
  cache.noteLatest('study', 'density/Fe', actionNamed('a').key);
  cache.noteLatest('study', 'density/Fe', actionNamed('b').key);
  cache.noteLatest('other', 'density/Fe', actionNamed('a').key);
  const later = openCache(cache.folder);
  assert.equal(later.latestOf('study', 'density/Fe')?.action, { test: 'b' });
  assert.equal(later.latestOf('other', 'density/Fe')?.action, { test: 'a' });
  assert.is(later.latestOf('study', 'density/C'), undefined);
});

store('what it remembers of a task does not grow with the number of runs', () => {
  const disk = memoryDisk();
  const open = () => openCache('/cache', { disk, life: otherLife() });
  const cache = open();
  for (let k = 0; k < 2500; k++)
    cache.noteLatest('study', `task ${k % 10}`, actionNamed(String(k)).key);
  const [log] = disk.files().filter((path) => path.startsWith('/cache/last/'));
  assert.ok(disk.read(log!).length < 1200 * 90);
  disk.append(log!, '\n["task 3","torn');
  const later = open();
  later.noteLatest('study', 'task 4', actionNamed('x').key);
  const lines = Buffer.from(disk.read(log!)).toString();
  assert.ok(lines.includes(`["task 3","${actionNamed('2493').key}"]`));
  assert.ok(lines.endsWith(`\n["task 4","${actionNamed('x').key}"]\n`));
});

store('writes data in one way only', () => {
  assert.is(
    canonicalJson({ b: [1, 'é', null, true], a: { 'z\n': 1e21, Z: 0.1 } }),
    '{"a":{"Z":0.1,"z\\n":1e+21},"b":[1,"é",null,true]}',
  );
  assert.is(digestOf({ x: 1, y: 2 }), digestOf({ y: 2, x: 1 }));
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -0, undefined, () => 1, new Date()])
    assert.throws(() => canonicalJson({ a: [bad] }), /\$\.a\[0\]/);
});

store.run();
