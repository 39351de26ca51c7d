/** What is in the cache, and whether all of it is what it should be. */
import { join } from 'node:path';
import type { ContentStore } from './content.ts';
import type { Disk } from './disk.ts';
import { demanded, namedBlobs, type RecordStore } from './records.ts';
import { digestOfFile } from './stat-cache.ts';

interface Amount {
  readonly count: number;
  readonly bytes: number;
}

export interface CacheStats {
  readonly blobs: Amount;
  readonly records: Amount & { readonly inconclusive: number };
  /** Blobs that no record names: of failed or running work, until `gc`. */
  readonly unnamed: Amount;
  readonly checkpoints: Amount;
  readonly temporary: Amount;
  readonly quarantine: Amount;
  readonly runs: number;
}

export interface Verification {
  readonly blobs: number;
  readonly records: number;
  /** Blobs whose bytes are not what their name says, and where they are. `find` refuses them. */
  readonly tampered: readonly { readonly digest: string; readonly path: string }[];
  /** Record files that are not what was written. */
  readonly damaged: readonly { readonly key: string; readonly path: string }[];
  /** Records whose demanded bytes were collected: no fault, they will run again if needed. */
  readonly evicted: readonly string[];
}

export function statsOf(
  disk: Disk,
  root: string,
  content: ContentStore,
  records: RecordStore,
): CacheStats {
  const named = new Set<string>();
  let [count, bytes, inconclusive] = [0, 0, 0];
  for (const key of records.keys()) {
    count += 1;
    bytes += disk.stat(records.pathOf(key))?.size ?? 0;
    const record = records.readFile(key);
    if (record === undefined) continue;
    if (record.outcome === 'inconclusive') inconclusive += 1;
    for (const blob of namedBlobs(record)) named.add(blob.digest);
  }
  const blobs = { count: 0, bytes: 0 };
  const unnamed = { count: 0, bytes: 0 };
  for (const blob of content.blobs()) {
    const sums = named.has(blob.digest) ? [blobs] : [blobs, unnamed];
    for (const sum of sums) {
      sum.count += 1;
      sum.bytes += blob.size;
    }
  }
  return {
    blobs,
    records: { count, bytes, inconclusive },
    unnamed,
    checkpoints: amountIn(disk, join(root, 'ckpt')),
    temporary: amountIn(disk, join(root, 'tmp')),
    quarantine: amountIn(disk, join(root, 'quarantine')),
    runs: disk.list(join(root, 'runs')).length,
  };
}

/**
 * Reads every blob and every record, whatever is remembered of them.
 *
 * @param heal  moves what is wrong to quarantine, so that the next run makes it again
 */
export function verifyAll(
  disk: Disk,
  content: ContentStore,
  records: RecordStore,
  heal: boolean,
): Verification {
  const sizes = new Map<string, number>();
  const tampered: { digest: string; path: string }[] = [];
  for (const blob of content.blobs()) {
    const isFile = disk.stat(blob.path)?.kind === 'file';
    if (isFile && digestOfFile(disk, blob.path) === blob.digest) sizes.set(blob.digest, blob.size);
    else tampered.push({ digest: blob.digest, path: blob.path });
  }
  const damaged: { key: string; path: string }[] = [];
  const evicted: string[] = [];
  let count = 0;
  for (const key of records.keys()) {
    count += 1;
    const record = records.readFile(key);
    if (record === undefined) damaged.push({ key, path: records.pathOf(key) });
    else if (demanded(record).some(([, blob]) => sizes.get(blob.digest) !== blob.size))
      evicted.push(key);
  }
  const found = { blobs: sizes.size + tampered.length, records: count, evicted };
  if (!heal) return { ...found, tampered, damaged };
  return {
    ...found,
    tampered: tampered.map(({ digest }) => ({ digest, path: content.quarantine(digest) })),
    damaged: damaged.map(({ key }) => ({ key, path: records.quarantine(key) })),
  };
}

/** Files below a folder, and their bytes. */
function amountIn(disk: Disk, folder: string): Amount {
  let [count, bytes] = [0, 0];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const name of disk.list(next)) {
      const path = join(next, name);
      const stat = disk.stat(path);
      if (stat?.kind === 'folder') folders.push(path);
      else if (stat !== undefined) {
        count += 1;
        bytes += stat.size;
      }
    }
  }
  return { count, bytes };
}
