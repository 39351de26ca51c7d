/**
 * Checkpoints of long actions, in `ckpt/<key>/state`: 32 bytes of SHA-256, then the bytes.
 * A new one replaces the last atomically; one whose checksum is wrong counts as none.
 */
import { createHash, randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Disk, discard, realDisk } from './disk.ts';
import { diskProblem, errorCode } from './errors.ts';

export interface Checkpoint {
  /** The folder, for a worker process to open with `openCheckpoint`. */
  readonly folder: string;
  exists(): boolean;
  /** The last saved bytes, if an earlier attempt left some. */
  load(): Uint8Array | undefined;
  /** Returns when the bytes would survive a power loss. */
  save(bytes: Uint8Array): void;
  remove(): void;
}

const CHECKSUM = 32;

/** What a killed attempt left half written is older than this when it is cleared away. */
const ABANDONED_NS = 60_000_000_000n;

/**
 * Opens the checkpoint in `folder`, which `save` creates. Two processes may save at once, as an
 * owner that was taken over and its successor do: the states of both are right.
 */
export function openCheckpoint(folder: string, disk: Disk = realDisk): Checkpoint {
  const state = join(folder, 'state');
  return {
    folder,
    exists() {
      try {
        return disk.stat(state) !== undefined;
      } catch (error) {
        throw diskProblem(error, folder, 'looking for a checkpoint');
      }
    },
    load() {
      try {
        const file = disk.read(state);
        const bytes = file.subarray(CHECKSUM);
        const checksum = createHash('sha256').update(bytes).digest();
        return checksum.equals(file.subarray(0, CHECKSUM)) ? bytes : undefined;
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw diskProblem(error, folder, 'reading a checkpoint');
      }
    },
    save(bytes) {
      const temporary = join(folder, randomUUID());
      try {
        if (disk.makeFolder(folder)) disk.sync(dirname(folder));
        const checksum = createHash('sha256').update(bytes).digest();
        disk.create(temporary, Buffer.concat([checksum, bytes]), 0o644);
        disk.sync(temporary);
        disk.rename(temporary, state);
        disk.sync(folder);
        clear(folder, state, disk);
      } catch (error) {
        discard(disk, temporary);
        throw diskProblem(error, folder, 'saving a checkpoint');
      }
    },
    remove() {
      try {
        disk.removeTree(folder);
      } catch (error) {
        throw diskProblem(error, folder, 'removing a checkpoint');
      }
    },
  };
}

/** Removes what nobody writes any more, by the clock of the file system. */
function clear(folder: string, state: string, disk: Disk): void {
  const names = disk.list(folder);
  if (names.length === 1) return;
  const saved = disk.stat(state)?.mtimeNs ?? 0n;
  for (const path of names.map((name) => join(folder, name))) {
    const begun = disk.stat(path)?.mtimeNs ?? saved;
    if (saved - begun > ABANDONED_NS) disk.removeTree(path);
  }
}
