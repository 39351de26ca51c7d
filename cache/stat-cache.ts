/**
 * Digests of files, remembered by (device, inode, size, mtime, ctime).
 *
 * On disk: a log of lines `dev ino size mtimeNs ctimeNs digest`, some with a mark of the boot
 * behind, the last line of a file wins. Writers begin with a newline, so that a line torn by a crash damages no other; a reader
 * passes over lines that are not whole. Losing the log costs time, never correctness.
 *
 * An entry is kept only if it can be trusted: a file written within the clock's resolution of
 * its hashing can change again without its times showing it. Therefore a file whose mtime or
 * ctime is not at least two seconds older than the hashing is hashed again next time. On file
 * systems that other machines write (NFS, FUSE, …) times prove nothing, and nothing is kept.
 *
 * Files that this process has written itself need not be read again: once they are two seconds
 * old and still are what they were after the writing, their digest is what was written.
 *
 * Bytes written within the last minute may only be in memory. After a power loss a file can have
 * the same times and size with other bytes; so what was learnt of a file younger than a minute
 * counts until the next boot only, unless the file was flushed.
 */
import { createHash } from 'node:crypto';
import { sha256 } from './canonical.ts';
import { type Disk, discard, type FileStat } from './disk.ts';
import { CacheError } from './errors.ts';

/** Bytes by what they are. */
export interface Content {
  /** Hex SHA-256. */
  readonly digest: string;
  readonly size: number;
}

const RACY_NS = 2_000_000_000n;
/** Twice the time after which Linux writes to disk what was not flushed. */
const FLUSHED_NS = 60_000_000_000n;
/** Lines kept in memory before they are appended together. */
const BATCH = 256;
/** A log this many times longer than what it says is rewritten when it is read. */
const SLACK = 2;

const LINE = /^(\d+ \d+) (\d+ \d+ \d+) ([0-9a-f]{64})(?: ([0-9a-f]{8}))?$/;

/** What is known of a file. */
interface Entry {
  /** Size and times. */
  readonly version: string;
  readonly digest: string;
  /** The only boot for which this counts; always without it. */
  readonly boot: string | undefined;
}

export class StatCache {
  readonly #disk: Disk;
  readonly #log: string;
  readonly #readOnly: boolean;
  readonly #boot: string;
  /** By device and inode. */
  #known: Map<string, Entry> | undefined;
  #unwritten: string[] = [];
  readonly #own: OwnFiles;
  readonly #shared = new Map<bigint, boolean>();

  /** `bootId` tells the running kernel from all that ran before. */
  constructor(disk: Disk, log: string, readOnly: boolean, bootId: string) {
    this.#disk = disk;
    this.#log = log;
    this.#readOnly = readOnly;
    this.#boot = sha256(bootId).slice(0, 8);
    this.#own = new OwnFiles(disk);
  }

  /**
   * Digest and size of the file at `path`, through symbolic links. Throws a `CacheError` where
   * there is no regular file, or where it keeps changing while being read.
   */
  contentOf(path: string): Content {
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = this.#disk.statTarget(path);
      if (before === undefined) throw new CacheError('missing', path, `${path} does not exist`);
      if (before.kind !== 'file') throw new CacheError('missing', path, `${path} is not a file`);
      const remembered = this.lookUp(before);
      if (remembered !== undefined) return { digest: remembered, size: before.size };
      const started = now();
      const digest = digestOfFile(this.#disk, path);
      const after = this.#disk.statTarget(path);
      if (after !== undefined && identityOf(after) === identityOf(before)) {
        this.learn(path, before, digest, started);
        return { digest, size: before.size };
      }
    }
    throw new CacheError(
      'unstable',
      path,
      `${path} changes while it is being read: wait until whatever writes it has ended, then run again`,
    );
  }

  /** The digest of a file's present version, if it was hashed before and can be trusted. */
  lookUp(stat: FileStat): string | undefined {
    const entry = this.#load().get(`${stat.dev} ${stat.ino}`);
    if (entry?.version !== versionOf(stat)) return undefined;
    return entry.boot === undefined || entry.boot === this.#boot ? entry.digest : undefined;
  }

  /** Notes that this process has just written a file, which has got its last name. */
  wrote(path: string, digest: string, isFlushed: boolean): void {
    this.#own.add(path, (stat, settledAt) => this.learn(path, stat, digest, settledAt, isFlushed));
  }

  /** Appends what was learnt to the log. */
  flush(): void {
    this.#own.settle();
    if (this.#unwritten.length === 0) return;
    const lines = this.#unwritten;
    this.#unwritten = [];
    if (this.#readOnly) return;
    try {
      this.#disk.append(this.#log, `\n${lines.join('\n')}\n`);
    } catch {
      // Only speed is lost, and the next write that matters will report the disk's trouble.
    }
  }

  /** True if a file that was read at `readAt` (ns) and keeps this identity has not changed since. */
  isSettled(path: string, stat: FileStat, readAt: bigint): boolean {
    const settled = readAt - RACY_NS;
    return stat.mtimeNs < settled && stat.ctimeNs < settled && !this.#isShared(path, stat.dev);
  }

  /** Takes over what a file was found to be when it was hashed at `hashedAt` (ns). */
  learn(path: string, stat: FileStat, digest: string, hashedAt: bigint, isFlushed = false): void {
    if (!this.isSettled(path, stat, hashedAt)) return;
    const file = `${stat.dev} ${stat.ino}`;
    const isSafe = isFlushed || stat.ctimeNs < hashedAt - FLUSHED_NS;
    const boot = isSafe ? undefined : this.#boot;
    const entry = { version: versionOf(stat), digest, boot };
    this.#load().set(file, entry);
    this.#unwritten.push(lineOf(file, entry));
    if (this.#unwritten.length >= BATCH) this.flush();
  }

  #isShared(path: string, device: bigint): boolean {
    let shared = this.#shared.get(device);
    if (shared === undefined) {
      shared = this.#disk.isShared(path);
      this.#shared.set(device, shared);
    }
    return shared;
  }

  #load(): Map<string, Entry> {
    if (this.#known !== undefined) return this.#known;
    this.#known = new Map();
    if (this.#disk.stat(this.#log) === undefined) return this.#known;
    const lines = Buffer.from(this.#disk.read(this.#log)).toString('latin1').split('\n');
    for (const line of lines) {
      const [, file, version, digest, boot] = LINE.exec(line) ?? [];
      if (file !== undefined && version !== undefined && digest !== undefined)
        this.#known.set(file, { version, digest, boot });
    }
    if (lines.length > 1000 + SLACK * 2 * this.#known.size) this.#rewrite();
    return this.#known;
  }

  /** Drops superseded lines. What another process appends meanwhile is lost, and only hashed again. */
  #rewrite(): void {
    if (this.#readOnly || this.#known === undefined) return;
    const fresh = `${this.#log}.${process.pid}`;
    const lines = [...this.#known].map(([file, entry]) => `${lineOf(file, entry)}\n`);
    try {
      this.#disk.create(fresh, lines.join(''), 0o644);
      this.#disk.rename(fresh, this.#log);
    } catch {
      discard(this.#disk, fresh);
    }
  }
}

function lineOf(file: string, { version, digest, boot }: Entry): string {
  return `${file} ${version} ${digest}${boot === undefined ? '' : ` ${boot}`}`;
}

/** Files that this process has written, until they are old enough to be told apart by their times. */
export class OwnFiles {
  readonly #disk: Disk;
  #young: {
    readonly path: string;
    readonly stat: FileStat;
    readonly writtenAt: bigint;
    readonly learn: (stat: FileStat, settledAt: bigint) => void;
  }[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** `learn` is called once the file has been left alone for long enough. */
  add(path: string, learn: (stat: FileStat, settledAt: bigint) => void): void {
    const stat = this.#disk.stat(path);
    if (stat?.kind !== 'file') return;
    this.#young.push({ path, stat, writtenAt: now(), learn });
    if (this.#young.length % BATCH === 0) this.settle();
  }

  /** Looks at files that are old enough. */
  settle(): void {
    const settledAt = now();
    const old = this.#young.findIndex(({ writtenAt }) => settledAt - writtenAt <= RACY_NS);
    const due = this.#young.splice(0, old < 0 ? this.#young.length : old);
    for (const { path, stat, learn } of due) {
      const found = this.#disk.stat(path);
      if (found !== undefined && identityOf(found) === identityOf(stat)) learn(found, settledAt);
    }
  }
}

/** Nanoseconds, by the system's clock. */
export function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** Hex SHA-256 of a file's bytes, read in pieces. */
export function digestOfFile(disk: Disk, path: string): string {
  const hash = createHash('sha256');
  for (const piece of disk.chunks(path)) hash.update(piece);
  return hash.digest('hex');
}

function versionOf(stat: FileStat): string {
  return `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

/** What a version of a file's bytes is known by. */
export function identityOf(stat: FileStat): string {
  return `${stat.dev} ${stat.ino} ${versionOf(stat)}`;
}
