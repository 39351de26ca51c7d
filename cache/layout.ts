/**
 * The cache folder:
 *
 *     layout.json        {"version":1,"hash":"sha256"}: what this folder is
 *     cas/sha256/ab/…    bytes by digest, 0444                                  content.ts
 *     ac/ab/<key>.json   what each action gave                                  records.ts
 *     leases/<key>/<n>   who works on what; gpu/ the same for devices           lease.ts
 *     owners/<nonce>     processes that hold leases                             lease.ts
 *     ckpt/<key>/state   checkpoints                                            checkpoints.ts
 *     runs/<id>/         journals, and `keys`: what each run needs              roots.ts
 *     pins/<file>        results that a file of the user's keeps                 pins.ts
 *     last/<study>       last record of each task                               latest.ts
 *     watched/<name>     what holds as long as many files stay what they are    watch.ts
 *     tmp/<nonce>/       files and folders of a living process
 *     quarantine/        bytes that were not what their name said
 *     stat-cache.log     digests of unchanged files                             stat-cache.ts
 */
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Disk } from './disk.ts';
import { CacheError, diskProblem, errorCode } from './errors.ts';

const VERSION = 1;
const FOLDERS = [
  'cas',
  'cas/sha256',
  'ac',
  'leases',
  'gpu',
  'owners',
  'ckpt',
  'runs',
  'pins',
  'last',
  'watched',
  'tmp',
] as const;

/**
 * Makes `root` a cache, or makes sure that it is one this version can read. Unless `readOnly`,
 * also that it can be written: better now than after an hour of work.
 */
export function prepareLayout(disk: Disk, root: string, readOnly: boolean): void {
  try {
    const layout = join(root, 'layout.json');
    if (disk.stat(layout) === undefined) {
      if (readOnly)
        throw new CacheError('layout', root, `${root} holds no cache yet: nothing has run here`);
      create(disk, root);
    }
    check(disk, root);
    if (!readOnly) {
      makeFolders(disk, root);
      const probe = join(root, 'tmp', `probe-${randomUUID()}`);
      disk.create(probe, '', 0o600);
      // Garbage collection may be quicker.
      disk.removeTree(probe);
    }
  } catch (error) {
    throw diskProblem(error, root, 'opening the cache');
  }
}

function create(disk: Disk, root: string): void {
  const missing: string[] = [];
  for (let folder = root; disk.statTarget(folder) === undefined; folder = dirname(folder))
    missing.push(folder);
  for (const folder of missing.reverse()) if (disk.makeFolder(folder)) disk.sync(dirname(folder));
  if (disk.list(root).length > 0 && !isUnfinished(disk, root))
    throw new CacheError(
      'layout',
      root,
      `${root} is neither empty nor a cache: choose another folder with CURIE_CACHE`,
    );
  makeFolders(disk, root);
  const fresh = join(root, 'tmp', `layout-${randomUUID()}`);
  disk.create(fresh, `${JSON.stringify({ version: VERSION, hash: 'sha256' })}\n`, 0o444);
  disk.sync(fresh);
  try {
    disk.link(fresh, join(root, 'layout.json'));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  disk.removeTree(fresh);
  disk.sync(root);
}

function makeFolders(disk: Disk, root: string): void {
  const changed = new Set<string>();
  for (const folder of FOLDERS)
    if (disk.makeFolder(join(root, folder))) changed.add(dirname(join(root, folder)));
  for (const folder of changed) disk.sync(folder);
}

/** A cache whose creation was cut short, or is under way in another process. */
function isUnfinished(disk: Disk, root: string): boolean {
  const ours = new Set<string>([...FOLDERS, 'layout.json']);
  return disk.list(root).every((name) => ours.has(name));
}

function check(disk: Disk, root: string): void {
  const text = Buffer.from(disk.read(join(root, 'layout.json'))).toString('utf8');
  const layout = parsed(text);
  if (layout?.hash !== 'sha256')
    throw new CacheError(
      'layout',
      root,
      `${join(root, 'layout.json')} is damaged: move the folder away, then run again`,
    );
  if (layout.version !== VERSION)
    throw new CacheError(
      'layout',
      root,
      `${root} was made by another version of curie (layout ${String(layout.version)}, this one reads ${VERSION}): update curie, or choose another folder with CURIE_CACHE`,
    );
}

function parsed(text: string): { readonly version: unknown; readonly hash: unknown } | undefined {
  try {
    const layout: unknown = JSON.parse(text);
    const known = typeof layout === 'object' && layout !== null;
    return known && 'version' in layout && 'hash' in layout ? layout : undefined;
  } catch {
    return undefined;
  }
}
