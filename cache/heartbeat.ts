/** The thread that keeps this process's mark of life fresh, however busy the event loop is. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const PERIOD_MS = 5000;

interface Task {
  readonly curieHeartbeat: string;
}

function isTask(data: unknown): data is Task {
  return typeof data === 'object' && data !== null && 'curieHeartbeat' in data;
}

/** Renews the modification time of `file` from a thread until the returned function is called. */
export function startHeartbeat(file: string): () => void {
  const thread = new Worker(fileURLToPath(import.meta.url), {
    workerData: { curieHeartbeat: file } satisfies Task,
    stdout: false,
    stderr: false,
  });
  thread.unref();
  // A thread that dies leaves the mark to grow stale; the work goes on and is fenced at commit.
  thread.on('error', () => {});
  return () => void thread.terminate();
}

/** Writes rather than sets the time, so that a file server's clock makes the mark. */
function beat(file: string): void {
  let handle: number;
  try {
    handle = openSync(file, 'r+');
  } catch {
    return;
  }
  try {
    writeSync(handle, '{', 0);
  } finally {
    closeSync(handle);
  }
}

if (!isMainThread && isTask(workerData)) {
  const { curieHeartbeat } = workerData;
  setInterval(() => beat(curieHeartbeat), PERIOD_MS);
}
