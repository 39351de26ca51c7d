/**
 * Garbage collection: takes bytes, never records.
 *
 * What stays, whatever the options:
 *  1. blobs named by a record that a kept run needs (`roots.ts`);
 *  2. blobs younger than a day, or used again within it: work in progress.
 * Of the rest, those needed by no run go first, then those of the oldest runs, until the blobs
 * take at most `maxSize`; without `maxSize` all of the rest goes.
 *
 * Safe while others run: a run names a key before it relies on the key's bytes. Blobs are moved
 * aside first; then the runs are read again, and what was named meanwhile is moved back. Who
 * looks in between finds the bytes evicted, and makes them again.
 */
import { join } from 'node:path';
import type { ContentStore } from './content.ts';
import type { Disk } from './disk.ts';
import { diskProblem, errorCode } from './errors.ts';
import type { Leases } from './lease.ts';
import { pinnedKeys } from './pins.ts';
import { namedBlobs, type RecordStore } from './records.ts';
import { keysOfRun, runIds } from './roots.ts';

export interface GcOptions {
  /** How many of the newest runs keep their bytes; all without it. */
  readonly keepRuns?: number;
  /** Bytes that the blobs may take at most, as far as kept runs allow. */
  readonly maxSize?: number;
  /** Only says what would go. */
  readonly dryRun?: boolean;
}

export interface GcResult {
  readonly removed: { readonly blobs: number; readonly bytes: number };
  readonly kept: { readonly blobs: number; readonly bytes: number };
  /** Checkpoints of finished actions and temporary folders of dead processes. */
  readonly leftovers: number;
}

/** Before the newest run. */
const PINNED = -1;
const GRACE_NS = 24n * 3600n * 1_000_000_000n;

interface Candidate {
  readonly digest: string;
  readonly size: number;
  readonly path: string;
  /** Place of the newest run that needs it, 0 the newest; undefined: none does. */
  readonly age: number | undefined;
}

/** `trash` is a path on the same file system that nobody uses. */
export function collect(
  disk: Disk,
  root: string,
  content: ContentStore,
  records: RecordStore,
  leases: Leases,
  trash: string,
  options: GcOptions,
): GcResult {
  try {
    const { candidates, kept } = choose(disk, root, content, records, options);
    const dryRun = options.dryRun ?? false;
    const gone = dryRun ? candidates : sweep(disk, root, records, candidates, options, trash);
    const leftovers = clearLeftovers(disk, root, records, leases, dryRun);
    const sum = (blobs: readonly Candidate[]): number =>
      blobs.reduce((total, blob) => total + blob.size, 0);
    return {
      removed: { blobs: gone.length, bytes: sum(gone) },
      kept: {
        blobs: kept.blobs + candidates.length - gone.length,
        bytes: kept.bytes + sum(candidates) - sum(gone),
      },
      leftovers,
    };
  } catch (error) {
    throw diskProblem(error, root, 'collecting garbage');
  }
}

function choose(
  disk: Disk,
  root: string,
  content: ContentStore,
  records: RecordStore,
  options: GcOptions,
): { candidates: Candidate[]; kept: { blobs: number; bytes: number } } {
  const ages = agesOfBlobs(disk, root, records);
  const spared = BigInt(Date.now()) * 1_000_000n - GRACE_NS;
  const keepRuns = options.keepRuns ?? Number.POSITIVE_INFINITY;
  const free: Candidate[] = [];
  const kept = { blobs: 0, bytes: 0 };
  for (const { digest, size, path, mtimeNs } of content.blobs()) {
    const age = ages.get(digest);
    if (mtimeNs > spared || (age !== undefined && age < keepRuns)) {
      kept.blobs += 1;
      kept.bytes += size;
    } else free.push({ digest, size, path, age });
  }
  if (options.maxSize === undefined) return { candidates: free, kept };
  const oldestFirst = (blob: Candidate): number => blob.age ?? Number.POSITIVE_INFINITY;
  free.sort((a, b) => {
    const [first, second] = [oldestFirst(b), oldestFirst(a)];
    return first === second ? 0 : first - second;
  });
  let excess = kept.bytes + free.reduce((total, blob) => total + blob.size, 0) - options.maxSize;
  const candidates: Candidate[] = [];
  for (const blob of free) {
    if (excess > 0) {
      candidates.push(blob);
      excess -= blob.size;
    } else {
      kept.blobs += 1;
      kept.bytes += blob.size;
    }
  }
  return { candidates, kept };
}

/** For each blob that some run or pin needs, the place of the newest such run; pins come first. */
function agesOfBlobs(disk: Disk, root: string, records: RecordStore): Map<string, number> {
  const ages = new Map<string, number>();
  const seen = new Set<string>();
  const runs = runIds(disk, root).map((id, age) => ({ age, keys: keysOfRun(disk, root, id) }));
  for (const { age, keys } of [{ age: PINNED, keys: pinnedKeys(disk, root) }, ...runs]) {
    for (const key of keys) {
      if (seen.has(key)) continue;
      seen.add(key);
      const record = records.read(key);
      if (record === undefined) continue;
      for (const blob of namedBlobs(record)) if (!ages.has(blob.digest)) ages.set(blob.digest, age);
    }
  }
  return ages;
}

/** Removes the candidates, except what a run has named meanwhile; returns what is gone. */
function sweep(
  disk: Disk,
  root: string,
  records: RecordStore,
  candidates: readonly Candidate[],
  options: GcOptions,
  trash: string,
): Candidate[] {
  disk.makeFolder(trash);
  const moved: Candidate[] = [];
  for (const blob of candidates) {
    try {
      disk.rename(blob.path, join(trash, blob.digest));
      moved.push(blob);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  const ages = agesOfBlobs(disk, root, records);
  const keepRuns = options.keepRuns ?? Number.POSITIVE_INFINITY;
  const gone: Candidate[] = [];
  for (const blob of moved) {
    const age = ages.get(blob.digest);
    const before = blob.age ?? Number.POSITIVE_INFINITY;
    if (age !== undefined && age < keepRuns && age < before) {
      try {
        disk.link(join(trash, blob.digest), blob.path);
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
    } else gone.push(blob);
  }
  disk.removeTree(trash);
  return gone;
}

/** Removes checkpoints of actions that are done, conclusions that may be of no use any more, and what dead processes left. */
function clearLeftovers(
  disk: Disk,
  root: string,
  records: RecordStore,
  leases: Leases,
  dryRun: boolean,
): number {
  const leftovers = disk.list(join(root, 'watched')).map((name) => join(root, 'watched', name));
  for (const key of disk.list(join(root, 'ckpt')))
    if (records.read(key) !== undefined && !leases.mayBeTaken(key))
      leftovers.push(join(root, 'ckpt', key));
  for (const nonce of disk.list(join(root, 'tmp')))
    if (!leases.mayBeAlive(nonce)) leftovers.push(join(root, 'tmp', nonce));
  for (const nonce of disk.list(join(root, 'owners')))
    if (!leases.mayBeAlive(nonce)) leftovers.push(join(root, 'owners', nonce));
  if (!dryRun) for (const path of leftovers) disk.removeTree(path);
  return leftovers.length;
}
