/** Who works on what: one at a time, the dead are replaced, the replaced cannot commit. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cache, CacheError, type Lease, openCache } from '../../cache/index.ts';
import { ownIdentity } from '../../cache/process.ts';
import { type MemoryDisk, memoryDisk } from './memory-disk.ts';
import { actionNamed, failureOf, freshFolder, otherLife, perform, recordFor } from './rig.ts';

const leases = suite('leases');
const { key } = actionNamed('a');

/** The lease, which must be free. */
function taken(cache: Cache): Lease {
  const lease = cache.lease(key);
  if (!lease?.isHeld()) throw new Error('the lease is not free');
  return lease;
}

/** Lets every owner's mark but the given one grow `seconds` older. */
function age(folder: string, seconds: number, but: string): void {
  for (const nonce of readdirSync(join(folder, 'owners'))) {
    if (nonce === but) continue;
    const file = join(folder, 'owners', nonce);
    const then = new Date(statSync(file).mtimeMs - seconds * 1000);
    utimesSync(file, then, then);
  }
}

leases('are held by one at a time, and by the next after release', () => {
  const cache = openCache(join(freshFolder(), 'cache'));
  const lease = taken(cache);
  assert.is(cache.lease(key), undefined);
  const other = cache.lease(actionNamed('b').key);
  assert.ok(other !== undefined, 'another key is free');
  lease.release();
  assert.not.ok(lease.isHeld());
  const next = taken(cache);
  lease.release();
  assert.ok(next.isHeld(), 'releasing twice harms nobody');
  cache.close();
  assert.equal(readdirSync(join(cache.folder, 'leases')), []);
});

leases('devices are leased like keys, apart from them', () => {
  const cache = openCache(join(freshFolder(), 'cache'));
  const slot = cache.deviceLease('GPU-6e3f.0');
  assert.ok(slot?.isHeld());
  assert.is(cache.deviceLease('GPU-6e3f.0'), undefined);
  assert.ok(cache.deviceLease('GPU-6e3f.1')?.isHeld());
});

leases('of a dead process are taken over at once, and it cannot commit any more', async () => {
  const folder = join(freshFolder(), 'cache');
  const dead = openCache(folder, { life: otherLife() });
  const lost = dead.lease(key);
  assert.ok(lost !== undefined);
  const out = await dead.addBytes(Buffer.from('by the dead'));
  const living = openCache(folder);
  const lease = taken(living);
  assert.is(lease.generation, 2);
  assert.not.ok(lost.isHeld());
  const refused = await failureOf(dead.commit(recordFor('a', { out }), lost));
  assert.ok(refused instanceof CacheError && refused.problem === 'lease-lost');
  assert.match(refused.message, /another process has taken over the work/);
  assert.is(living.find(key).kind, 'miss');
  lease.release();
  assert.not.ok(lost.isHeld());
  // Also once the new owner has come and gone, and a third one has the first number again.
  const third = taken(living);
  assert.is(third.generation, 1);
  assert.not.ok(lost.isHeld());
  lost.release();
  assert.ok(third.isHeld(), 'the dead release nothing of the living');
  living.close();
});

leases('two takers of a dead owner’s lease never both win, however slow one is', () => {
  const disk = memoryDisk();
  openCache('/cache', { disk, life: otherLife() }).lease(key);
  let meanwhile = (): void => {};
  // Between a taker's look and its claim, others do what they like.
  const slow: MemoryDisk = {
    ...disk,
    link(from, to) {
      const act = meanwhile;
      meanwhile = () => {};
      act();
      disk.link(from, to);
    },
  };
  const seen = { identify: ownIdentity, beat: () => () => {} };
  const late = openCache('/cache', { disk: slow, life: seen });
  const quick = openCache('/cache', { disk, life: seen });
  const third = openCache('/cache', { disk, life: seen });

  meanwhile = () => assert.ok(quick.lease(key) !== undefined);
  assert.is(late.lease(key), undefined, 'another one has it');
  quick.close();

  openCache('/cache', { disk, life: otherLife() }).lease(key);
  let now: Lease | undefined;
  meanwhile = () => {
    // The number that the slow one saw is somebody else's by now.
    taken(quick).release();
    now = taken(third);
    assert.is(now.generation, 1);
  };
  assert.is(late.lease(key), undefined, 'another one has it under the old number');
  assert.ok(now?.isHeld());
});

leases('that the disk does not let go are free for their own process, and for it alone', () => {
  const disk = memoryDisk();
  let refuses = true;
  const stubborn: MemoryDisk = {
    ...disk,
    unlink(path) {
      if (refuses && path.includes('/leases/')) throw Object.assign(new Error(), { code: 'EIO' });
      disk.unlink(path);
    },
  };
  const seen = { identify: ownIdentity, beat: () => () => {} };
  const own = openCache('/cache', { disk: stubborn, life: seen });
  const other = openCache('/cache', { disk, life: seen });
  const first = taken(own);
  assert.is(own.lease(key), undefined, 'one holder at a time');
  first.release();
  assert.not.ok(first.isHeld());
  assert.is(other.lease(key), undefined);
  const again = taken(own);
  refuses = false;
  again.release();
  assert.ok(other.lease(key)?.isHeld());
});

leases('of a process that cannot be seen are taken over after 30 s without a sign of life', () => {
  const folder = join(freshFolder(), 'cache');
  // Another container: the same process number and start time, but another kernel.
  const own = ownIdentity('');
  const elsewhere = openCache(folder, {
    life: {
      identify: (nonce) => ({ ...own, nonce, bootId: 'another kernel' }),
      beat: () => () => {},
    },
  });
  const lost = elsewhere.lease(key);
  assert.ok(lost !== undefined);
  const here = openCache(folder);
  assert.is(here.lease(key), undefined, 'it may be alive');
  const mine = readdirSync(join(folder, 'owners')).find((nonce) =>
    readFileSync(join(folder, 'owners', nonce), 'utf8').includes(own.bootId),
  );
  assert.ok(mine !== undefined);
  age(folder, 20, mine);
  assert.is(here.lease(key), undefined, 'it may be alive after 20 s');
  age(folder, 15, mine);
  assert.ok(here.lease(key)?.isHeld());
  assert.not.ok(lost.isHeld());
  here.close();
});

leases('stay with an owner whose event loop is blocked', async () => {
  const folder = join(freshFolder(), 'cache');
  const cache = openCache(folder);
  assert.ok(cache.lease(key) !== undefined);
  const [mark] = readdirSync(join(folder, 'owners'));
  const file = join(folder, 'owners', mark!);
  const before = statSync(file).mtimeMs;
  // The thread needs the loop to start; from then on it needs nobody.
  await sleep(500);
  const nap = new Int32Array(new SharedArrayBuffer(4));
  let naps = 0;
  while (statSync(file).mtimeMs <= before && naps < 60) {
    Atomics.wait(nap, 0, 0, 250);
    naps += 1;
  }
  assert.ok(naps > 1 && naps < 60, 'the mark was renewed meanwhile');
  cache.close();
});

leases('survive the loss of their process’s mark, and of one that is half written', () => {
  const disk = memoryDisk();
  const seen = { identify: ownIdentity, beat: () => () => {} };
  const cache = openCache('/cache', { disk, life: seen });
  const first = taken(cache);
  for (const nonce of disk.list('/cache/owners')) disk.unlink(`/cache/owners/${nonce}`);
  const second = cache.lease(actionNamed('b').key);
  assert.ok(first.isHeld() && second?.isHeld());
  // Another process is beginning: who collects garbage meanwhile leaves it alone.
  disk.create('/cache/owners/fresh', '', 0o644);
  disk.create('/cache/owners/old', '', 0o644);
  disk.stamp('/cache/owners/old', { mtimeNs: 0n });
  cache.gc();
  assert.ok(disk.list('/cache/owners').includes('fresh'));
  assert.not.ok(disk.list('/cache/owners').includes('old'));
});

leases('are waited for, until the holder releases or the waiter gives up', async () => {
  const folder = join(freshFolder(), 'cache');
  const [first, second] = [openCache(folder), openCache(folder)];
  const lease = first.lease(key);
  assert.ok(lease !== undefined);
  const stop = new AbortController();
  const impatient = failureOf(second.waitForLease(key, stop.signal));
  stop.abort();
  assert.is((await impatient).name, 'AbortError');
  const waiting = second.waitForLease(key);
  await sleep(50);
  lease.release();
  const next = await waiting;
  assert.ok(next.isHeld());
  first.close();
  second.close();
});

const child = fileURLToPath(new URL('./racing-child.ts', import.meta.url));

/** Starts processes that do the same actions on one cache; returns the names each one executed. */
async function race(folder: string, processes: number, tasks: number): Promise<string[][]> {
  const runs = Array.from({ length: processes }, (_, k) => {
    const first = Math.floor((k * tasks) / processes);
    return spawn(process.execPath, [child, folder, String(tasks), String(first)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  });
  await Promise.all(runs.map((run) => once(run.stdout, 'data')));
  const outputs = runs.map(async (run) => {
    run.stdin.write('go\n');
    let output = '';
    for await (const chunk of run.stdout) output += chunk;
    return output.split('\n').filter((line) => line !== '');
  });
  return Promise.all(outputs);
}

leases('several processes on one cache execute each key once', async () => {
  const folder = join(freshFolder(), 'cache');
  // Half of the keys are leased to a dead process, which all takers find at once.
  const dead = openCache(folder, { life: otherLife() });
  for (let k = 0; k < 60; k += 2) dead.lease(actionNamed(`task ${k}`).key);
  const executed = await race(folder, 3, 60);
  const all = executed.flat().sort();
  assert.is(all.length, 60, 'nothing twice, nothing never');
  assert.is(new Set(all).size, 60);
  assert.ok(executed.filter((names) => names.length > 0).length > 1, 'more than one took part');
  const cache = openCache(folder);
  assert.equal(cache.verify(), { blobs: 60, records: 60, tampered: [], damaged: [], evicted: [] });
  assert.equal(readdirSync(join(folder, 'leases')), []);
  cache.close();
});

leases('readers never wait, and create nothing', async () => {
  const folder = join(freshFolder(), 'cache');
  const writer = openCache(folder);
  await perform(writer, 'b', 'text');
  assert.ok(writer.lease(key) !== undefined);
  const reader = openCache(folder, { readOnly: true });
  assert.is(reader.find(key).kind, 'miss');
  assert.is(reader.find(actionNamed('b').key).kind, 'hit');
  assert.is(readdirSync(join(folder, 'owners')).length, 1);
  assert.not.ok(existsSync(join(folder, 'stat-cache.log')));
  reader.close();
  writer.close();
});

leases.run();
