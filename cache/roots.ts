/**
 * What each run needs, in `runs/<id>/keys`: one key a line. Garbage collection never takes the
 * bytes of a run that is kept, so a run names a key here before it relies on its bytes.
 */
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { diskProblem } from './errors.ts';

export interface Root {
  /** The run's folder, for its journal. */
  readonly folder: string;
  /** Names a key whose bytes the run needs from now on; kept back until `flush`. */
  need(key: string): void;
  /** Writes down what was named: before the run relies on it. */
  flush(): void;
  /**
   * Moves `folder`, what a failed attempt has left, to `failed/<name>` in the run's folder, with
   * `log` as `curie.log` beside its files; returns where it is. `name` may have parts, as task
   * names do.
   */
  keepFailed(folder: string, name: string, log: string): string;
}

/** Keys kept back at most. */
const BATCH = 1000;
/** A name that no program is likely to give a file of its own. */
const LOG = 'curie.log';

/** The root named `id`; ids sort in the order of their runs. */
export function openRoot(disk: Disk, root: string, id: string): Root {
  const folder = join(root, 'runs', id);
  const needed = new Set<string>();
  let unwritten: string[] = [];
  const flush = (): void => {
    if (unwritten.length === 0) return;
    try {
      disk.makeFolder(folder);
      disk.append(join(folder, 'keys'), `\n${unwritten.join('\n')}\n`);
    } catch (error) {
      throw diskProblem(error, root, 'noting what a run needs');
    }
    unwritten = [];
  };
  return {
    folder,
    need(key) {
      if (needed.has(key)) return;
      needed.add(key);
      unwritten.push(key);
      if (unwritten.length >= BATCH) flush();
    },
    flush,
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
