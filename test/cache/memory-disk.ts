/**
 * A disk in memory that knows what a power loss would leave: bytes that were not synced may be
 * lost, cut or scrambled, names whose folder was not synced may be missing or still there.
 * It can also fail at the n-th change, and lose its power there.
 */
import { basename, dirname } from 'node:path';
import type { Disk, FileStat } from '../../cache/disk.ts';

interface File {
  readonly ino: bigint;
  bytes: Buffer;
  /** What is surely on the platter. */
  synced: Buffer;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

interface Folder {
  readonly ino: bigint;
  names: Map<string, Entry>;
  synced: Map<string, Entry>;
}

type Entry = { readonly file: File } | { readonly folder: Folder };

/** Never used twice, as on a real disk between two looks. */
let inodes = 1n;

export class PowerLoss extends Error {
  constructor() {
    super('power loss');
  }
}

export interface MemoryDisk extends Disk {
  /** Changes made so far: creations, writes, renames, links, removals. */
  changes(): number;
  /** Before the change with this number (from 1), fail with the error code, or lose power. */
  failAt(change: number, how: string | 'power'): void;
  /** Fail at this change and at every later one. */
  failFrom(change: number, code: string): void;
  heal(): void;
  /** What is left after the power is back; `pick(n)` chooses among n fates for each loss. */
  restarted(pick: (n: number) => number): MemoryDisk;
  /** Changes bytes behind everybody's back. */
  tamper(path: string, change: (bytes: Buffer) => Buffer): void;
  /** Sets a file's times, as a coarse clock or `touch -d` would. */
  stamp(path: string, times: { readonly mtimeNs?: bigint; readonly ctimeNs?: bigint }): void;
  files(): string[];
}

function problem(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

export function memoryDisk(tree?: Folder): MemoryDisk {
  // Old enough for the stat cache to trust what it has read, until the next boot.
  let clock = BigInt(Date.now() - 10_000) * 1_000_000n;
  const root: Folder = tree ?? { ino: inodes++, names: new Map(), synced: new Map() };
  let changes = 0;
  let failure: { from: number; to: number; how: string } | undefined;
  let dead = false;

  function change(path: string): void {
    if (dead) throw new PowerLoss();
    changes += 1;
    clock += 1000n;
    if (failure === undefined || changes < failure.from || changes > failure.to) return;
    if (failure.how === 'power') {
      dead = true;
      throw new PowerLoss();
    }
    throw problem(failure.how, path);
  }

  function entryAt(path: string): Entry | undefined {
    if (dead) throw new PowerLoss();
    let at: Entry = { folder: root };
    for (const part of path.split('/').filter((name) => name !== '')) {
      if (!('folder' in at)) return undefined;
      const next: Entry | undefined = at.folder.names.get(part);
      if (next === undefined) return undefined;
      at = next;
    }
    return at;
  }

  function folderAt(path: string): Folder {
    const entry = entryAt(path);
    if (entry === undefined) throw problem('ENOENT', path);
    if (!('folder' in entry)) throw problem('ENOTDIR', path);
    return entry.folder;
  }

  function fileAt(path: string): File {
    const entry = entryAt(path);
    if (entry === undefined) throw problem('ENOENT', path);
    if (!('file' in entry)) throw problem('EISDIR', path);
    return entry.file;
  }

  function put(path: string, entry: Entry): void {
    folderAt(dirname(path)).names.set(basename(path), entry);
  }

  function newFile(bytes: Buffer): File {
    return { ino: inodes++, bytes, synced: Buffer.alloc(0), mtimeNs: clock, ctimeNs: clock };
  }

  function stat(path: string): FileStat | undefined {
    const entry = entryAt(path);
    if (entry === undefined) return undefined;
    if ('folder' in entry)
      return {
        kind: 'folder',
        dev: 1n,
        ino: entry.folder.ino,
        size: 0,
        mtimeNs: 0n,
        ctimeNs: 0n,
      };
    const { ino, bytes, mtimeNs, ctimeNs } = entry.file;
    return { kind: 'file', dev: 1n, ino, size: bytes.length, mtimeNs, ctimeNs };
  }

  function sync(path: string): void {
    change(path);
    const entry = entryAt(path);
    if (entry === undefined) throw problem('ENOENT', path);
    if ('file' in entry) entry.file.synced = Buffer.from(entry.file.bytes);
    else entry.folder.synced = new Map(entry.folder.names);
  }

  const disk: MemoryDisk = {
    read: (path) => Buffer.from(fileAt(path).bytes),
    *chunks(path) {
      const { bytes } = fileAt(path);
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
    create(path, bytes) {
      if (entryAt(path) !== undefined) throw problem('EEXIST', path);
      change(path);
      const file = newFile(Buffer.alloc(0));
      put(path, { file });
      // Written in two pieces: a disk that is full is so in the middle.
      const data = Buffer.from(bytes);
      const half = Math.floor(data.length / 2);
      file.bytes = data.subarray(0, half);
      change(path);
      file.bytes = data;
    },
    append(path, text) {
      change(path);
      const entry = entryAt(path);
      const file = entry !== undefined && 'file' in entry ? entry.file : newFile(Buffer.alloc(0));
      if (entry === undefined) put(path, { file });
      file.bytes = Buffer.concat([file.bytes, Buffer.from(text)]);
      file.mtimeNs = clock;
      file.ctimeNs = clock;
    },
    copy(from, to) {
      disk.create(to, fileAt(from).bytes, 0o444);
    },
    clone(from, to, mode) {
      disk.copy(from, to, mode);
      return true;
    },
    link(from, to) {
      const file = fileAt(from);
      if (entryAt(to) !== undefined) throw problem('EEXIST', to);
      folderAt(dirname(to));
      change(to);
      put(to, { file });
      file.ctimeNs = clock;
    },
    rename(from, to) {
      const entry = entryAt(from);
      if (entry === undefined) throw problem('ENOENT', from);
      folderAt(dirname(to));
      change(to);
      folderAt(dirname(from)).names.delete(basename(from));
      put(to, entry);
    },
    unlink(path) {
      fileAt(path);
      change(path);
      folderAt(dirname(path)).names.delete(basename(path));
    },
    makeFolder(path) {
      if (entryAt(path) !== undefined) return false;
      folderAt(dirname(path));
      change(path);
      put(path, { folder: { ino: inodes++, names: new Map(), synced: new Map() } });
      return true;
    },
    removeFolder(path) {
      if (folderAt(path).names.size > 0) throw problem('ENOTEMPTY', path);
      change(path);
      folderAt(dirname(path)).names.delete(basename(path));
    },
    removeTree(path) {
      if (entryAt(path) === undefined) return;
      change(path);
      folderAt(dirname(path)).names.delete(basename(path));
    },
    list(path) {
      const entry = entryAt(path);
      return entry !== undefined && 'folder' in entry ? [...entry.folder.names.keys()].sort() : [];
    },
    stat,
    statTarget: stat,
    touch(path) {
      change(path);
      fileAt(path).mtimeNs = clock;
    },
    realPath: (path) => path,
    isShared: () => false,
    sync,
    async syncSoon(path) {
      sync(path);
    },

    changes: () => changes,
    failAt(at, how) {
      failure = { from: changes + at, to: changes + at, how };
    },
    failFrom(at, code) {
      failure = { from: changes + at, to: Number.POSITIVE_INFINITY, how: code };
    },
    heal() {
      failure = undefined;
    },
    restarted: (pick) => memoryDisk(afterPowerLoss(root, pick)),
    tamper(path, alter) {
      const file = fileAt(path);
      clock += 1000n;
      file.bytes = alter(Buffer.from(file.bytes));
      file.mtimeNs = clock;
      file.ctimeNs = clock;
    },
    stamp(path, times) {
      Object.assign(fileAt(path), times);
    },
    files() {
      const found: string[] = [];
      const walk = (folder: Folder, path: string): void => {
        for (const [name, entry] of folder.names)
          if ('folder' in entry) walk(entry.folder, `${path}/${name}`);
          else found.push(`${path}/${name}`);
      };
      walk(root, '');
      return found.sort();
    },
  };
  return disk;
}

/** Each unsynced name is there or not, each unsynced file whole, as synced, cut or scrambled. */
function afterPowerLoss(folder: Folder, pick: (n: number) => number): Folder {
  const fates = new Map<File, File>();
  const survive = (file: File): File => {
    const known = fates.get(file);
    if (known !== undefined) return known;
    const bytes = file.bytes.equals(file.synced) ? file.bytes : fateOf(file, pick);
    const left = { ...file, bytes: Buffer.from(bytes), synced: Buffer.from(bytes) };
    fates.set(file, left);
    return left;
  };
  const walk = (from: Folder): Folder => {
    const names = new Map<string, Entry>();
    for (const name of [...new Set([...from.synced.keys(), ...from.names.keys()])].sort()) {
      const [was, is] = [from.synced.get(name), from.names.get(name)];
      const entry = was === is ? is : pick(2) === 0 ? was : is;
      if (entry === undefined) continue;
      names.set(
        name,
        'folder' in entry ? { folder: walk(entry.folder) } : { file: survive(entry.file) },
      );
    }
    return { ino: from.ino, names, synced: new Map(names) };
  };
  return walk(folder);
}

function fateOf(file: File, pick: (n: number) => number): Buffer {
  switch (pick(4)) {
    case 0:
      return file.bytes;
    case 1:
      return file.synced;
    case 2:
      return file.bytes.subarray(0, Math.floor(file.bytes.length / 2));
    default:
      return Buffer.alloc(file.bytes.length, 0);
  }
}
