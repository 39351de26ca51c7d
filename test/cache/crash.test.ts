/** Kills, power losses, full disks, missing permissions: nothing torn, nothing short, one message. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CacheError, openCache, sha256 } from '../../cache/index.ts';
import { type MemoryDisk, memoryDisk, PowerLoss } from './memory-disk.ts';
import { actionNamed, failureOf, freshFolder, otherLife, perform, restored } from './rig.ts';

const crash = suite('what survives');

const TEXTS = { a: 'what a gives, long enough to be cut', b: 'what b gives', c: 'what b gives' };
type Name = keyof typeof TEXTS;
const NAMES: readonly Name[] = ['a', 'b', 'c'];

/** Does all actions that cannot be restored; tells of each that is safe. */
async function work(disk: MemoryDisk, done: (name: Name) => void = () => {}): Promise<void> {
  const cache = openCache('/place/cache', { disk, life: otherLife() });
  for (const name of NAMES) {
    if (cache.find(actionNamed(name).key).kind === 'hit') continue;
    const checkpoint = cache.checkpoint(actionNamed(name).key);
    checkpoint.save(Buffer.from(`checkpoint of ${name}`));
    await perform(cache, name, TEXTS[name]);
    done(name);
    checkpoint.remove();
  }
  cache.close();
}

async function changesOfWork(): Promise<number> {
  const disk = memoryDisk();
  await work(disk);
  return disk.changes();
}

/** Right or missing, never anything else; and after another run all is there. */
async function expectSound(disk: MemoryDisk, safe: ReadonlySet<Name>, when: string): Promise<void> {
  const cache = openCache('/place/cache', { disk, life: otherLife() });
  const report = cache.verify();
  assert.equal([report.tampered, report.damaged, report.evicted], [[], [], []], when);
  for (const name of NAMES) {
    const saved = cache.checkpoint(actionNamed(name).key).load();
    if (saved !== undefined) assert.is(Buffer.from(saved).toString(), `checkpoint of ${name}`);
    const found = restored(cache, name, disk.read);
    if (safe.has(name) || found !== 'first') assert.is(found, `= ${TEXTS[name]}`, when);
  }
  cache.close();
  await work(disk);
  const after = openCache('/place/cache', { disk, readOnly: true });
  for (const name of NAMES) assert.is(restored(after, name, disk.read), `= ${TEXTS[name]}`, when);
}

crash(
  'a power loss at any instant tears nothing, and loses nothing that was committed',
  async () => {
    const total = await changesOfWork();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: total }),
        fc.array(fc.nat(11), { minLength: 40, maxLength: 40 }),
        async (at, fates) => {
          const disk = memoryDisk();
          disk.failAt(at, 'power');
          const safe = new Set<Name>();
          assert.instance(await failureOf(work(disk, (name) => safe.add(name))), PowerLoss);
          let k = 0;
          const left = disk.restarted((n) => (fates[k++ % fates.length] ?? 0) % n);
          await expectSound(left, safe, `power lost at change ${at} of ${total}`);
        },
      ),
      { numRuns: 400 },
    );
  },
);

crash('a saved checkpoint survives a power loss', () => {
  for (let fate = 0; fate < 4; fate++) {
    const disk = memoryDisk();
    const { key } = actionNamed('a');
    const cache = openCache('/place/cache', { disk, life: otherLife() });
    for (const state of ['one', 'two']) {
      cache.checkpoint(key).save(Buffer.from(state));
      const left = disk.restarted((n) => fate % n);
      const later = openCache('/place/cache', { disk: left, life: otherLife() });
      assert.is(Buffer.from(later.checkpoint(key).load()!).toString(), state);
    }
  }
});

crash('would notice a store that does not flush', async () => {
  // The double itself: without syncs, losses must show, or the test above proves nothing.
  let damaged = 0;
  for (let fate = 0; fate < 4; fate++) {
    const disk = memoryDisk();
    const careless: MemoryDisk = { ...disk, sync: () => {}, syncSoon: async () => {} };
    await work(careless);
    const left = disk.restarted((n) => (n === 2 ? 1 : fate));
    try {
      const cache = openCache('/place/cache', { disk: left, life: otherLife() });
      damaged += cache.verify().tampered.length;
    } catch (error) {
      assert.instance(error, CacheError);
      damaged += 1;
    }
  }
  assert.ok(damaged > 0);
});

for (const code of ['ENOSPC', 'EACCES', 'EIO'])
  crash(`${code} at any change ends in one clear message and tears nothing`, async () => {
    const total = await changesOfWork();
    for (let at = 1; at <= total; at++) {
      for (const lasting of [false, true]) {
        const disk = memoryDisk();
        if (lasting) disk.failFrom(at, code);
        else disk.failAt(at, code);
        const safe = new Set<Name>();
        const when = `${code} at change ${at} of ${total}`;
        let error: unknown;
        try {
          await work(disk, (name) => safe.add(name));
        } catch (caught) {
          error = caught;
        }
        if (error !== undefined) {
          assert.instance(error, CacheError, when);
          const { message } = error as CacheError;
          const expected = { ENOSPC: /no space left/, EACCES: /not writable/, EIO: /failed/ };
          assert.match(message, expected[code as keyof typeof expected], when);
          assert.match(message, /\/place\/cache/);
        }
        disk.heal();
        await expectSound(disk, safe, when);
      }
    }
  });

const child = fileURLToPath(new URL('./committing-child.ts', import.meta.url));

crash('kill -9 at random instants of commits never leaves a short or torn result', async () => {
  const folder = join(freshFolder(), 'cache');
  let committed = 0;
  for (let round = 0; round < 12; round++) {
    const worker = spawn(process.execPath, [child, folder, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let condemned = false;
    await new Promise<void>((resolve) => {
      worker.stdout.on('data', (chunk) => {
        output += chunk;
        // After its first few commits, whatever the speed of the machine, at any instant of one.
        if (condemned || output.split('\n').length < 2 + (round % 4)) return;
        condemned = true;
        setTimeout(() => worker.kill('SIGKILL'), Math.random() * 30);
      });
      worker.on('close', () => resolve());
    });
    // Lines that the child wrote whole name what had been committed.
    const names = output
      .split('\n')
      .slice(0, -1)
      .filter((line) => line !== 'begin');
    committed += names.length;
    const cache = openCache(folder);
    const report = cache.verify();
    assert.equal([report.tampered, report.damaged, report.evicted], [[], [], []]);
    for (const name of names) {
      const expected = `= ${name} `.padEnd(2 + 20_000, name);
      assert.is(restored(cache, name, readFileSync), expected);
    }
    // The lease the dead child may have held is free at once.
    const next = `${round}-${names.length}`;
    const lease = cache.lease(actionNamed(next).key);
    assert.ok(lease !== undefined, 'taken over from a dead process');
    lease.release();
    cache.gc();
    assert.is(cache.stats().temporary.count, 0, 'gc removes what the dead left');
    cache.close();
  }
  assert.ok(committed >= 18, `the children committed ${committed} results`);
});

/** Runs a script as the user nobody; returns what it printed. */
function asNobody(script: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, ['--input-type=module-typescript', '-e', script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(process.getuid?.() === 0 && { uid: 65534, gid: 65534 }),
    });
    let output = '';
    run.stdout.on('data', (chunk) => (output += chunk));
    run.stderr.on('data', (chunk) => (output += chunk));
    run.on('error', reject);
    run.on('close', () => resolve(output));
  });
}

const module = new URL('../../cache/index.ts', import.meta.url).href;

crash('a cache folder that may not be written is reported when it is opened', async () => {
  const home = freshFolder();
  chmodSync(home, 0o755);
  const folder = join(home, 'cache');
  const open = `import { openCache } from ${JSON.stringify(module)};
    try { openCache(process.argv[1], JSON.parse(process.argv[2])); console.log('opened'); }
    catch (error) { console.log(error.name + ': ' + error.message); }`;
  const refused = `CacheError: ${folder} is not writable (EACCES) while opening the cache: give yourself write permission, or choose another folder with CURIE_CACHE\n`;
  assert.is(await asNobody(open, folder, '{}'), refused, 'a folder that cannot be made');
  mkdirSync(folder);
  openCache(folder).close();
  chmodSync(folder, 0o755);
  assert.is(await asNobody(open, folder, '{}'), refused, 'a cache of somebody else');
  assert.is(await asNobody(open, folder, '{"readOnly":true}'), 'opened\n', 'but it can be read');
});

crash('says so when the folder is no cache, or a newer one', () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'thesis.tex'), 'mine');
  assert.throws(() => openCache(folder), /neither empty nor a cache/);
  const newer = join(freshFolder(), 'cache');
  openCache(newer).close();
  chmodSync(join(newer, 'layout.json'), 0o644);
  writeFileSync(join(newer, 'layout.json'), '{"version":9,"hash":"sha256"}');
  assert.throws(() => openCache(newer), /another version of curie \(layout 9, this one reads 1\)/);
  assert.throws(
    () => openCache(join(freshFolder(), 'none'), { readOnly: true }),
    /holds no cache yet/,
  );
});

crash('the digest of the bytes is the name: known answers', () => {
  assert.is(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.is(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

crash.run();
