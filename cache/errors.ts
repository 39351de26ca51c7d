/** What goes wrong between the cache and its disk, in words for the user. */

export type CacheProblem =
  /** The cache folder, or something in it, may not be written. */
  | 'not-writable'
  /** No space left; nothing torn stays behind. */
  | 'disk-full'
  /** The folder is no cache, or one of a newer curie. */
  | 'layout'
  /** Another process has taken over the work; this one must not commit. */
  | 'lease-lost'
  /** A file changed while it was being read. */
  | 'unstable'
  /** A file asked for does not exist. */
  | 'missing'
  /** Anything else the disk says. */
  | 'disk';

/** A failure whose message is meant for the user: what was wrong, where, what to do. */
export class CacheError extends Error {
  override readonly name = 'CacheError';
  readonly problem: CacheProblem;
  readonly path: string;

  constructor(problem: CacheProblem, path: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.problem = problem;
    this.path = path;
  }
}

/** The `code` of a Node file system error, such as `ENOENT`; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Words a failed disk operation. `doing` completes "while …", `path` is what the user can act
 * on, `instead` what else to do where it may not be written. A `CacheError` passes unchanged;
 * what is no disk error is a bug and passes too.
 */
export function diskProblem(
  error: unknown,
  path: string,
  doing: string,
  instead = 'choose another folder with CURIE_CACHE',
): unknown {
  if (error instanceof CacheError) return error;
  const code = errorCode(error);
  switch (code) {
    case undefined:
      return error;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CacheError(
        'not-writable',
        path,
        `${path} is not writable (${code}) while ${doing}: give yourself write permission, or ${instead}`,
        error,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new CacheError(
        'disk-full',
        path,
        `no space left on the disk of ${path} (${code}) while ${doing}: free some space and run again; finished work is kept and nothing was left half written`,
        error,
      );
    case 'ENOTDIR':
      return new CacheError(
        'layout',
        path,
        `${path} is no folder, or is said to be in something that is none: ${instead}`,
        error,
      );
    default:
      return new CacheError(
        'disk',
        path,
        `the disk of ${path} failed (${code}) while ${doing}: ${error instanceof Error ? error.message : String(error)}`,
        error,
      );
  }
}
