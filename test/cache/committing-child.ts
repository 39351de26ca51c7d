/** Commits one result after another until it is killed; prints the name of each that is safe. */
import { writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../../cache/index.ts';
import { actionNamed, recordFor } from './rig.ts';

const [folder, round] = process.argv.slice(2);
const cache = openCache(folder!);
writeSync(1, 'begin\n');
for (let k = 0; ; k++) {
  const name = `${round}-${k}`;
  const lease = await cache.waitForLease(actionNamed(name).key);
  const attempt = cache.newFolder();
  writeFileSync(join(attempt, 'out'), `${name} `.padEnd(20_000, name));
  const out = await cache.addFile(join(attempt, 'out'));
  await cache.commit(recordFor(name, { out }), lease);
  writeSync(1, `${name}\n`);
  lease.release();
}
