/**
 * Vectors of T (f32: 4 lanes, f64: 2) and the activation function.
 *
 * Only IEEE operations that wasm defines exactly, in one fixed order: the same bits on every
 * machine. Relaxed SIMD is not used for that reason.
 */

/** Number of lanes of a vector of T. */
// @ts-ignore: decorator
@inline
export function lanes<T>(): i32 {
  return <i32>(16 / sizeof<T>());
}

/** x + y·z, rounded twice. */
// @ts-ignore: decorator
@inline
export function muladd<T>(x: v128, y: v128, z: v128): v128 {
  return v128.add<T>(x, v128.mul<T>(y, z));
}

/** [Σa, Σb, Σc, Σd] of f32 vectors. */
// @ts-ignore: decorator
@inline
export function sum4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(
    v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    v128.shuffle<f32>(a, b, 2, 6, 3, 7),
  );
  const cd = f32x4.add(
    v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    v128.shuffle<f32>(c, d, 2, 6, 3, 7),
  );
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<f32>(ab, cd, 2, 3, 6, 7),
  );
}

/** [Σa, Σb] of f64 vectors. */
// @ts-ignore: decorator
@inline
export function sum2(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
}

/** Σ of the lanes of one vector. */
// @ts-ignore: decorator
@inline
export function sum<T>(a: v128): T {
  if (sizeof<T>() == 4) {
    const low = f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2);
    const high = f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3);
    return <T>(low + high);
  }
  return <T>(f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1));
}

/** Limit, numerator and denominator of `tanh32`; loading a constant costs less than making it. */
const TANH32 = memory.data<f32>([
  7.90531110763549805, -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
  5.12229709037114e-8, 1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3,
  1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3,
]);

// @ts-ignore: decorator
@inline
function tanh32Constant(index: usize): v128 {
  return v128.load_splat<f32>(TANH32 + (index << 2));
}

/** tanh of four f32: an odd rational minimax of degree 13/6 (that of Eigen), within 4 ulp. */
// @ts-ignore: decorator
@inline
function tanh32(x: v128): v128 {
  const limit = tanh32Constant(0);
  const y = f32x4.pmax(f32x4.pmin(x, limit), f32x4.neg(limit));
  const z = f32x4.mul(y, y);
  let p = tanh32Constant(1);
  p = muladd<f32>(tanh32Constant(2), p, z);
  p = muladd<f32>(tanh32Constant(3), p, z);
  p = muladd<f32>(tanh32Constant(4), p, z);
  p = muladd<f32>(tanh32Constant(5), p, z);
  p = muladd<f32>(tanh32Constant(6), p, z);
  p = muladd<f32>(tanh32Constant(7), p, z);
  let q = tanh32Constant(8);
  q = muladd<f32>(tanh32Constant(9), q, z);
  q = muladd<f32>(tanh32Constant(10), q, z);
  q = muladd<f32>(tanh32Constant(11), q, z);
  return f32x4.div(f32x4.mul(y, p), q);
}

/** tanh of two f64 as e/(e + 2) with e = e^(2x) - 1, which keeps small arguments exact. */
// @ts-ignore: decorator
@inline
function tanh64(x: v128): v128 {
  const limit = f64x2.splat(20);
  const y = f64x2.pmax(f64x2.pmin(x, limit), f64x2.neg(limit));
  const twice = f64x2.add(y, y);
  const k = f64x2.nearest(f64x2.mul(twice, f64x2.splat(1.4426950408889634)));
  const r = f64x2.sub(
    f64x2.sub(twice, f64x2.mul(k, f64x2.splat(0.6931471803691238))),
    f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)),
  );
  // Taylor series of e^r - 1, |r| <= ln2/2, to the 13th power.
  let p = f64x2.splat(1.6059043836821613e-10);
  p = muladd<f64>(f64x2.splat(2.08767569878681e-9), p, r);
  p = muladd<f64>(f64x2.splat(2.505210838544172e-8), p, r);
  p = muladd<f64>(f64x2.splat(2.755731922398589e-7), p, r);
  p = muladd<f64>(f64x2.splat(2.7557319223985893e-6), p, r);
  p = muladd<f64>(f64x2.splat(2.48015873015873e-5), p, r);
  p = muladd<f64>(f64x2.splat(1.984126984126984e-4), p, r);
  p = muladd<f64>(f64x2.splat(1.388888888888889e-3), p, r);
  p = muladd<f64>(f64x2.splat(8.333333333333333e-3), p, r);
  p = muladd<f64>(f64x2.splat(4.1666666666666664e-2), p, r);
  p = muladd<f64>(f64x2.splat(0.16666666666666666), p, r);
  p = muladd<f64>(f64x2.splat(0.5), p, r);
  p = muladd<f64>(f64x2.splat(1), p, r);
  p = f64x2.mul(p, r);
  // 2^k: k + 1.5·2^52 holds k in its low bits.
  const shifted = f64x2.add(k, f64x2.splat(6755399441055744));
  const scale = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  const e = muladd<f64>(f64x2.sub(scale, f64x2.splat(1)), p, scale);
  return f64x2.div(e, f64x2.add(e, f64x2.splat(2)));
}

/** Hyperbolic tangent of every lane. */
// @ts-ignore: decorator
@inline
export function tanh<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? tanh32(x) : tanh64(x);
}

/** target[k] = tanh(source[k] + shift) for eight values; f32 in step, sharing constants. */
// @ts-ignore: decorator
@inline
export function tanhOfEight<T>(source: usize, shift: v128, target: usize): void {
  if (sizeof<T>() == 8) {
    for (let k = 0; k < 4; k++) {
      v128.store(target, tanh64(f64x2.add(v128.load(source), shift)));
      source += 16;
      target += 16;
    }
    return;
  }
  const limit = tanh32Constant(0);
  const negative = f32x4.neg(limit);
  const x0 = f32x4.pmax(f32x4.pmin(f32x4.add(v128.load(source), shift), limit), negative);
  const x1 = f32x4.pmax(f32x4.pmin(f32x4.add(v128.load(source, 16), shift), limit), negative);
  const z0 = f32x4.mul(x0, x0);
  const z1 = f32x4.mul(x1, x1);
  let p0 = tanh32Constant(1);
  let p1 = p0;
  let c = tanh32Constant(2);
  p0 = muladd<f32>(c, p0, z0);
  p1 = muladd<f32>(c, p1, z1);
  c = tanh32Constant(3);
  p0 = muladd<f32>(c, p0, z0);
  p1 = muladd<f32>(c, p1, z1);
  c = tanh32Constant(4);
  p0 = muladd<f32>(c, p0, z0);
  p1 = muladd<f32>(c, p1, z1);
  c = tanh32Constant(5);
  p0 = muladd<f32>(c, p0, z0);
  p1 = muladd<f32>(c, p1, z1);
  c = tanh32Constant(6);
  p0 = muladd<f32>(c, p0, z0);
  p1 = muladd<f32>(c, p1, z1);
  c = tanh32Constant(7);
  p0 = muladd<f32>(c, p0, z0);
  p1 = muladd<f32>(c, p1, z1);
  let q0 = tanh32Constant(8);
  let q1 = q0;
  c = tanh32Constant(9);
  q0 = muladd<f32>(c, q0, z0);
  q1 = muladd<f32>(c, q1, z1);
  c = tanh32Constant(10);
  q0 = muladd<f32>(c, q0, z0);
  q1 = muladd<f32>(c, q1, z1);
  c = tanh32Constant(11);
  q0 = muladd<f32>(c, q0, z0);
  q1 = muladd<f32>(c, q1, z1);
  v128.store(target, f32x4.div(f32x4.mul(x0, p0), q0));
  v128.store(target, f32x4.div(f32x4.mul(x1, p1), q1), 16);
}
