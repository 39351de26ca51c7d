/**
 * An engine whose event loop is blocked for 35 s, longer than others wait for a sign of life,
 * keeps its lease and commits: `node bench/blocked-loop.ts [seconds]`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHeartbeat } from '../cache/heartbeat.ts';
import { openCache } from '../cache/index.ts';
import { ownIdentity } from '../cache/process.ts';
import { actionNamed, recordFor } from '../test/cache/rig.ts';

const [first = '35', folder] = process.argv.slice(2);
const seconds = Number(first);
const { key } = actionNamed('blocked');

/** The blocked one: takes the lease, says so, blocks, and commits. */
async function blocked(place: string): Promise<void> {
  const cache = openCache(place);
  const lease = await cache.waitForLease(key);
  // The thread needs the loop to start; from then on it needs nobody.
  await sleep(1000);
  console.log('blocked');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
  await cache.commit(recordFor('blocked', {}), lease);
  lease.release();
  cache.close();
}

/** Another machine's engine, which sees no process, only signs of life. */
async function observe(place: string): Promise<void> {
  const child = spawn(process.execPath, [import.meta.filename, String(seconds), place], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const cache = openCache(place, {
    life: {
      identify: (nonce) => ({ ...ownIdentity(nonce), bootId: 'another kernel' }),
      beat: startHeartbeat,
    },
  });
  const begin = performance.now();
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (child.exitCode === null && cache.find(key).kind === 'miss') {
    if (cache.lease(key) !== undefined && cache.find(key).kind === 'miss')
      throw new Error(`the lease was taken over after ${(performance.now() - begin) / 1000} s`);
    await sleep(500);
  }
  await ended;
  if (cache.find(key).kind !== 'hit') throw new Error('the blocked engine did not commit');
  cache.close();
  console.log(`blocked for ${seconds} s, never taken over, and committed`);
}

if (folder !== undefined) await blocked(folder);
else {
  const place = mkdtempSync(join(tmpdir(), 'curie-blocked-'));
  await observe(join(place, 'cache'));
  rmSync(place, { recursive: true });
}
