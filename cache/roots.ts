/**
 * What each run needs, in `runs/<id>/keys`: one key a line. Garbage collection never takes the
 * bytes of a run that is kept. A run names a key here before it looks whether the key's bytes are
 * there: what is collected before that, it does not find, and what it finds, nobody collects.
 */
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { diskProblem, errorCode } from './errors.ts';

export interface Root {
  /** The run's folder, for its journal. */
  readonly folder: string;
  /**
   * Names, all at once, keys that the run may need: those of the run before. Where the disk
   * refuses that, each is named when it is needed.
   */
  expect(keys: readonly string[]): void;
  /** Names a key whose bytes the run needs, before it looks for them. */
  need(key: string): void;
  /** The run has ended: what was expected and not needed may be collected again. */
  settle(): void;
  /**
   * Moves `folder`, what a failed attempt has left, to `failed/<name>` in the run's folder, with
   * `log` as `curie.log` beside its files; returns where it is. `name` may have parts, as task
   * names do.
   */
  keepFailed(folder: string, name: string, log: string): string;
}

/** A name that no program is likely to give a file of its own. */
const LOG = 'curie.log';

/** The root named `id`; ids sort in the order of their runs. */
export function openRoot(disk: Disk, root: string, id: string): Root {
  const folder = join(root, 'runs', id);
  const file = join(folder, 'keys');
  const named = new Set<string>();
  const needed = new Set<string>();
  const append = (keys: readonly string[]): void => {
    disk.makeFolder(folder);
    disk.append(file, `\n${keys.join('\n')}\n`);
    for (const key of keys) named.add(key);
  };
  return {
    folder,
    expect(keys) {
      try {
        if (keys.length > 0) append([...new Set(keys)]);
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
      }
    },
    need(key) {
      try {
        if (!named.has(key)) append([key]);
      } catch (error) {
        throw diskProblem(error, root, 'noting what a run needs');
      }
      needed.add(key);
    },
    settle() {
      if (needed.size === named.size) return;
      const fresh = `${file}.new`;
      try {
        disk.removeTree(fresh);
        disk.create(fresh, `${[...needed].join('\n')}\n`, 0o644);
        disk.sync(fresh);
        disk.rename(fresh, file);
      } catch (error) {
        // Some bytes are kept for longer than need be.
        if (errorCode(error) === undefined) throw error;
      }
    },
    keepFailed(left, name, log) {
      try {
        let parent = join(root, 'runs');
        const parts = [id, 'failed', ...name.split('/')];
        for (const part of parts.slice(0, -1)) {
          parent = join(parent, part);
          disk.makeFolder(parent);
        }
        const kept = freeName(join(parent, parts.at(-1)!), disk);
        disk.rename(left, kept);
        const place = join(kept, LOG);
        disk.removeTree(place);
        disk.create(place, log, 0o644);
        return kept;
      } catch (error) {
        throw diskProblem(error, root, 'keeping what a failed step has left');
      }
    },
  };
}

/** Attempts of one task beside each other: `Fe`, `Fe~2`, `Fe~3`; no task's name has a tilde. */
function freeName(path: string, disk: Disk): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : `${path}~${n}`;
    if (disk.stat(candidate) === undefined) return candidate;
  }
}

/** Ids of all runs, the newest first. */
export function runIds(disk: Disk, root: string): string[] {
  return disk.list(join(root, 'runs')).reverse();
}

/** Keys that a run has named. */
export function keysOfRun(disk: Disk, root: string, id: string): string[] {
  const path = join(root, 'runs', id, 'keys');
  if (disk.stat(path) === undefined) return [];
  return Buffer.from(disk.read(path))
    .toString('latin1')
    .split('\n')
    .filter((line) => /^[0-9a-f]{64}$/.test(line));
}
