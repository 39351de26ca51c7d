/**
 * The content store: bytes by their SHA-256, in `cas/sha256/ab/cdef…`, mode 0444.
 *
 * A blob appears whole or not at all: written to a temporary file, hashed, flushed, then given
 * its name with `link`, and the folder flushed. The same bytes again cost no write. A blob is
 * never changed; one whose bytes are wrong is moved to `quarantine/`.
 */
import { join } from 'node:path';
import { sha256 } from './canonical.ts';
import { type Disk, discard } from './disk.ts';
import { CacheError, diskProblem, errorCode } from './errors.ts';
import { type Content, digestOfFile, type StatCache } from './stat-cache.ts';
import type { Syncs } from './syncs.ts';

/** What is at a digest's place. */
export type BlobState =
  | { readonly kind: 'present' }
  | { readonly kind: 'missing' }
  /** Other bytes than the name says; moved to `path`, or left there if that was impossible. */
  | { readonly kind: 'tampered'; readonly path: string };

/** Files up to this size are read once and added from memory. */
const SMALL = 1 << 20;
/** A blob used again is marked as recent once a mark is this old: half of what `gc` spares. */
const MARK_AGE_NS = 12n * 3600n * 1_000_000_000n;

export class ContentStore {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #blobs: string;
  readonly #stats: StatCache;
  readonly #syncs: Syncs;
  /** A fresh name in a temporary folder on the same file system. */
  readonly #temporary: () => string;

  constructor(disk: Disk, root: string, stats: StatCache, syncs: Syncs, temporary: () => string) {
    this.#disk = disk;
    this.#root = root;
    this.#blobs = join(root, 'cas', 'sha256');
    this.#stats = stats;
    this.#syncs = syncs;
    this.#temporary = temporary;
  }

  /** Where the bytes of `digest` are, if they are there. */
  pathOf(digest: string): string {
    return join(this.#blobs, digest.slice(0, 2), digest.slice(2));
  }

  /** Adds bytes; resolves when they would survive a power loss. */
  async addBytes(bytes: Uint8Array): Promise<Content> {
    const content = { digest: sha256(bytes), size: bytes.length };
    if (this.#reuse(content)) return content;
    await this.#publish((temporary) => {
      this.#disk.create(temporary, bytes, 0o444);
      return content.digest;
    });
    return content;
  }

  /** Adds a copy of the file at `path`; resolves when it would survive a power loss. */
  async addFile(path: string): Promise<Content> {
    const before = this.#stats.contentOf(path);
    if (this.#reuse(before)) return before;
    if (before.size <= SMALL) return this.addBytes(this.#disk.read(path));
    let content = before;
    await this.#publish((temporary) => {
      this.#disk.copy(path, temporary, 0o444);
      // The copy is private: what is hashed here is what gets published, whatever the file does.
      content = {
        digest: digestOfFile(this.#disk, temporary),
        size: this.#disk.stat(temporary)!.size,
      };
      return content.digest;
    });
    return content;
  }

  /**
   * Whether the right bytes are there. The stat cache may vouch for them; else they are read.
   * Wrong bytes are put into quarantine.
   */
  check(content: Content): BlobState {
    const path = this.pathOf(content.digest);
    const stat = this.#disk.stat(path);
    if (stat === undefined) return { kind: 'missing' };
    let right = stat.kind === 'file' && stat.size === content.size;
    if (right && this.#stats.lookUp(stat) === content.digest) return { kind: 'present' };
    try {
      right &&= this.#stats.contentOf(path).digest === content.digest;
    } catch (error) {
      if (error instanceof CacheError && error.problem === 'missing') return { kind: 'missing' };
      throw error;
    }
    return right
      ? { kind: 'present' }
      : { kind: 'tampered', path: this.quarantine(content.digest) };
  }

  /** Moves wrong bytes away, so that right ones can take their place; returns where they are. */
  quarantine(digest: string): string {
    const path = this.pathOf(digest);
    const folder = join(this.#root, 'quarantine');
    try {
      this.#disk.makeFolder(folder);
      for (let n = 1; ; n++) {
        const aside = join(folder, `${digest}.${n}`);
        if (this.#disk.stat(aside) !== undefined) continue;
        this.#disk.rename(path, aside);
        return aside;
      }
    } catch (error) {
      const code = errorCode(error);
      // Another process was quicker, or the cache may only be read: the bytes are refused anyway.
      if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
        return path;
      throw diskProblem(error, this.#root, 'moving damaged bytes to quarantine');
    }
  }

  /** Every blob with the size it has on disk, in the order of digests. */
  *blobs(): Iterable<Content & { readonly path: string; readonly mtimeNs: bigint }> {
    for (const prefix of this.#disk.list(this.#blobs)) {
      for (const rest of this.#disk.list(join(this.#blobs, prefix))) {
        const path = join(this.#blobs, prefix, rest);
        const stat = this.#disk.stat(path);
        if (stat === undefined) continue;
        yield { digest: prefix + rest, size: stat.size, path, mtimeNs: stat.mtimeNs };
      }
    }
  }

  /** True if the bytes are there already; then marks them as in use for a concurrent `gc`. */
  #reuse(content: Content): boolean {
    const path = this.pathOf(content.digest);
    try {
      if (this.check(content).kind !== 'present') return false;
      const age = BigInt(Date.now()) * 1_000_000n - this.#disk.stat(path)!.mtimeNs;
      if (age > MARK_AGE_NS) this.#disk.touch(path);
      return true;
    } catch (error) {
      throw diskProblem(error, this.#root, 'looking for bytes that are there already');
    }
  }

  /** Has `fill` write a temporary file and say its digest, and gives it that name. */
  async #publish(fill: (temporary: string) => string): Promise<void> {
    let temporary: string | undefined;
    try {
      temporary = this.#temporary();
      const name = fill(temporary);
      await this.#syncs.sync(temporary);
      const folder = join(this.#blobs, name.slice(0, 2));
      if (this.#disk.makeFolder(folder)) await this.#syncs.sync(this.#blobs);
      this.#link(temporary, name);
      await this.#syncs.sync(folder);
      discard(this.#disk, temporary);
      this.#stats.wrote(this.pathOf(name), name, true);
    } catch (error) {
      if (temporary !== undefined) discard(this.#disk, temporary);
      throw diskProblem(error, this.#root, 'storing a result');
    }
  }

  #link(temporary: string, digest: string): void {
    const path = this.pathOf(digest);
    try {
      this.#disk.link(temporary, path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      // Somebody was quicker, with the same bytes if they are the right ones.
      const size = this.#disk.stat(temporary)!.size;
      if (this.check({ digest, size }).kind !== 'present') this.#disk.link(temporary, path);
    }
  }
}
