/** Takes shares of devices, one after the other, and notes each time in a file that all append to. */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCache } from '../../cache/index.ts';
import { takeShare } from '../../engine/run/devices.ts';

const [folder, log, devices, shares, times] = process.argv.slice(2);
const cache = openCache(folder!);
const wanted = shares!.split(' ').map(Number);
for (let k = 0; k < Number(times); k++) {
  const share = wanted[k % wanted.length]!;
  for (;;) {
    const grant = takeShare(share, devices!.split(','), cache);
    if (grant !== undefined) {
      appendFileSync(log!, `${grant.device} ${share}\n`);
      await sleep(Math.random() * 4);
      appendFileSync(log!, `${grant.device} ${-share}\n`);
      grant.release();
      break;
    }
    await sleep(Math.random() * 4);
  }
}
cache.close();
