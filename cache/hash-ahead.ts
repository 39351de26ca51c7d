/**
 * Hashing of many bytes on several cores: large files that the stat cache does not know are
 * read by threads before planning asks for their digests one by one.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { realDisk } from './disk.ts';
import { identityOf, now, type StatCache } from './stat-cache.ts';

/** Fewer bytes than this are hashed sooner than a thread starts. */
const WORTH_A_THREAD = 32e6;

/** Hashes those of the files that are not known yet. A file that cannot be read is left alone. */
export async function hashAhead(paths: readonly string[], stats: StatCache): Promise<void> {
  const unknown = [...new Set(paths)].flatMap((path) => {
    const stat = realDisk.statTarget(path);
    return stat?.kind === 'file' && stats.lookUp(stat) === undefined ? [{ path, stat }] : [];
  });
  if (unknown.reduce((sum, { stat }) => sum + stat.size, 0) < WORTH_A_THREAD) return;
  // The largest first, so that no thread is left with it alone at the end.
  const queue = unknown.sort((a, b) => a.stat.size - b.stat.size || (a.path < b.path ? 1 : -1));
  const threads = Math.min(availableParallelism(), queue.length);
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const thread = new Worker(fileURLToPath(import.meta.url), {
        workerData: { curieHashing: true },
      });
      try {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          const begun = now();
          const digest = await answerOf(thread, next.path);
          const after = realDisk.statTarget(next.path);
          const unchanged = after !== undefined && identityOf(after) === identityOf(next.stat);
          if (digest !== null && unchanged) stats.learn(next.path, next.stat, digest, begun);
        }
      } finally {
        await thread.terminate();
      }
    }),
  );
}

function answerOf(thread: Worker, path: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.postMessage(path);
  });
}

function isHashing(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'curieHashing' in data;
}

if (!isMainThread && isHashing(workerData)) {
  parentPort!.on('message', (path: string) => {
    try {
      const hash = createHash('sha256');
      for (const piece of realDisk.chunks(path)) hash.update(piece);
      parentPort!.postMessage(hash.digest('hex'));
    } catch {
      parentPort!.postMessage(null);
    }
  });
}
