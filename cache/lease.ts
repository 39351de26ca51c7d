/**
 * Leases: who works on what, among several processes, machines and containers on one folder.
 *
 * On disk: `<folder>/<name>/<generation>`, a file that tells its owner; `owners/<nonce>`, one
 * file for each process that holds leases, whose modification time a thread of that process
 * renews every 5 s (a thread, so that a busy event loop never looks dead).
 *
 * Taking a lease:
 *  1. List the generations. If the highest one's owner may be alive: the lease is held.
 *  2. Create generation highest + 1 with `link`, which exactly one process can. Lost: held.
 *  3. List again. Another generation whose owner may be alive belongs to somebody who took the
 *     lease between 1 and 2 (it may even have the number that step 1 saw, for releasing lets
 *     the numbers begin anew): withdraw. Each taker looks after its own file is there, so of
 *     two at least the later one sees the other, and never do both go on.
 * Releasing removes the owner's generation, those before it and, if nobody else is there, the
 * name's folder. An owner holds its lease while its own file is the highest generation: whoever
 * was taken over finds a higher one, or none, or somebody else's under its number.
 *
 * An owner is dead if its process is gone (seen by process number and start time, where owner
 * and observer share kernel and process namespace), else if its file in `owners/` has not been
 * renewed for 30 s by the file system's own clock.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disk, FileStat } from './disk.ts';
import { diskProblem, errorCode } from './errors.ts';
import { type Identity, processOf } from './process.ts';

export interface Lease {
  readonly key: string;
  readonly generation: number;
  /** False once another process has taken over. */
  isHeld(): boolean;
  /** Where the disk refuses it, the lease stays this process's, free for it and lost to others. */
  release(): void;
}

/** After this long without a sign of life an owner that cannot be observed counts as dead. */
const STALE_NS = 30_000_000_000n;
const LONGEST_PAUSE_MS = 1000;

/** How this process shows others that it lives. */
export interface Life {
  /** Who it is. */
  identify(nonce: string): Identity;
  /** Keeps the mark of its life fresh; ended by calling what it returns. */
  beat(file: string): () => void;
}

export class Leases {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #life: Life;
  /** With the file of each. */
  readonly #held = new Map<Lease, string>();
  #owner:
    | { readonly identity: Identity; readonly file: string; readonly stop: () => void }
    | undefined;

  constructor(disk: Disk, root: string, life: Life) {
    this.#disk = disk;
    this.#root = root;
    this.#life = life;
  }

  /** The lease of `name` in `folder`, or undefined while somebody else may be alive who has it. */
  take(folder: 'leases' | 'gpu', name: string): Lease | undefined {
    try {
      return this.#take(join(this.#root, folder, name), name);
    } catch (error) {
      throw diskProblem(error, this.#root, 'taking a lease');
    }
  }

  /** Waits until the lease can be taken. Rejects with the signal's reason when that is aborted. */
  async wait(folder: 'leases' | 'gpu', name: string, signal?: AbortSignal): Promise<Lease> {
    for (let pause = 20; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
      const lease = this.take(folder, name);
      if (lease !== undefined) return lease;
      // Two that withdrew before each other must not meet in step again.
      await sleep(pause * (0.75 + 0.5 * Math.random()), undefined, signal && { signal });
    }
  }

  /** True while somebody may be at work on `key`. */
  mayBeTaken(key: string): boolean {
    const path = join(this.#root, 'leases', key);
    const last = this.#generations(path).at(-1);
    return last !== undefined && this.#ownerMayBeAlive(join(path, String(last)));
  }

  /** True if the owner whose file in `owners/` is `nonce` may be alive. */
  mayBeAlive(nonce: string): boolean {
    const file = join(this.#root, 'owners', nonce);
    if (this.#identityIn(file) !== undefined) return this.#ownerMayBeAlive(file);
    // It may be about to be written.
    const mark = this.#disk.stat(file);
    return mark !== undefined && this.#age(mark) <= STALE_NS;
  }

  /** Releases every lease and withdraws this process's mark. */
  close(): void {
    for (const lease of [...this.#held.keys()]) lease.release();
    if (this.#owner === undefined) return;
    this.#owner.stop();
    this.#disk.removeTree(this.#owner.file);
    this.#owner = undefined;
  }

  /** This process as an owner: also the name of its folder for temporary files. */
  nonce(): string {
    return this.#own().identity.nonce;
  }

  #take(path: string, name: string): Lease | undefined {
    const owner = this.#own();
    for (;;) {
      this.#disk.makeFolder(path);
      const last = this.#generations(path).at(-1) ?? 0;
      const taken = join(path, String(last));
      if (last > 0 && this.#ownerMayBeAlive(taken))
        return this.#isLeftOver(taken) ? this.#lease(path, name, last) : undefined;
      const generation = last + 1;
      const file = join(path, String(generation));
      try {
        this.#disk.link(owner.file, file);
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return undefined;
        if (errorCode(error) !== 'ENOENT') throw error;
        // Its last owner has removed the folder, or somebody this process's mark.
        if (this.#disk.stat(owner.file) === undefined) this.#mark(owner.file, owner.identity);
        continue;
      }
      const rivals = this.#generations(path).filter((other) => other !== generation);
      if (rivals.some((other) => this.#ownerMayBeAlive(join(path, String(other))))) {
        this.#remove(file);
        return undefined;
      }
      return this.#lease(path, name, generation);
    }
  }

  /** True for a lease of this process that could not be released. */
  #isLeftOver(file: string): boolean {
    const ours = this.#disk.stat(file)?.ino === this.#disk.stat(this.#own().file)?.ino;
    return ours && ![...this.#held.values()].includes(file);
  }

  #lease(path: string, key: string, generation: number): Lease {
    const file = join(path, String(generation));
    // Every lease of this process is a name of its owner's file.
    const inode = this.#disk.stat(file)!.ino;
    const isOurs = (): boolean => this.#disk.stat(file)?.ino === inode;
    const lease: Lease = {
      key,
      generation,
      isHeld: () => {
        try {
          return this.#held.has(lease) && this.#generations(path).at(-1) === generation && isOurs();
        } catch (error) {
          throw diskProblem(error, this.#root, 'looking after a lease');
        }
      },
      release: () => {
        if (!this.#held.delete(lease)) return;
        try {
          if (isOurs()) this.#release(path, generation);
        } catch (error) {
          if (errorCode(error) === undefined) throw error;
        }
      },
    };
    this.#held.set(lease, file);
    return lease;
  }

  #release(path: string, generation: number): void {
    for (const other of this.#generations(path))
      if (other <= generation) this.#remove(join(path, String(other)));
    try {
      this.#disk.removeFolder(path);
    } catch (error) {
      const code = errorCode(error);
      // Somebody is taking the lease already, or has taken and released it.
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
    }
  }

  #own(): { readonly identity: Identity; readonly file: string; readonly stop: () => void } {
    if (this.#owner !== undefined) return this.#owner;
    const identity = this.#life.identify(randomUUID());
    const file = join(this.#root, 'owners', identity.nonce);
    this.#mark(file, identity);
    this.#owner = { identity, file, stop: this.#life.beat(file) };
    return this.#owner;
  }

  #mark(file: string, identity: Identity): void {
    this.#disk.create(file, `${JSON.stringify(identity)}\n`, 0o644);
  }

  /** `file` names the owner; one that is gone or damaged shows no owner. */
  #ownerMayBeAlive(file: string): boolean {
    const identity = this.#identityIn(file);
    if (identity === undefined) return false;
    const own = this.#own();
    if (identity.nonce === own.identity.nonce) return true;
    const state = processOf(identity, own.identity);
    if (state !== 'unknown') return state === 'alive';
    const mark = this.#disk.stat(join(this.#root, 'owners', identity.nonce));
    return mark !== undefined && this.#age(mark) <= STALE_NS;
  }

  /** Compared with this process's own mark: both were set by the clock of the file system. */
  #age(mark: FileStat): bigint {
    const now = this.#disk.stat(this.#own().file)?.mtimeNs ?? 0n;
    return now - mark.mtimeNs;
  }

  #identityIn(file: string): Identity | undefined {
    try {
      const identity: unknown = JSON.parse(Buffer.from(this.#disk.read(file)).toString('utf8'));
      return isIdentity(identity) ? identity : undefined;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  #generations(path: string): number[] {
    return this.#disk
      .list(path)
      .map(Number)
      .filter(Number.isInteger)
      .sort((a, b) => a - b);
  }

  #remove(file: string): void {
    try {
      this.#disk.unlink(file);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}

function isIdentity(value: unknown): value is Identity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'nonce' in value &&
    typeof value.nonce === 'string' &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startTime' in value &&
    'bootId' in value &&
    'pidNamespace' in value
  );
}
