/**
 * Group commit: flushes that several tasks ask for at the same time are done together.
 *
 * A flush asked for in one turn of the event loop serves everybody who asked for the same path
 * in that turn, and flushes of different paths run side by side, so that the file system's
 * journal takes them in one transaction.
 */
import type { Disk } from './disk.ts';

export class Syncs {
  readonly #disk: Disk;
  /** Asked for, not begun: only these cover a write that has just been made. */
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Resolves when what was written to `path` before this call would survive a power loss. */
  sync(path: string): Promise<void> {
    const waiting = this.#waiting.get(path);
    if (waiting !== undefined) return waiting;
    const flush = new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        this.#waiting.delete(path);
        try {
          this.#disk.syncSoon(path).then(resolve, reject);
        } catch (error) {
          reject(error);
        }
      });
    });
    this.#waiting.set(path, flush);
    return flush;
  }
}
