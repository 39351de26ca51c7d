/** Where threads of one call meet. Two words of memory, zero at first: arrived, generation. */

/** Looks at the generation this often before it sleeps. */
const SPINS: i32 = 3000;

/** Returns once all `threads` threads have called it on the same words. */
export function barrier(words: usize, threads: i32): void {
  if (threads == 1) return;
  const generation = atomic.load<i32>(words, 4);
  if (atomic.add<i32>(words, 1) == threads - 1) {
    atomic.store<i32>(words, 0);
    atomic.add<i32>(words, 1, 4);
    atomic.notify(words + 4, -1);
    return;
  }
  for (let k = 0; k < SPINS; k++) if (atomic.load<i32>(words, 4) != generation) return;
  while (atomic.load<i32>(words, 4) == generation) {
    atomic.wait<i32>(words + 4, generation, -1);
  }
}
