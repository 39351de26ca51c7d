/**
 * Random numbers as a function of where they are used, not of what was drawn before.
 *
 * Philox 4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11,
 * doi:10.1145/2063384.2063405. The key is (seed, hash of the purpose), the counter (i, j): the
 * same atom at the same step gets the same number in any order, on any number of threads.
 */
import { cos, log } from './elementary.ts';

const purposes = new Map<string, number>();

/** 32-bit FNV-1a of the purpose's UTF-16 code units. */
function purposeKey(purpose: string): number {
  const known = purposes.get(purpose);
  if (known !== undefined) return known;
  let hash = 0x811c9dc5;
  for (let k = 0; k < purpose.length; k++)
    hash = Math.imul(hash ^ purpose.charCodeAt(k), 0x01000193);
  purposes.set(purpose, hash >>> 0);
  return hash >>> 0;
}

/** High 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const low = al * bl;
  const middle = ah * bl + (low >>> 16);
  const cross = al * bh + (middle & 0xffff);
  return (ah * bh + Math.floor(middle / 65536) + (cross >>> 16)) >>> 0;
}

const block = new Uint32Array(4);

/** One Philox 4x32-10 block; the returned array is reused. */
export function philox(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): Uint32Array {
  let [a, b, c, d, p, q] = [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0, k0 >>> 0, k1 >>> 0];
  for (let round = 0; round < 10; round++) {
    const highA = multiplyHigh(0xd2511f53, a);
    const lowA = Math.imul(0xd2511f53, a) >>> 0;
    const highC = multiplyHigh(0xcd9e8d57, c);
    const lowC = Math.imul(0xcd9e8d57, c) >>> 0;
    a = (highC ^ b ^ p) >>> 0;
    b = lowC;
    c = (highA ^ d ^ q) >>> 0;
    d = lowA;
    p = (p + 0x9e3779b9) >>> 0;
    q = (q + 0xbb67ae85) >>> 0;
  }
  block[0] = a;
  block[1] = b;
  block[2] = c;
  block[3] = d;
  return block;
}

function draw(seed: number, purpose: string, i: number, j: number): Uint32Array {
  return philox(
    i,
    Math.floor(i / 4294967296),
    j,
    Math.floor(j / 4294967296),
    seed,
    purposeKey(purpose),
  );
}

/** Uniform in [0, 1) with 53 bits; a pure function of its arguments (non-negative integers). */
export function uniform(seed: number, purpose: string, i: number, j = 0): number {
  const r = draw(seed, purpose, i, j);
  return ((r[0]! >>> 5) * 67108864 + (r[1]! >>> 6)) / 9007199254740992;
}

/** Standard normal by Box-Muller (its cosine branch); a pure function of its arguments. */
export function gaussian(seed: number, purpose: string, i: number, j = 0): number {
  const r = draw(seed, purpose, i, j);
  const u = ((r[0]! >>> 5) * 67108864 + (r[1]! >>> 6) + 1) / 9007199254740992;
  const v = ((r[2]! >>> 5) * 67108864 + (r[3]! >>> 6)) / 9007199254740992;
  const radius = Math.sqrt(-2 * log(u));
  const angle = 6.283185307179586 * v;
  return radius * cos(angle);
}

/** The integers 0..n-1 in an order that depends on (seed, purpose, i) alone (Fisher-Yates). */
export function permutation(n: number, seed: number, purpose: string, i = 0): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, k) => k);
  for (let k = n - 1; k > 0; k--) {
    const other = Math.floor(uniform(seed, purpose, i, k) * (k + 1));
    const held = order[k]!;
    order[k] = order[other]!;
    order[other] = held;
  }
  return order;
}
