/**
 * Results that are kept as long as a file of the user's is there, such as a lock that names them:
 * `pins/<digest of its path>` holds the path as JSON, then one key a line.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sha256 } from './canonical.ts';
import { type Disk, discard } from './disk.ts';
import { diskProblem } from './errors.ts';

/** Pins what the file at `path` (absolute) names, and nothing else that it named before. */
export function pin(disk: Disk, root: string, path: string, keys: readonly string[]): void {
  const file = join(root, 'pins', sha256(path));
  const fresh = `${file}.${randomUUID()}`;
  try {
    disk.create(fresh, `${[JSON.stringify(path), ...keys].join('\n')}\n`, 0o644);
    disk.sync(fresh);
    disk.rename(fresh, file);
  } catch (error) {
    discard(disk, fresh);
    throw diskProblem(error, root, 'pinning results');
  }
}

/** Keys that some file pins; a pin whose file is gone holds nothing. */
export function pinnedKeys(disk: Disk, root: string): string[] {
  return disk.list(join(root, 'pins')).flatMap((name) => {
    const text = Buffer.from(disk.read(join(root, 'pins', name))).toString('utf8');
    const [first = '', ...keys] = text.split('\n');
    return disk.statTarget(pathIn(first)) === undefined
      ? []
      : keys.filter((key) => /^[0-9a-f]{64}$/.test(key));
  });
}

function pathIn(line: string): string {
  try {
    return String(JSON.parse(line));
  } catch {
    return '';
  }
}
