/**
 * Records in one file, `records.log`, so that a hundred thousand of them are read at once: lines
 * `key dev ino size mtimeNs ctimeNs text`, where `text` is what the record's own file held when
 * it had that identity; the last line of a key wins. The record's file stays what counts: an
 * entry is used only while the file still is the one that was read. Losing the log costs time.
 *
 * Writers begin with a newline, so that a line torn by a crash damages no other.
 */
import { type Disk, discard, type FileStat } from './disk.ts';
import { identityOf, OwnFiles } from './stat-cache.ts';

/** Lines kept in memory before they are appended together. */
const BATCH = 256;
/** A log this many times longer than what it says is rewritten when it is read. */
const SLACK = 2;
const KEY_LENGTH = 64;
const NEWLINE = 10;

export class RecordIndex {
  readonly #disk: Disk;
  readonly #log: string;
  readonly #readOnly: boolean;
  #lines: Buffer = Buffer.alloc(0);
  /** By key: where its line begins and ends. */
  #places: Map<string, readonly [start: number, end: number]> | undefined;
  #unwritten: string[] = [];
  readonly #own: OwnFiles;

  constructor(disk: Disk, log: string, readOnly: boolean) {
    this.#disk = disk;
    this.#log = log;
    this.#readOnly = readOnly;
    this.#own = new OwnFiles(disk);
  }

  /** Text of the record's file, if the file is still the one that was read. */
  textOf(key: string, stat: FileStat): string | undefined {
    const place = this.#load().get(key);
    if (place === undefined) return undefined;
    const head = `${identityOf(stat)} `;
    const start = place[0] + KEY_LENGTH + 1;
    if (this.#lines.toString('latin1', start, start + head.length) !== head) return undefined;
    return this.#lines.toString('utf8', start + head.length, place[1] + 1);
  }

  /** Notes that this process has just published a record. */
  wrote(key: string, path: string, text: string): void {
    this.#own.add(path, (stat) => this.add(key, stat, text));
  }

  /** Remembers what a record's file holds. The caller knows that its identity can be trusted. */
  add(key: string, stat: FileStat, text: string): void {
    this.#unwritten.push(`${key} ${identityOf(stat)} ${text}`);
    if (this.#unwritten.length >= BATCH) this.flush();
  }

  flush(): void {
    this.#own.settle();
    if (this.#unwritten.length === 0) return;
    const text = `\n${this.#unwritten.join('')}`;
    this.#unwritten = [];
    if (this.#readOnly) return;
    try {
      this.#disk.append(this.#log, text);
    } catch {
      // Only speed is lost, and the next write that matters will report the disk's trouble.
    }
  }

  #load(): Map<string, readonly [number, number]> {
    if (this.#places !== undefined) return this.#places;
    this.#places = new Map();
    if (this.#disk.stat(this.#log)?.kind !== 'file') return this.#places;
    this.#lines = Buffer.from(this.#disk.read(this.#log));
    let count = 0;
    for (let start = 0; start < this.#lines.length; ) {
      const end = this.#lines.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (end - start > KEY_LENGTH) {
        this.#places.set(this.#lines.toString('latin1', start, start + KEY_LENGTH), [start, end]);
        count += 1;
      }
      start = end + 1;
    }
    if (count > 1000 + SLACK * this.#places.size) this.#rewrite(this.#places);
    return this.#places;
  }

  /** Drops superseded lines. What another process appends meanwhile is lost, and only read again. */
  #rewrite(places: Map<string, readonly [number, number]>): void {
    if (this.#readOnly) return;
    const fresh = `${this.#log}.${process.pid}`;
    const lines = [...places.values()].map(([start, end]) => this.#lines.subarray(start, end + 1));
    try {
      this.#disk.create(fresh, Buffer.concat(lines), 0o644);
      this.#disk.rename(fresh, this.#log);
    } catch {
      discard(this.#disk, fresh);
    }
  }
}
