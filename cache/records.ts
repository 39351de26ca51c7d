/**
 * Action records: what an action gave, by the action's key, in `ac/ab/<key>.json`.
 *
 * The record is the commit point: it is published, whole, only after everything it names is
 * safe on disk. Records outlive bytes: garbage collection takes blobs, never records.
 *
 * A key is a hit if and only if
 *  1. its record file exists,
 *  2. the file's checksum is right and the record names this key and this schema,
 *  3. every demanded blob (artifacts and figures; a log is not demanded) is a regular file,
 *  4. of the size that the record says,
 *  5. whose bytes have the digest that the record says: read now, or vouched for by the stat
 *     cache, which does so only for files that have not changed since they were read.
 * If 1 fails, the action never ran: `first`. If 2, 4 or 5 fails, somebody or something changed
 * the cache: `tampered`, with the place the wrong bytes were moved to. If 3 fails, the bytes
 * were collected: `evicted`. Then the action runs again.
 */
import { join } from 'node:path';
import { canonicalJson, digestOf, type Json, sha256 } from './canonical.ts';
import type { ContentStore } from './content.ts';
import { type Disk, discard } from './disk.ts';
import { CacheError, diskProblem, errorCode } from './errors.ts';
import type { Lease } from './lease.ts';
import type { RecordIndex } from './record-index.ts';
import { type Content, now, type StatCache } from './stat-cache.ts';
import type { Syncs } from './syncs.ts';

/** One output as a record keeps it: small values inside, bytes by digest. */
export type RecordedOutput =
  | {
      readonly kind: 'value';
      readonly value: Json;
      /** `digestOf(value)`. */
      readonly digest: string;
    }
  | {
      readonly kind: 'artifact';
      readonly digest: string;
      readonly size: number;
      /** What the bytes hold and how results/ names them; opaque here. */
      readonly type: string;
      readonly extension: string;
    };

export interface Provenance {
  /** Wall clock at the start, ISO 8601 in UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly threads: number;
  /** Facts about the machine. */
  readonly host: { readonly [fact: string]: Json };
  /** Version of curie. */
  readonly curie: string;
}

/** What an action gave. The cache understands `key` and the blobs; all else is opaque to it. */
export interface ActionRecord {
  readonly schema: 'curie/record@1';
  /** `digestOf(action)`. */
  readonly key: string;
  readonly action: Json;
  readonly outcome: 'done' | 'inconclusive';
  readonly reason?: string;
  readonly outputs: { readonly [name: string]: RecordedOutput };
  readonly figures?: Content;
  readonly log?: Content;
  readonly warnings: readonly string[];
  readonly provenance: Provenance;
}

export interface Hit {
  readonly kind: 'hit';
  readonly record: ActionRecord;
}

export type Miss =
  | { readonly kind: 'miss'; readonly reason: 'first' }
  /** The record is there, the bytes of `what` were collected. */
  | {
      readonly kind: 'miss';
      readonly reason: 'evicted';
      readonly what: string;
      readonly record: ActionRecord;
    }
  /** `what` was changed behind the cache's back; the wrong bytes are at `path` now. */
  | {
      readonly kind: 'miss';
      readonly reason: 'tampered';
      readonly what: string;
      readonly path: string;
    };

/** What `commit` found. */
export type Committed =
  | { readonly kind: 'first' }
  /** There was a record with the same outcome and outputs; it stays. */
  | { readonly kind: 'same' }
  /**
   * There was a record with other outputs. It is kept under another name, and the new one
   * counts from now on. For a step that claims to be exact this is a defect worth reporting.
   */
  | { readonly kind: 'superseded'; readonly previous: ActionRecord };

export class RecordStore {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #content: ContentStore;
  readonly #stats: StatCache;
  readonly #index: RecordIndex;
  readonly #syncs: Syncs;
  readonly #temporary: () => string;

  constructor(
    disk: Disk,
    root: string,
    content: ContentStore,
    stats: StatCache,
    index: RecordIndex,
    syncs: Syncs,
    temporary: () => string,
  ) {
    this.#disk = disk;
    this.#root = root;
    this.#content = content;
    this.#stats = stats;
    this.#index = index;
    this.#syncs = syncs;
    this.#temporary = temporary;
  }

  pathOf(key: string): string {
    return join(this.#root, 'ac', key.slice(0, 2), `${key}.json`);
  }

  /** The record of `key` without a look at its blobs; undefined if there is none, or a damaged one. */
  read(key: string): ActionRecord | undefined {
    const found = this.#readChecked(key);
    return found === 'none' || found === 'damaged' ? undefined : found;
  }

  /** Applies the hit rule. */
  find(key: string): Hit | Miss {
    try {
      const record = this.#readChecked(key);
      if (record === 'none') return { kind: 'miss', reason: 'first' };
      if (record === 'damaged')
        return { kind: 'miss', reason: 'tampered', what: 'record', path: this.quarantine(key) };
      for (const [what, content] of demanded(record)) {
        const state = this.#content.check(content);
        if (state.kind === 'missing') return { kind: 'miss', reason: 'evicted', what, record };
        if (state.kind === 'tampered')
          return { kind: 'miss', reason: 'tampered', what, path: state.path };
      }
      return { kind: 'hit', record };
    } catch (error) {
      throw diskProblem(error, this.#root, 'looking up an earlier result');
    }
  }

  /**
   * Publishes a record; resolves when it would survive a power loss. Everything that the record
   * names must have been added before. Throws a `CacheError` if the lease was lost.
   */
  async commit(record: ActionRecord, lease: Lease): Promise<Committed> {
    if (digestOf(record.action) !== record.key || lease.key !== record.key)
      throw new Error('a record, its action and its lease must have the same key');
    for (const [what, content] of demanded(record)) {
      if (this.#disk.stat(this.#content.pathOf(content.digest))?.size !== content.size)
        throw new Error(`the bytes of ${what} must be in the cache before the record`);
    }
    let temporary: string | undefined;
    try {
      temporary = this.#temporary();
      const text = envelope(record);
      this.#disk.create(temporary, text, 0o444);
      await this.#syncs.sync(temporary);
      const folder = join(this.#root, 'ac', record.key.slice(0, 2));
      if (this.#disk.makeFolder(folder)) await this.#syncs.sync(join(this.#root, 'ac'));
      const committed = this.#publish(record, temporary, lease);
      await this.#syncs.sync(folder);
      discard(this.#disk, temporary);
      if (committed.kind !== 'same') this.#index.wrote(record.key, this.pathOf(record.key), text);
      return committed;
    } catch (error) {
      if (temporary !== undefined) discard(this.#disk, temporary);
      throw diskProblem(error, this.#root, 'saving a record');
    }
  }

  /** Every key with a record, in order. */
  *keys(): Iterable<string> {
    const folder = join(this.#root, 'ac');
    for (const prefix of this.#disk.list(folder))
      for (const name of this.#disk.list(join(folder, prefix)))
        if (KEY_FILE.test(name)) yield name.slice(0, 64);
  }

  #publish(record: ActionRecord, temporary: string, lease: Lease): Committed {
    const path = this.pathOf(record.key);
    // From here to the publishing call nothing waits: an owner that lost its lease while it was
    // stopped finds out here, and `link` never replaces what a new owner has committed.
    mustHold(lease, path);
    try {
      this.#disk.link(temporary, path);
      return { kind: 'first' };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    // It may have been stopped between the two calls, and what is there be the new owner's.
    mustHold(lease, path);
    const previous = this.#readChecked(record.key);
    if (previous === 'none') throw new Error('a record vanished while it was being replaced');
    if (previous === 'damaged') {
      this.quarantine(record.key);
      this.#disk.link(temporary, path);
      return { kind: 'first' };
    }
    if (sameResult(previous, record)) return { kind: 'same' };
    for (let n = 1; ; n++) {
      try {
        this.#disk.link(path, path.replace(/\.json$/, `.${n}.json`));
        break;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
    }
    this.#disk.rename(temporary, path);
    return { kind: 'superseded', previous };
  }

  /** The record in the file itself, whatever the index remembers of it; undefined if damaged. */
  readFile(key: string): ActionRecord | undefined {
    const text = this.#textOf(key);
    const record = text === undefined ? undefined : opened(text);
    return record?.key === key ? record : undefined;
  }

  /** Moves the file of a damaged record away; returns where it is. */
  quarantine(key: string): string {
    const path = this.pathOf(key);
    const folder = join(this.#root, 'quarantine');
    try {
      this.#disk.makeFolder(folder);
      const aside = join(folder, `${key}.${Date.now()}.json`);
      this.#disk.rename(path, aside);
      return aside;
    } catch {
      return path;
    }
  }

  #readChecked(key: string): ActionRecord | 'none' | 'damaged' {
    const path = this.pathOf(key);
    const stat = this.#disk.stat(path);
    if (stat === undefined) return 'none';
    const known = this.#index.textOf(key, stat);
    const remembered = known === undefined ? undefined : opened(known);
    if (remembered?.key === key) return remembered;
    const readAt = now();
    const text = this.#textOf(key);
    if (text === undefined) return 'none';
    const record = opened(text);
    if (record?.key !== key) return 'damaged';
    if (this.#stats.isSettled(path, stat, readAt)) this.#index.add(key, stat, text);
    return record;
  }

  #textOf(key: string): string | undefined {
    try {
      return Buffer.from(this.#disk.read(this.pathOf(key))).toString('utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function mustHold(lease: Lease, path: string): void {
  if (lease.isHeld()) return;
  throw new CacheError(
    'lease-lost',
    path,
    `another process has taken over the work on ${lease.key.slice(0, 12)}, because this one did not respond; its result is discarded`,
  );
}

const KEY_FILE = /^[0-9a-f]{64}\.json$/;
const HEAD = '{"sha256":"';
const MIDDLE = '","record":';
const BODY_AT = HEAD.length + 64 + MIDDLE.length;

/** Blobs that a hit must find, with what to call each in a message. */
export function demanded(record: ActionRecord): (readonly [what: string, content: Content])[] {
  const blobs: (readonly [string, Content])[] = [];
  for (const name in record.outputs) {
    const output = record.outputs[name]!;
    if (output.kind === 'artifact') blobs.push([`output ${name}`, output]);
  }
  if (record.figures !== undefined) blobs.push(['figures', record.figures]);
  return blobs;
}

/** Every blob that a record names. */
export function namedBlobs(record: ActionRecord): Content[] {
  const blobs = demanded(record).map(([, content]) => content);
  return record.log === undefined ? blobs : [...blobs, record.log];
}

/** A record as its file holds it: its checksum, then the record; one JSON document. */
function envelope(record: ActionRecord): string {
  const body = canonicalJson(record);
  return `${HEAD}${sha256(body)}${MIDDLE}${body}}\n`;
}

/** The record in a file's text, or undefined if the text is not what `envelope` wrote. */
function opened(text: string): ActionRecord | undefined {
  const body = text.slice(BODY_AT, -2);
  if (text !== `${HEAD}${sha256(body)}${MIDDLE}${body}}\n`) return undefined;
  const record: unknown = JSON.parse(body);
  return isRecord(record) ? record : undefined;
}

/** The checksum vouches for all else that `envelope` was given. */
function isRecord(value: unknown): value is ActionRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    value.schema === 'curie/record@1'
  );
}

/** Same outcome and outputs; who made them, when and how fast does not count. */
function sameResult(a: ActionRecord, b: ActionRecord): boolean {
  const result = (record: ActionRecord): string =>
    canonicalJson({
      outcome: record.outcome,
      reason: record.reason ?? null,
      outputs: record.outputs,
      figures: record.figures?.digest ?? null,
    });
  return result(a) === result(b);
}
