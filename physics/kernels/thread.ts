/** A helper thread of `pool.ts`: waits for calls, takes its part in each, until told to stop. */
import { workerData } from 'node:worker_threads';
import {
  ARGUMENTS,
  ARGUMENTS_OFFSET,
  ENTRY,
  FAILED,
  GENERATION,
  type HelperData,
  instantiate,
  READY,
  RUNNING,
  STOPPED,
  THREADS,
  waitWhile,
} from './pool.ts';

const { module, memory, control, entries } = workerData as HelperData;
const exports = instantiate(module, memory);
const words = new Int32Array(control);
const values = new Float64Array(control, ARGUMENTS_OFFSET);

let seen = Atomics.load(words, GENERATION);
const thread = Atomics.add(words, READY, 1) + 1;
for (;;) {
  waitWhile(words, GENERATION, seen);
  seen = Atomics.load(words, GENERATION);
  if (Atomics.load(words, STOPPED) !== 0) break;
  const threads = words[THREADS]!;
  if (thread >= threads) continue;
  try {
    const args = Array.from(values.subarray(0, words[ARGUMENTS]!));
    exports[entries[words[ENTRY]!]!]!(...args, thread, threads);
  } catch {
    Atomics.store(words, FAILED, 1);
  }
  if (Atomics.sub(words, RUNNING, 1) === 1) Atomics.notify(words, RUNNING);
}
