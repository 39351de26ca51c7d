/**
 * A small map on disk, from text to text: a log of JSON lines `[name, value]`, the last line of
 * a name wins. Writers begin with a newline, so that a line torn by a crash damages no other;
 * lines that are not whole are passed over. Several processes may append at once.
 */
import { randomUUID } from 'node:crypto';
import { type Disk, discard } from './disk.ts';

/** A log this many times longer than what it says is rewritten when it is read. */
const SLACK = 3;

export class PairLog {
  readonly #disk: Disk;
  readonly #path: string;
  #pairs: Map<string, string> | undefined;
  /** Lines in the file, as far as known; those that are not whole count, too. */
  #lines = 0;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  get(name: string): string | undefined {
    return this.#load().get(name);
  }

  /** Costs no write if it was so before. */
  set(name: string, value: string): void {
    const pairs = this.#load();
    if (pairs.get(name) === value) return;
    this.#compact(pairs);
    this.#disk.append(this.#path, `\n${lineOf([name, value])}`);
    pairs.set(name, value);
    this.#lines += 1;
  }

  #load(): Map<string, string> {
    if (this.#pairs !== undefined) return this.#pairs;
    this.#pairs = new Map();
    if (this.#disk.stat(this.#path)?.kind !== 'file') return this.#pairs;
    for (const line of Buffer.from(this.#disk.read(this.#path)).toString('utf8').split('\n')) {
      if (line === '') continue;
      this.#lines += 1;
      const pair = parsed(line);
      if (pair !== undefined) this.#pairs.set(pair[0], pair[1]);
    }
    return this.#pairs;
  }

  #compact(pairs: Map<string, string>): void {
    if (this.#lines < 1000 + SLACK * pairs.size) return;
    const fresh = `${this.#path}.${randomUUID()}`;
    try {
      this.#disk.create(fresh, [...pairs].map(lineOf).join(''), 0o644);
      this.#disk.sync(fresh);
      this.#disk.rename(fresh, this.#path);
      this.#lines = pairs.size;
    } finally {
      discard(this.#disk, fresh);
    }
  }
}

function lineOf(pair: readonly [name: string, value: string]): string {
  return `${JSON.stringify(pair)}\n`;
}

function parsed(line: string): readonly [name: string, value: string] | undefined {
  if (!line.endsWith(']')) return undefined;
  try {
    const pair: unknown = JSON.parse(line);
    if (!Array.isArray(pair)) return undefined;
    const [name, value]: readonly unknown[] = pair;
    return typeof name === 'string' && typeof value === 'string' ? [name, value] : undefined;
  } catch {
    return undefined;
  }
}
