/** Conclusions that hold as long as files stay what they are. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCache, type Watched } from '../../cache/index.ts';
import { ownIdentity } from '../../cache/process.ts';
import { type MemoryDisk, memoryDisk } from './memory-disk.ts';

const watches = suite('watched files');

const life = { identify: ownIdentity, beat: () => () => {} };
const FILES = ['/data/a', '/data/b', '/data/sub/c'];
const WATCHED: readonly Watched[] = FILES.map((path) => ({ path, follow: path === '/data/a' }));

/** Files that are older than any doubt. */
function prepared(): MemoryDisk {
  const disk = memoryDisk();
  for (const folder of ['/data', '/data/sub']) disk.makeFolder(folder);
  for (const path of FILES) disk.create(path, `text of ${path}`, 0o644);
  for (const path of FILES) disk.stamp(path, { mtimeNs: 1n, ctimeNs: 1n });
  return disk;
}

function concluded(disk: MemoryDisk, files = WATCHED, since = Date.now()) {
  const cache = openCache('/cache', { disk, life });
  cache.watch('name', { said: 'all is well' }, { files, records: [], since });
  return cache;
}

watches('keep the conclusion while nothing changes', () => {
  const disk = prepared();
  const cache = concluded(disk);
  let begun: unknown;
  assert.equal(
    cache.unchanged('name', (conclusion) => {
      begun = conclusion;
    }),
    { said: 'all is well' },
  );
  assert.equal(begun, { said: 'all is well' });
  assert.is(
    cache.unchanged('other', () => {}),
    undefined,
  );
  cache.close();
});

const CHANGES: { readonly [what: string]: (disk: MemoryDisk) => void } = {
  'other bytes': (disk) => disk.append('/data/b', ' and more'),
  'a newer time': (disk) => disk.touch('/data/b'),
  'another file in its place': (disk) => {
    disk.create('/data/sub/d', 'text of /data/b', 0o644);
    disk.rename('/data/sub/d', '/data/b');
    disk.stamp('/data/b', { mtimeNs: 1n, ctimeNs: 1n });
  },
  'a file that is gone': (disk) => disk.unlink('/data/sub/c'),
};
for (const [what, change] of Object.entries(CHANGES))
  watches(`drop it after ${what}`, () => {
    const disk = prepared();
    const cache = concluded(disk);
    change(disk);
    assert.is(
      cache.unchanged('name', () => {}),
      undefined,
    );
    cache.close();
  });

watches('are noted only where times can vouch for them', () => {
  const young = prepared();
  young.stamp('/data/a', { mtimeNs: BigInt(Date.now()) * 1_000_000n });
  for (const [disk, files] of [
    [young, WATCHED],
    [prepared(), [{ path: '/data/missing', follow: false }]],
  ] as const) {
    const cache = concluded(disk, files);
    assert.is(
      cache.unchanged('name', () => {}),
      undefined,
    );
    cache.close();
  }
});

watches('that are torn or damaged conclude nothing', () => {
  const disk = prepared();
  concluded(disk).close();
  const path = '/cache/watched/name';
  const text = Buffer.from(disk.read(path)).toString();
  for (const damaged of ['', 'x', text.slice(0, 30), text.slice(0, -20), text.replace('{', '[')]) {
    disk.unlink(path);
    disk.create(path, damaged, 0o644);
    const cache = openCache('/cache', { disk, life });
    assert.is(
      cache.unchanged('name', () => {}),
      undefined,
      damaged,
    );
    cache.gc();
    cache.close();
    disk.create(path, text, 0o644);
  }
});

watches.run();
