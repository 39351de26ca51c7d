/**
 * A content-addressed cache on disk: bytes by digest, and what each action gave by the action's
 * key. Knows nothing of workflows. Any number of processes may use one folder at once; readers
 * never wait. See `layout.ts` for the folder, `records.ts` for what counts as a hit.
 *
 * How an action runs:
 *
 *     const hit = cache.find(key);                      // hit: done
 *     const lease = await cache.waitForLease(key);      // one process at a time
 *     cache.find(key);                                  // again: the last holder may have finished
 *     const folder = cache.newFolder();                 // work here
 *     const content = await cache.addFile(join(folder, 'density.csv'));
 *     await cache.commit(record, lease);                // the commit point
 *     lease.release();
 */
import { dirname, join, resolve } from 'node:path';
import type { Json } from './canonical.ts';
import { type Checkpoint, openCheckpoint } from './checkpoints.ts';
import { ContentStore } from './content.ts';
import { type Disk, discard, readOnlyDisk, realDisk } from './disk.ts';
import { diskProblem } from './errors.ts';
import { collect, type GcOptions, type GcResult } from './gc.ts';
import { hashAhead } from './hash-ahead.ts';
import { startHeartbeat } from './heartbeat.ts';
import { type CacheStats, statsOf, type Verification, verifyAll } from './inspect.ts';
import { Latest } from './latest.ts';
import { prepareLayout } from './layout.ts';
import { type Lease, Leases, type Life } from './lease.ts';
import { type Materialised, Results } from './materialise.ts';
import { pin } from './pins.ts';
import { ownIdentity } from './process.ts';
import { RecordIndex } from './record-index.ts';
import {
  type ActionRecord,
  type Committed,
  demanded,
  type Hit,
  type Miss,
  RecordStore,
} from './records.ts';
import { keysOfRun, openRoot, type Root } from './roots.ts';
import { type Content, StatCache } from './stat-cache.ts';
import { Syncs } from './syncs.ts';
import { type Watched, Watches } from './watch.ts';

export { canonicalJson, digestOf, type Json, sha256 } from './canonical.ts';
export { type Checkpoint, openCheckpoint } from './checkpoints.ts';
export { CacheError, type CacheProblem, diskProblem } from './errors.ts';
export type { GcOptions, GcResult } from './gc.ts';
export type { CacheStats, Verification } from './inspect.ts';
export type { Lease } from './lease.ts';
export type { Materialised } from './materialise.ts';
export type {
  ActionRecord,
  Committed,
  Hit,
  Miss,
  Provenance,
  RecordedOutput,
} from './records.ts';
export type { Root } from './roots.ts';
export type { Content } from './stat-cache.ts';
export type { Watched } from './watch.ts';

export interface CacheOptions {
  /** For commands that only look: nothing is created, and a folder without a cache is an error. */
  readonly readOnly?: boolean;
  /** Tests put a disk here that fails. */
  readonly disk?: Disk;
  /** Tests put the life of another process here. */
  readonly life?: Life;
}

export interface Cache {
  /** Absolute path. */
  readonly folder: string;

  /** Whether `key` can be restored (records.ts has the rule), else why not. */
  find(key: string): Hit | Miss;
  /** The record of `key`, without a look at its bytes; undefined if there is none. */
  recordOf(key: string): ActionRecord | undefined;

  /** Adds a copy of a file; resolves when it is safe on disk. The same bytes cost no write. */
  addFile(path: string): Promise<Content>;
  addBytes(bytes: Uint8Array): Promise<Content>;
  /** Where the bytes of a digest are, read-only; no promise that they are. */
  pathOf(digest: string): string;
  /** Digest and size of any file, read only if it changed since it was read last. */
  digestFile(path: string): Content;
  /** Has several cores read large files for which `digestFile` will be asked. */
  hashAhead(paths: readonly string[]): Promise<void>;

  /**
   * Publishes a record whose bytes were all added; resolves when it is safe on disk. Throws a
   * `CacheError` ('lease-lost') if another process has taken over.
   */
  commit(record: ActionRecord, lease: Lease): Promise<Committed>;

  /** The lease of a key, or undefined while another owner may be alive. Then `find` again. */
  lease(key: string): Lease | undefined;
  /** Waits for the lease, then `find` again. Rejects with the signal's reason when aborted. */
  waitForLease(key: string, signal?: AbortSignal): Promise<Lease>;
  /** The same for a device slot, `<uuid>.<slot>`, among all who share this cache. */
  deviceLease(name: string): Lease | undefined;

  checkpoint(key: string): Checkpoint;
  /**
   * A new empty folder for one attempt, on the cache's file system; absolute path. `close`
   * removes it: what should outlive this process is moved into the run's folder.
   */
  newFolder(): string;
  /** Removes such a folder whose work is done; one that cannot be removed waits for `close`. */
  removeFolder(folder: string): void;

  /**
   * Makes `content` appear at `path` (relative, inside the folder `root`) as a reflink or copy.
   * Never through a symbolic link and never over a file that we did not write: then `refused`.
   */
  materialise(content: Content, root: string, path: string): Materialised;

  /** The same with bytes that are not in the store. */
  materialiseBytes(bytes: Uint8Array, root: string, path: string): Materialised;

  /** The key of the last record of a task in a study. */
  latestKeyOf(study: string, task: string): string | undefined;
  /** The last record of a task in a study, to compare with. */
  latestOf(study: string, task: string): ActionRecord | undefined;
  /** Notes a record as the last one of a task. */
  noteLatest(study: string, task: string, key: string): void;

  /**
   * Notes a conclusion drawn from files, and from records and their bytes, that were looked at
   * after `since` (ms since 1970): `unchanged` gives it as long as none of them has changed, after
   * `begin` was called with it.
   */
  watch(
    name: string,
    conclusion: Json,
    of: {
      readonly files: readonly Watched[];
      readonly records: readonly ActionRecord[];
      readonly since: number;
    },
  ): void;
  unchanged(name: string, begin: (conclusion: Json) => void): Json | undefined;

  /** What the run `id` needs; `gc` keeps that. Ids must sort in the order of the runs. */
  run(id: string): Root;
  /** Keys that a run has named. */
  keysOf(run: string): readonly string[];

  /**
   * Keeps results as long as the file at `path` (absolute) is there; of what it pinned before,
   * only these.
   */
  pin(path: string, keys: readonly string[]): void;

  stats(): CacheStats;
  /** Reads every blob and record again; `heal` moves what is wrong to quarantine. */
  verify(options?: { readonly heal?: boolean }): Verification;
  gc(options?: GcOptions): GcResult;

  /** Releases leases and removes this process's temporary files. */
  close(): void;
}

/** Opens the cache in `folder`, which is created if need be. Throws a `CacheError`. */
export function openCache(folder: string, options: CacheOptions = {}): Cache {
  const root = resolve(folder);
  const readOnly = options.readOnly ?? false;
  const anyDisk = options.disk ?? realDisk;
  const disk = readOnly ? readOnlyDisk(anyDisk) : anyDisk;
  prepareLayout(disk, root, readOnly);

  const life = options.life ?? { identify: ownIdentity, beat: startHeartbeat };
  const { bootId } = life.identify('');
  const stats = new StatCache(disk, join(root, 'stat-cache.log'), readOnly, bootId);
  const syncs = new Syncs(disk);
  const leases = new Leases(disk, root, life);
  let own: string | undefined;
  let names = 0;

  /** A path that nobody uses yet, in this process's temporary folder. */
  function temporary(): string {
    if (own === undefined) {
      const folder = join(root, 'tmp', leases.nonce());
      disk.makeFolder(folder);
      own = folder;
    }
    names += 1;
    return join(own, String(names));
  }

  const content = new ContentStore(disk, root, stats, syncs, temporary);
  const index = new RecordIndex(disk, join(root, 'records.log'), readOnly);
  const records = new RecordStore(disk, root, content, stats, index, syncs, temporary);
  const latest = new Latest(disk, root);
  const watches = new Watches(disk, root, stats);
  const results = new Map<string, Results>();

  function resultsIn(folder: string): Results {
    const known = results.get(folder) ?? new Results(disk, folder, stats);
    results.set(folder, known);
    return known;
  }

  return {
    folder: root,
    find: (key) => records.find(key),
    recordOf: (key) => records.read(key),

    addFile: (path) => content.addFile(path),
    addBytes: (bytes) => content.addBytes(bytes),
    pathOf: (digest) => content.pathOf(digest),
    digestFile(path) {
      try {
        return stats.contentOf(path);
      } catch (error) {
        throw diskProblem(error, path, 'reading a file');
      }
    },

    hashAhead: (paths) => (anyDisk === realDisk ? hashAhead(paths, stats) : Promise.resolve()),

    commit: (record, lease) => records.commit(record, lease),
    lease: (key) => leases.take('leases', key),
    waitForLease: (key, signal) => leases.wait('leases', key, signal),
    deviceLease: (name) => leases.take('gpu', name),

    checkpoint: (key) => openCheckpoint(join(root, 'ckpt', key), disk),
    newFolder() {
      try {
        const path = temporary();
        disk.makeFolder(path);
        return path;
      } catch (error) {
        throw diskProblem(error, root, 'making a folder to work in');
      }
    },
    removeFolder: (folder) => discard(disk, folder),

    materialise: (wanted, folder, path) =>
      resultsIn(folder).materialise(wanted, content.pathOf(wanted.digest), path),
    materialiseBytes: (bytes, folder, path) => resultsIn(folder).materialiseBytes(bytes, path),

    latestKeyOf: (study, task) => latest.keyOf(study, task),
    latestOf(study, task) {
      const key = latest.keyOf(study, task);
      return key === undefined ? undefined : records.read(key);
    },
    noteLatest: (study, task, key) => latest.note(study, task, key),
    watch(name, conclusion, { files, records: of, since }) {
      const folders = new Set(of.map(({ key }) => dirname(records.pathOf(key))));
      const bytes = new Set(
        of.flatMap((record) => demanded(record).map(([, { digest }]) => content.pathOf(digest))),
      );
      const own = [...folders, ...bytes].map((path): Watched => ({ path, follow: false }));
      watches.note(name, conclusion, [...files, ...own], BigInt(since) * 1_000_000n);
    },
    unchanged: (name, begin) => watches.recall(name, begin),
    run: (id) => openRoot(disk, root, id),
    keysOf: (run) => keysOfRun(disk, root, run),

    pin: (path, keys) => pin(disk, root, path, keys),

    stats: () => statsOf(disk, root, content, records),
    verify: ({ heal = false } = {}) => verifyAll(disk, content, records, heal),
    gc: (gcOptions = {}) => collect(disk, root, content, records, leases, temporary(), gcOptions),

    close() {
      stats.flush();
      index.flush();
      try {
        leases.close();
        if (own !== undefined) disk.removeTree(own);
        own = undefined;
      } catch (error) {
        throw diskProblem(error, root, 'closing the cache');
      }
    },
  };
}
