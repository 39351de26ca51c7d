/**
 * Does every action that nobody else has done; prints the names of those it executed itself.
 * Says `ready` first and waits for a word, so that all begin together on a busy machine too.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCache } from '../../cache/index.ts';
import { actionNamed, recordFor } from './rig.ts';

const [folder, tasks, first] = process.argv.slice(2);
const cache = openCache(folder!);
// Each process begins elsewhere, and all of them meet.
const names = Array.from(
  { length: Number(tasks) },
  (_, k) => `task ${(k + Number(first)) % Number(tasks)}`,
);

async function perform(name: string): Promise<void> {
  const { key } = actionNamed(name);
  if (cache.find(key).kind === 'hit') return;
  const lease = await cache.waitForLease(key);
  try {
    if (cache.find(key).kind === 'hit') return;
    writeSync(1, `${name}\n`);
    await sleep(Math.random() * 20);
    const out = await cache.addBytes(Buffer.from(`what ${name} gives`));
    await cache.commit(recordFor(name, { out }), lease);
  } finally {
    lease.release();
  }
}

writeSync(1, 'ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();

const lanes = Array.from({ length: 3 }, async () => {
  for (let name = names.shift(); name !== undefined; name = names.shift()) await perform(name);
});
await Promise.all(lanes);
cache.close();
