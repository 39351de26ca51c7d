/**
 * Updates of one member: phases with barriers between them, the work of a phase taken piece by
 * piece by any thread. Pieces write to places of their own and add up in a fixed order, so the
 * result has the same bits on any number of threads.
 */
import { barrier } from './barrier';
import { runEmbeddings, reverseEmbeddings, updateEmbeddings } from './train-embedding';
import { describe, differentiate, follow, reverseDescriptors } from './train-environment';
import { fit, fitDirection, updateFittings } from './train-fitting';
import { addResults, batchFrame, compare } from './train-loss';
import { at, ptr, real, setReal, setWord, word } from './records';
import {
  A_ENVIRONMENT, A_FIRST, A_FRAME, A_PAIR, A_RANGE, A_ROW, A_TYPE, ATOM_WORDS, C_ACTIVE, C_ATOM_COUNT,
  C_ATOMS, C_BARRIER, C_BATCH, C_CLAIMED, C_COUNTERS, C_DONE, C_NODES, C_ORIGIN, C_ROW_COUNT,
  C_ROW_FIRST, C_TYPES, C_WANTED, ENVIRONMENT_WORDS, F_ATOMS, F_ENVIRONMENTS, N_COUNT, N_RANGE, N_TYPE,
  POINTS, X_DECAY, X_POWER1, X_POWER2, X_RATE, X_SPACING, X_UPDATES,
} from './training-layout';

/** What a pass over a batch does beyond energies, forces and residuals. */
export const RESIDUALS: i32 = 0;
export const GRADIENT: i32 = 1;
export const LEARN: i32 = 2;

/** Lists the atoms of the next batch, their rows and the nodes they need. */
function assemble<T>(context: usize): void {
  const frames = word(context, C_BATCH);
  const types = word(context, C_TYPES);
  const rowFirst = ptr(context, C_ROW_FIRST);
  const rowCount = ptr(context, C_ROW_COUNT);
  const active = ptr(context, C_ACTIVE);
  memory.fill(ptr(context, C_COUNTERS), 0, 64);
  for (let type = 0; type < types; type++) {
    setWord(rowCount, type, 0);
    setWord(active, 2 * type, i32.MAX_VALUE);
    setWord(active, 2 * type + 1, 0);
  }
  let a = 0;
  let pair = 0;
  for (let slot = 0; slot < frames; slot++) {
    const frame = batchFrame(context, slot);
    const atoms = word(frame, F_ATOMS);
    const first = a;
    for (let i = 0; i < atoms; i++) {
      const environment = ptr(frame, F_ENVIRONMENTS) + ((<usize>(i * ENVIRONMENT_WORDS)) << 2);
      const atom = ptr(context, C_ATOMS) + ((<usize>(a * ATOM_WORDS)) << 2);
      const type = word(environment, N_TYPE);
      setWord(atom, A_ENVIRONMENT, <i32>environment);
      setWord(atom, A_TYPE, type);
      setWord(atom, A_ROW, word(rowCount, type));
      setWord(atom, A_FRAME, slot);
      setWord(atom, A_PAIR, pair);
      setWord(atom, A_FIRST, first);
      setWord(rowCount, type, word(rowCount, type) + 1);
      pair += word(environment, N_COUNT);
      findNodes<T>(context, atom, environment);
      a++;
    }
  }
  setWord(context, C_ATOM_COUNT, a);
  let row = 0;
  for (let type = 0; type < types; type++) {
    setWord(rowFirst, type, row);
    row += (word(rowCount, type) + 3) & ~3;
  }
  for (let k = 0; k < a; k++) {
    const atom = ptr(context, C_ATOMS) + ((<usize>(k * ATOM_WORDS)) << 2);
    setWord(atom, A_ROW, word(atom, A_ROW) + word(rowFirst, word(atom, A_TYPE)));
  }
}

/** Node ranges of one atom, widened to multiples of 4. */
function findNodes<T>(context: usize, atom: usize, environment: usize): void {
  const types = word(context, C_TYPES);
  const inverse = 1 / real(context, X_SPACING);
  const active = ptr(context, C_ACTIVE);
  const range = ptr(environment, N_RANGE);
  for (let type = 0; type < types; type++) {
    const origin = real(ptr(context, C_ORIGIN), type);
    const low = floor((<f64>load<T>(at<T>(range, 2 * type)) - origin) * inverse);
    const high = floor((<f64>load<T>(at<T>(range, 2 * type + 1)) - origin) * inverse);
    const first = (<i32>low - (POINTS / 2 - 1)) & ~3;
    const end = (<i32>high + POINTS / 2 + 1 + 3) & ~3;
    setWord(atom, A_RANGE + 2 * type, first);
    setWord(atom, A_RANGE + 2 * type + 1, end);
    setWord(active, 2 * type, min(first, word(active, 2 * type)));
    setWord(active, 2 * type + 1, max(end, word(active, 2 * type + 1)));
  }
}

/** One pass over the next batch of the order. */
function pass<T>(context: usize, mode: i32, thread: i32, threads: i32): void {
  const meet = ptr(context, C_BARRIER);
  if (thread == 0) assemble<T>(context);
  barrier(meet, threads);
  runEmbeddings<T>(context, 0);
  barrier(meet, threads);
  describe<T>(context, 1);
  barrier(meet, threads);
  fit<T>(context, 2, threads);
  barrier(meet, threads);
  differentiate<T>(context, 3);
  barrier(meet, threads);
  compare<T>(context, 4);
  barrier(meet, threads);
  if (mode == RESIDUALS) return;
  follow<T>(context, 5);
  barrier(meet, threads);
  fitDirection<T>(context, 6, threads);
  barrier(meet, threads);
  reverseDescriptors<T>(context, 7);
  updateFittings<T>(context, 8, mode == LEARN);
  barrier(meet, threads);
  reverseEmbeddings<T>(context, 9);
  barrier(meet, threads);
  updateEmbeddings<T>(context, 10, mode == LEARN);
  barrier(meet, threads);
}

/** Passes over batches of the order until `count` more are done. */
export function passes<T>(context: usize, count: i32, mode: i32, thread: i32, threads: i32): void {
  for (let k = 0; k < count; k++) {
    if (thread == 0 && mode == LEARN) {
      setReal(context, X_UPDATES, real(context, X_UPDATES) + 1);
      setReal(context, X_POWER1, real(context, X_POWER1) * 0.9);
      setReal(context, X_POWER2, real(context, X_POWER2) * 0.999);
    }
    pass<T>(context, mode, thread, threads);
    if (thread == 0) {
      addResults(context);
      if (mode == LEARN) setReal(context, X_RATE, real(context, X_RATE) * real(context, X_DECAY));
      setWord(context, C_DONE, word(context, C_DONE) + 1);
    }
    barrier(ptr(context, C_BARRIER), threads);
  }
}

/** Updates of one block of a member before another thread may take it on. */
const BLOCK: i32 = 8;

/**
 * Trains several members at once, each on one thread at a time: a thread takes the member that is
 * furthest behind and free, does a block of updates, and looks again.
 *
 * @param contexts ptr: [members]
 */
export function trainMembers<T>(contexts: usize, members: i32): void {
  for (;;) {
    let behind: usize = 0;
    let least = i32.MAX_VALUE;
    for (let k = 0; k < members; k++) {
      const context = ptr(contexts, k);
      if (atomic.load<i32>(context + (C_CLAIMED << 2)) != 0) continue;
      const done = atomic.load<i32>(context + (C_DONE << 2));
      if (done >= word(context, C_WANTED) || done >= least) continue;
      behind = context;
      least = done;
    }
    if (behind == 0) return;
    if (atomic.cmpxchg<i32>(behind + (C_CLAIMED << 2), 0, 1) != 0) continue;
    const rest = word(behind, C_WANTED) - atomic.load<i32>(behind + (C_DONE << 2));
    if (rest > 0) passes<T>(behind, min(BLOCK, rest), LEARN, 0, 1);
    atomic.store<i32>(behind + (C_CLAIMED << 2), 0);
  }
}
