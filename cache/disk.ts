/**
 * All of the cache's access to the disk, as one small interface: tests replace it by a disk
 * that forgets what was not synced, runs out of space or denies access.
 *
 * Every function throws Node's file system errors (`ENOENT`, `EEXIST`, `ENOSPC`, …). Nothing
 * follows a symbolic link in the last component of a path, except `read` and `chunks`, which
 * may be pointed at a user's file.
 */
import {
  appendFileSync,
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { errorCode } from './errors.ts';

/** What `stat` tells. The numbers that identify a version of a file's bytes are exact. */
export interface FileStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export interface Disk {
  /** Whole contents. */
  read(path: string): Uint8Array;
  /** Contents in pieces of at most 1 MiB; a piece is valid until the next one is asked for. */
  chunks(path: string): Iterable<Uint8Array>;
  /** Creates a new file; `EEXIST` where there is one. */
  create(path: string, bytes: Uint8Array | string, mode: number): void;
  /** Adds to the end of a file, which it creates; small pieces of several writers stay whole. */
  append(path: string, text: string): void;
  /** Creates a copy, by copy-on-write where the file system can; `EEXIST` where there is one. */
  copy(from: string, to: string, mode: number): void;
  /** Creates a copy that shares its bytes with `from`; false, and nothing created, where none can. */
  clone(from: string, to: string, mode: number): boolean;
  /** Gives a file a second name; `EEXIST` where the name is taken. The atomic way to publish. */
  link(from: string, to: string): void;
  /** Moves, replacing the file `to` atomically. */
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** Creates one folder; true where it is new, false where it was there. */
  makeFolder(path: string): boolean;
  /** Removes an empty folder; `ENOTEMPTY` where it is not. */
  removeFolder(path: string): void;
  /** Removes whatever is at `path` with all it holds; nothing there is fine. */
  removeTree(path: string): void;
  /** Names in a folder, sorted by code unit; none where there is no such folder. */
  list(path: string): string[];
  /** The file itself, or undefined where there is nothing. */
  stat(path: string): FileStat | undefined;
  /** What a symbolic link at `path` leads to, or undefined. */
  statTarget(path: string): FileStat | undefined;
  /** Sets the modification time to now. */
  touch(path: string): void;
  /** The path with every symbolic link resolved. */
  realPath(path: string): string;
  /** True on file systems whose times other machines may set: NFS, SMB, FUSE, 9p, Lustre. */
  isShared(path: string): boolean;
  /** Returns when the file's bytes, or the folder's names, would survive a power loss. */
  sync(path: string): void;
  /** The same without blocking this thread; several at once share one flush of the journal. */
  syncSoon(path: string): Promise<void>;
}

/** Fits into the caches of a core, which matters to hashing. */
const CHUNK = 1 << 18;

/** `statfs` types of file systems that more than one machine may write. */
const SHARED_TYPES: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x65735546, // FUSE
  0x01021997, // 9p
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
]);

/** Of file systems without copy-on-write, or two of them. */
const CANNOT_CLONE: ReadonlySet<string | undefined> = new Set([
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'ENOTTY',
  'EINVAL',
  'EXDEV',
]);

/** The real disk. */
export const realDisk: Disk = {
  read: (path) => readFileSync(path),

  *chunks(path) {
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(CHUNK);
      for (let n = readSync(file, buffer); n > 0; n = readSync(file, buffer))
        yield buffer.subarray(0, n);
    } finally {
      closeSync(file);
    }
  },

  create(path, bytes, mode) {
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const file = openSync(path, 'wx', mode);
    try {
      for (let at = 0; at < data.length; ) at += writeSync(file, data, at);
    } finally {
      closeSync(file);
    }
  },

  append: (path, text) => appendFileSync(path, text),

  copy(from, to, mode) {
    copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    chmodSync(to, mode);
  },

  clone(from, to, mode) {
    try {
      copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    } catch (error) {
      if (CANNOT_CLONE.has(errorCode(error))) return false;
      throw error;
    }
    chmodSync(to, mode);
    return true;
  },

  link: (from, to) => linkSync(from, to),
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => unlinkSync(path),

  makeFolder(path) {
    try {
      mkdirSync(path);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  },

  removeFolder: (path) => rmdirSync(path),
  removeTree: (path) => rmSync(path, { recursive: true, force: true }),

  list(path) {
    try {
      return readdirSync(path).sort();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  },

  stat: (path) => toStat(lstatSync(path, { bigint: true, throwIfNoEntry: false })),
  statTarget: (path) => toStat(statSync(path, { bigint: true, throwIfNoEntry: false })),

  touch(path) {
    const now = new Date();
    utimesSync(path, now, now);
  },

  realPath: (path) => realpathSync(path),
  isShared: (path) => SHARED_TYPES.has(statfsSync(path).type),

  sync(path) {
    const file = openSync(path, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },

  syncSoon(path) {
    const file = openSync(path, 'r');
    return new Promise((resolve, reject) => {
      fsync(file, (error) => {
        closeSync(file);
        if (error) reject(error);
        else resolve();
      });
    });
  },
};

/** The same disk for those who only look: every change is refused. */
export function readOnlyDisk(disk: Disk): Disk {
  const refuse = (path: string): never => {
    throw Object.assign(new Error(`EROFS: only looking, '${path}'`), { code: 'EROFS' });
  };
  return {
    ...disk,
    create: refuse,
    append: refuse,
    copy: refuse,
    clone: refuse,
    link: refuse,
    rename: refuse,
    unlink: refuse,
    makeFolder: refuse,
    removeFolder: refuse,
    removeTree: refuse,
    touch: refuse,
  };
}

/** Removes a temporary file if that is possible: what stays in `tmp/` is cleared by `gc`. */
export function discard(disk: Disk, path: string): void {
  try {
    disk.removeTree(path);
  } catch {
    // The trouble with the disk that matters has been, or will be, reported by another call.
  }
}

function toStat(stat: BigIntStats | undefined): FileStat | undefined {
  if (stat === undefined) return undefined;
  return {
    kind: stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'folder'
        : stat.isSymbolicLink()
          ? 'link'
          : 'other',
    dev: stat.dev,
    ino: stat.ino,
    size: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
  };
}
