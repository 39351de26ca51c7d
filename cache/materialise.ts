/**
 * Final outputs under results/: copies for the user, by copy-on-write where the file system
 * can, never hard links into the store; nothing reads them back.
 *
 * `<root>/.written` is a log of JSON lines `[path, digest]` of what we wrote: only such files
 * are replaced. A file of ours that was changed since is restored, and the changed one is kept
 * beside it. A file that we did not write stays; so does one behind a symbolic link. (`root`
 * itself may be a link: that is where the user wants results to be.)
 */
import { randomUUID } from 'node:crypto';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { sha256 } from './canonical.ts';
import { type Disk, discard } from './disk.ts';
import { CacheError, diskProblem } from './errors.ts';
import { PairLog } from './pair-log.ts';
import type { Content, StatCache } from './stat-cache.ts';

export type Materialised =
  /** The right bytes were there. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'written' }
  /** An earlier output of ours was there. */
  | { readonly kind: 'replaced' }
  /** An output of ours was there, changed since; the changed file is at `aside` now. */
  | { readonly kind: 'restored'; readonly aside: string }
  /** Nothing was written; `because` says to the user why and what to do. */
  | { readonly kind: 'refused'; readonly because: string };

const LEDGER = '.written';
/** Smaller files are read sooner than the system is asked for a clone. */
const LARGE = 1 << 20;

export class Results {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #stats: StatCache;
  readonly #written: PairLog;

  constructor(disk: Disk, root: string, stats: StatCache) {
    this.#disk = disk;
    this.#root = root;
    this.#stats = stats;
    this.#written = new PairLog(disk, join(root, LEDGER));
  }

  /** Makes `bytes` appear at `path` below the root. */
  materialiseBytes(bytes: Uint8Array, path: string): Materialised {
    const content = { digest: sha256(bytes), size: bytes.length };
    return this.#materialise(content, path, (to) => this.#disk.create(to, bytes, 0o644));
  }

  /** Makes a copy of `source`, whose bytes are `content`, appear at `path` below the root. */
  materialise(content: Content, source: string, path: string): Materialised {
    return this.#materialise(content, path, (to) => {
      // A clone has the bytes of its source, which need not be read again if that is as it was.
      const isClone = content.size > LARGE && this.#disk.clone(source, to, 0o644);
      if (!isClone) this.#disk.copy(source, to, 0o644);
      if (this.#stats.contentOf(isClone ? source : to).digest !== content.digest)
        throw new CacheError(
          'unstable',
          source,
          `${source} changed while it was copied to ${path}: run again`,
        );
    });
  }

  #materialise(content: Content, path: string, make: (to: string) => void): Materialised {
    const name = normalize(path);
    if (isAbsolute(name) || name.split(sep).includes('..') || name === '.' || name.includes('\0'))
      throw new Error(`${JSON.stringify(path)} is no path inside the results folder`);
    const target = join(this.#root, name);
    try {
      const there = this.#disk.stat(target);
      if (
        there?.kind === 'file' &&
        this.#written.get(name) === content.digest &&
        this.#stats.lookUp(there) === content.digest
      )
        return { kind: 'kept' };
      const blocked = this.#makeFolders(name);
      if (blocked !== undefined) return { kind: 'refused', because: blocked };
      return this.#place(content, make, name, target);
    } catch (error) {
      throw diskProblem(error, target, 'writing a result', 'run in a folder of your own');
    }
  }

  #place(content: Content, make: (to: string) => void, name: string, target: string): Materialised {
    const there = this.#disk.stat(target);
    if (there === undefined) {
      this.#write(content, make, name, target);
      return { kind: 'written' };
    }
    if (there.kind !== 'file')
      return {
        kind: 'refused',
        because: `${target} is a ${there.kind === 'link' ? 'symbolic link' : there.kind} that curie did not make: move it away to have the result there`,
      };
    const found = this.#stats.contentOf(target).digest;
    const ours = this.#written.get(name);
    if (found === content.digest) {
      // Also when the ledger was lost: a file with exactly our bytes is ours to replace later.
      this.#note(name, found);
      return { kind: 'kept' };
    }
    if (ours === undefined)
      return {
        kind: 'refused',
        because: `${target} was not written by curie and differs from the result: move it away to have the result there`,
      };
    if (ours === found) {
      this.#write(content, make, name, target);
      return { kind: 'replaced' };
    }
    const aside = this.#freeName(target);
    this.#disk.rename(target, aside);
    this.#write(content, make, name, target);
    return { kind: 'restored', aside };
  }

  /**
   * A copy under a short temporary name (the target's own may fill all 255 bytes), then moved
   * into place. Not flushed: a copy lost with the power is written again by the next run.
   */
  #write(content: Content, make: (to: string) => void, name: string, target: string): void {
    const temporary = join(dirname(target), `.${randomUUID()}`);
    try {
      make(temporary);
      this.#note(name, content.digest);
      this.#disk.rename(temporary, target);
      this.#stats.wrote(target, content.digest, false);
    } finally {
      discard(this.#disk, temporary);
    }
  }

  /** Makes the folders on the way to `name`; says what is in the way, if anything is. */
  #makeFolders(name: string): string | undefined {
    const missing: string[] = [];
    for (let at = this.#root; this.#disk.statTarget(at) === undefined; at = dirname(at))
      missing.push(at);
    for (const folder of missing.reverse()) this.#disk.makeFolder(folder);
    let folder = this.#root;
    for (const part of name.split(sep).slice(0, -1)) {
      folder = join(folder, part);
      this.#disk.makeFolder(folder);
      const kind = this.#disk.stat(folder)?.kind;
      if (kind !== 'folder')
        return `${folder} is ${kind === 'link' ? 'a symbolic link' : 'no folder'}, and results are never written through one: move it away to have the results there`;
    }
    return undefined;
  }

  #freeName(target: string): string {
    for (let n = 1; ; n++) {
      const aside = join(
        dirname(target),
        `changed-${n}-${target.slice(dirname(target).length + 1)}`,
      );
      const fits = Buffer.byteLength(aside.slice(dirname(aside).length + 1)) <= 255;
      const candidate = fits ? aside : join(dirname(target), `changed-${n}`);
      if (this.#disk.stat(candidate) === undefined) return candidate;
    }
  }

  /**
   * Noted before the file appears: a crash between leaves a note without a file, which is
   * harmless.
   */
  #note(name: string, digest: string): void {
    const path = join(this.#root, LEDGER);
    if (this.#disk.stat(path)?.kind === 'link')
      throw new CacheError('not-writable', path, `${path} is a symbolic link: remove it`);
    this.#written.set(name, digest);
  }
}
