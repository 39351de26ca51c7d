/**
 * Matrix products, register-blocked: four rows by two vectors of accumulators.
 *
 * Strides are in bytes. Each element of the result is summed over `depth` in increasing order,
 * whatever the block it falls into; so splitting a product by rows or columns changes no bit.
 */
import { lanes, muladd, sum2, sum4 } from './math';

/**
 * c[r][j] = (accumulate ? c[r][j] : 0) + Σ_k a(r, k)·b[k][j].
 *
 * a(r, k) lies at a + r·aRow + k·aDepth, so aRow = element and aDepth = row gives aᵀ·b.
 * `cols` is a multiple of the vector's lanes; `rows` and `depth` are free.
 */
export function gemm<T>(
  rows: i32,
  cols: i32,
  depth: i32,
  a: usize,
  aRow: usize,
  aDepth: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  const vectors = cols / lanes<T>();
  let j = 0;
  for (; j + 2 <= vectors; j += 2) {
    const column = (<usize>j) << 4;
    let r = 0;
    for (; r + 4 <= rows; r += 4) {
      tile42<T>(depth, a + (<usize>r) * aRow, aRow, aDepth, b + column, bRow, c + (<usize>r) * cRow + column, cRow, accumulate);
    }
    for (; r < rows; r++) {
      tile12<T>(depth, a + (<usize>r) * aRow, aDepth, b + column, bRow, c + (<usize>r) * cRow + column, accumulate);
    }
  }
  if (j < vectors) {
    const column = (<usize>j) << 4;
    for (let r = 0; r < rows; r++) {
      tile11<T>(depth, a + (<usize>r) * aRow, aDepth, b + column, bRow, c + (<usize>r) * cRow + column, accumulate);
    }
  }
}

// @ts-ignore: decorator
@inline
function tile42<T>(
  depth: i32,
  a0: usize,
  aRow: usize,
  aDepth: usize,
  b: usize,
  bRow: usize,
  c0: usize,
  cRow: usize,
  accumulate: bool,
): void {
  let s00 = v128.splat<T>(0), s01 = s00, s10 = s00, s11 = s00;
  let s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  const c1 = c0 + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  if (accumulate) {
    s00 = v128.load(c0); s01 = v128.load(c0, 16);
    s10 = v128.load(c1); s11 = v128.load(c1, 16);
    s20 = v128.load(c2); s21 = v128.load(c2, 16);
    s30 = v128.load(c3); s31 = v128.load(c3, 16);
  }
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  for (let k = 0; k < depth; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<T>(a0);
    s00 = muladd<T>(s00, x, b0);
    s01 = muladd<T>(s01, x, b1);
    x = v128.load_splat<T>(a1);
    s10 = muladd<T>(s10, x, b0);
    s11 = muladd<T>(s11, x, b1);
    x = v128.load_splat<T>(a2);
    s20 = muladd<T>(s20, x, b0);
    s21 = muladd<T>(s21, x, b1);
    x = v128.load_splat<T>(a3);
    s30 = muladd<T>(s30, x, b0);
    s31 = muladd<T>(s31, x, b1);
    a0 += aDepth;
    a1 += aDepth;
    a2 += aDepth;
    a3 += aDepth;
    b += bRow;
  }
  v128.store(c0, s00); v128.store(c0, s01, 16);
  v128.store(c1, s10); v128.store(c1, s11, 16);
  v128.store(c2, s20); v128.store(c2, s21, 16);
  v128.store(c3, s30); v128.store(c3, s31, 16);
}

// @ts-ignore: decorator
@inline
function tile12<T>(
  depth: i32,
  a: usize,
  aDepth: usize,
  b: usize,
  bRow: usize,
  c: usize,
  accumulate: bool,
): void {
  let s0 = v128.splat<T>(0), s1 = s0;
  if (accumulate) {
    s0 = v128.load(c);
    s1 = v128.load(c, 16);
  }
  for (let k = 0; k < depth; k++) {
    const x = v128.load_splat<T>(a);
    s0 = muladd<T>(s0, x, v128.load(b));
    s1 = muladd<T>(s1, x, v128.load(b, 16));
    a += aDepth;
    b += bRow;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
}

// @ts-ignore: decorator
@inline
function tile11<T>(
  depth: i32,
  a: usize,
  aDepth: usize,
  b: usize,
  bRow: usize,
  c: usize,
  accumulate: bool,
): void {
  let s = accumulate ? v128.load(c) : v128.splat<T>(0);
  for (let k = 0; k < depth; k++) {
    s = muladd<T>(s, v128.load_splat<T>(a), v128.load(b));
    a += aDepth;
    b += bRow;
  }
  v128.store(c, s);
}

/**
 * c[r][i] = (accumulate ? c[r][i] : 0) + Σ_k a[r][k]·b[i][k]: the product with a transpose.
 *
 * `depth` is a multiple of the vector's lanes and `cols` of 4. Lanes are summed separately and
 * added up last.
 */
export function gemmTransposed<T>(
  rows: i32,
  cols: i32,
  depth: i32,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  const vectors = depth / lanes<T>();
  for (let i = 0; i < cols; i += 4) {
    const bi = b + (<usize>i) * bRow;
    const ci = c + (<usize>i) * sizeof<T>();
    let r = 0;
    for (; r + 2 <= rows; r += 2) {
      dots24<T>(vectors, a + (<usize>r) * aRow, aRow, bi, bRow, ci + (<usize>r) * cRow, cRow, accumulate);
    }
    if (r < rows) dots14<T>(vectors, a + (<usize>r) * aRow, bi, bRow, ci + (<usize>r) * cRow, accumulate);
  }
}

// @ts-ignore: decorator
@inline
function storeSums<T>(s0: v128, s1: v128, s2: v128, s3: v128, c: usize, accumulate: bool): void {
  if (sizeof<T>() == 4) {
    const s = sum4(s0, s1, s2, s3);
    v128.store(c, accumulate ? v128.add<T>(v128.load(c), s) : s);
  } else {
    const low = sum2(s0, s1);
    const high = sum2(s2, s3);
    v128.store(c, accumulate ? v128.add<T>(v128.load(c), low) : low);
    v128.store(c, accumulate ? v128.add<T>(v128.load(c, 16), high) : high, 16);
  }
}

// @ts-ignore: decorator
@inline
function dots24<T>(
  vectors: i32,
  a: usize,
  aRow: usize,
  b0: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  let s00 = v128.splat<T>(0), s01 = s00, s02 = s00, s03 = s00;
  let s10 = s00, s11 = s00, s12 = s00, s13 = s00;
  let a1 = a + aRow;
  let a0 = a;
  let b1 = b0 + bRow;
  let b2 = b1 + bRow;
  let b3 = b2 + bRow;
  for (let k = 0; k < vectors; k++) {
    const x0 = v128.load(a0);
    const x1 = v128.load(a1);
    let y = v128.load(b0);
    s00 = muladd<T>(s00, x0, y);
    s10 = muladd<T>(s10, x1, y);
    y = v128.load(b1);
    s01 = muladd<T>(s01, x0, y);
    s11 = muladd<T>(s11, x1, y);
    y = v128.load(b2);
    s02 = muladd<T>(s02, x0, y);
    s12 = muladd<T>(s12, x1, y);
    y = v128.load(b3);
    s03 = muladd<T>(s03, x0, y);
    s13 = muladd<T>(s13, x1, y);
    a0 += 16;
    a1 += 16;
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  storeSums<T>(s00, s01, s02, s03, c, accumulate);
  storeSums<T>(s10, s11, s12, s13, c + cRow, accumulate);
}

// @ts-ignore: decorator
@inline
function dots14<T>(
  vectors: i32,
  a: usize,
  b0: usize,
  bRow: usize,
  c: usize,
  accumulate: bool,
): void {
  let s0 = v128.splat<T>(0), s1 = s0, s2 = s0, s3 = s0;
  let b1 = b0 + bRow;
  let b2 = b1 + bRow;
  let b3 = b2 + bRow;
  for (let k = 0; k < vectors; k++) {
    const x = v128.load(a);
    s0 = muladd<T>(s0, x, v128.load(b0));
    s1 = muladd<T>(s1, x, v128.load(b1));
    s2 = muladd<T>(s2, x, v128.load(b2));
    s3 = muladd<T>(s3, x, v128.load(b3));
    a += 16;
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  storeSums<T>(s0, s1, s2, s3, c, accumulate);
}
