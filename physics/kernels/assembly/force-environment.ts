/** The neighbours of an atom within the cut-off: their rows, and the way back to ∂E/∂r. */
import {
  P_GRADIENT, P_NORMAL, P_REPULSION, P_TABLES, P_TYPES, PX_CUTOFF, PX_INNER, R_ACROSS, R_ALONG,
  R_LOCAL, R_REPEL, R_ROW, R_SLOPE, R_UNIT, REPULSION, ROW_VALUES, T_CELLS, T_FRAMES, T_MAP,
  TABLE_BYTES, TX_LOW, TX_SCALE, Z_OUTER,
} from './force-layout';
import { repulsion, repulsionSlope } from './force-repulsion';
import { at, ptr, real, setWord, word } from './records';

/** Stores two values, given in f64, as T. */
// @ts-ignore: decorator
@inline
function store2<T>(target: usize, values: v128): void {
  if (sizeof<T>() == 4) v128.store64_lane(target, f32x4.demote_f64x2_zero(values), 0);
  else v128.store(target, values);
}

// @ts-ignore: decorator
@inline
function pair(a: f64, b: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(a), 1, b);
}

// @ts-ignore: decorator
@inline
function writeRow<T>(
  row: usize,
  vector: usize,
  per: f64,
  normalised: f64,
  sa: f64,
  slope: f64,
  acrossAlong: v128,
): void {
  const unit = f64x2.mul(v128.load(vector), f64x2.splat(per));
  const unitZ = load<f64>(vector, 16) * per;
  const xy = f64x2.mul(unit, f64x2.splat(sa));
  store2<T>(at<T>(row, R_ROW), pair(normalised, f64x2.extract_lane(xy, 0)));
  store2<T>(at<T>(row, R_ROW + 2), pair(f64x2.extract_lane(xy, 1), unitZ * sa));
  store2<T>(at<T>(row, R_UNIT), unit);
  store2<T>(at<T>(row, R_UNIT + 2), pair(unitZ, slope));
  store2<T>(at<T>(row, R_ACROSS), acrossAlong);
  store2<T>(at<T>(row, R_REPEL), f64x2.splat(0));
}

/** Interval of the table that holds a normalised s; notes the place in it. */
// @ts-ignore: decorator
@inline
function place<T>(table: usize, row: usize, normalised: f64): i32 {
  const cell = <i32>((normalised - real(table, TX_LOW)) * real(table, TX_SCALE));
  const bounded = max(0, min(word(table, T_CELLS) - 1, cell));
  const interval = <i32>load<u8>(ptr(table, T_MAP) + <usize>bounded);
  const frame = ptr(table, T_FRAMES) + ((<usize>interval) << 4);
  store<T>(at<T>(row, R_LOCAL), <T>((normalised - load<f64>(frame)) * load<f64>(frame, 8)));
  return interval;
}

/** Notes half the slope of the short-range term; returns half its energy. */
function repel<T>(terms: usize, row: usize, r: f64): f64 {
  store<T>(at<T>(row, R_REPEL), <T>(0.5 * repulsionSlope(terms, r)));
  return 0.5 * repulsion(terms, r);
}

/**
 * Rows of `count` neighbours of one type, from vectors `from` on; two at a time. Returns half the
 * short-range energy. Source of s(r) and its normalisation: physics/potentials/deep/model.ts.
 */
export function environment<T>(
  potential: usize,
  centre: i32,
  type: i32,
  vectors: usize,
  rows: usize,
  bins: usize,
  count: i32,
): f64 {
  const normal = ptr(potential, P_NORMAL) + (<usize>centre) * 24;
  const mean = f64x2.splat(load<f64>(normal));
  const inverse = f64x2.splat(load<f64>(normal, 8));
  const angular = f64x2.splat(load<f64>(normal, 16));
  const inner = real(potential, PX_INNER);
  const start = f64x2.splat(inner);
  const perWidth = f64x2.splat(1 / (real(potential, PX_CUTOFF) - inner));
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const index = <usize>(centre * word(potential, P_TYPES) + type);
  const tables = ptr(potential, P_TABLES);
  const table = tables + index * TABLE_BYTES;
  const pairs = ptr(potential, P_REPULSION);
  const terms: usize = pairs == 0 ? 0 : pairs + index * (REPULSION * 8);
  const outer = pairs == 0 ? 0.0 : load<f64>(terms, Z_OUTER * 8);
  let energy = 0.0;
  for (let k = 0; k < count; k += 2) {
    const first = vectors + ((<usize>k) << 5);
    const second = k + 1 < count ? first + 32 : first;
    const zr0 = v128.load(first, 16);
    const zr1 = v128.load(second, 16);
    const r = f64x2.sqrt(v128.shuffle<f64>(zr0, zr1, 1, 3));
    const per = f64x2.div(one, r);
    const u = f64x2.max(f64x2.mul(f64x2.sub(r, start), perWidth), zero);
    const u2 = f64x2.mul(u, u);
    // sw = u³(-6u² + 15u - 10) + 1, sw' = -30u²(u - 1)²/(outer - inner)
    const poly = f64x2.add(
      f64x2.mul(u, f64x2.add(f64x2.mul(u, f64x2.splat(-6)), f64x2.splat(15))),
      f64x2.splat(-10),
    );
    const sw = f64x2.add(f64x2.mul(f64x2.mul(u2, u), poly), one);
    const v = f64x2.mul(u, f64x2.sub(u, one));
    const swSlope = f64x2.mul(f64x2.mul(f64x2.mul(v, v), f64x2.splat(-30)), perWidth);
    const s = f64x2.mul(sw, per);
    const slope = f64x2.mul(f64x2.sub(swSlope, s), per);
    const normalised = f64x2.mul(f64x2.sub(s, mean), inverse);
    const radial = f64x2.mul(slope, inverse);
    const along = f64x2.mul(slope, angular);
    const sa = f64x2.mul(s, angular);
    const across = f64x2.mul(sa, per);
    const difference = f64x2.sub(along, across);
    const row = at<T>(rows, k * ROW_VALUES);
    writeRow<T>(
      row, first, f64x2.extract_lane(per, 0), f64x2.extract_lane(normalised, 0), f64x2.extract_lane(sa, 0),
      f64x2.extract_lane(radial, 0), v128.shuffle<f64>(across, difference, 0, 2),
    );
    if (tables != 0) setWord(bins, k, place<T>(table, row, f64x2.extract_lane(normalised, 0)));
    if (f64x2.extract_lane(r, 0) < outer) energy += repel<T>(terms, row, f64x2.extract_lane(r, 0));
    if (k + 1 == count) break;
    const next = at<T>(row, ROW_VALUES);
    writeRow<T>(
      next, second, f64x2.extract_lane(per, 1), f64x2.extract_lane(normalised, 1), f64x2.extract_lane(sa, 1),
      f64x2.extract_lane(radial, 1), v128.shuffle<f64>(across, difference, 1, 3),
    );
    if (tables != 0) setWord(bins, k + 1, place<T>(table, next, f64x2.extract_lane(normalised, 1)));
    if (f64x2.extract_lane(r, 1) < outer) energy += repel<T>(terms, next, f64x2.extract_lane(r, 1));
  }
  return energy;
}

/**
 * From dE/dR of the rows (`h`, T [count][4], the first with all that goes through s) to ∂E_i/∂r_ij:
 * stored at the neighbours' slots, summed to `force` (f64 [3]) and W -= r ⊗ ∂E/∂r (f64 [9]).
 */
export function reverseEnvironment<T>(
  potential: usize,
  slots: usize,
  vectors: usize,
  rows: usize,
  h: usize,
  count: i32,
  force: usize,
  virial: usize,
): void {
  const gradient = ptr(potential, P_GRADIENT);
  let sum = v128.load(force);
  let sumZ = load<f64>(force, 16);
  let wx = v128.load(virial), wxz = load<f64>(virial, 16);
  let wy = v128.load(virial, 24), wyz = load<f64>(virial, 40);
  let wz = v128.load(virial, 48), wzz = load<f64>(virial, 64);
  for (let k = 0; k < count; k++) {
    const row = at<T>(rows, k * ROW_VALUES);
    const g = at<T>(h, 4 * k);
    const slot = at<T>(gradient, word(slots, k) << 2);
    let xy: v128;
    let z: f64;
    if (sizeof<T>() == 4) {
      const unit = v128.load(row, R_UNIT * 4);
      const full = v128.load(g);
      const turned = v128.shuffle<f32>(full, full, 1, 2, 3, 0);
      const product = f32x4.mul(unit, turned);
      const tail = v128.load(row, R_ACROSS * 4);
      const dot = f32x4.extract_lane(product, 0) + f32x4.extract_lane(product, 1) + f32x4.extract_lane(product, 2);
      const radial =
        f32x4.extract_lane(tail, <u8>(R_ALONG - R_ACROSS)) * dot +
        f32x4.extract_lane(product, 3) +
        f32x4.extract_lane(tail, <u8>(R_REPEL - R_ACROSS));
      const f = f32x4.add(
        f32x4.mul(f32x4.splat(radial), unit),
        f32x4.mul(v128.shuffle<f32>(tail, tail, 0, 0, 0, 0), turned),
      );
      v128.store(slot, f);
      xy = f64x2.promote_low_f32x4(f);
      z = <f64>f32x4.extract_lane(f, 2);
    } else {
      const unit = v128.load(row, R_UNIT * 8);
      const unitZ = load<f64>(row, (R_UNIT + 2) * 8);
      const g01 = v128.load(g);
      const g23 = v128.load(g, 16);
      const turned = v128.shuffle<f64>(g01, g23, 1, 2);
      const turnedZ = f64x2.extract_lane(g23, 1);
      const product = f64x2.mul(unit, turned);
      const dot = f64x2.extract_lane(product, 0) + f64x2.extract_lane(product, 1) + unitZ * turnedZ;
      const across = load<f64>(row, R_ACROSS * 8);
      const radial =
        load<f64>(row, R_ALONG * 8) * dot +
        load<f64>(row, R_SLOPE * 8) * f64x2.extract_lane(g01, 0) +
        load<f64>(row, R_REPEL * 8);
      xy = f64x2.add(f64x2.mul(f64x2.splat(radial), unit), f64x2.mul(f64x2.splat(across), turned));
      z = radial * unitZ + across * turnedZ;
      v128.store(slot, xy);
      store<f64>(slot, z, 16);
    }
    sum = f64x2.add(sum, xy);
    sumZ += z;
    const vector = vectors + ((<usize>k) << 5);
    const rx = load<f64>(vector), ry = load<f64>(vector, 8), rz = load<f64>(vector, 16);
    wx = f64x2.sub(wx, f64x2.mul(f64x2.splat(rx), xy));
    wy = f64x2.sub(wy, f64x2.mul(f64x2.splat(ry), xy));
    wz = f64x2.sub(wz, f64x2.mul(f64x2.splat(rz), xy));
    wxz -= rx * z;
    wyz -= ry * z;
    wzz -= rz * z;
  }
  v128.store(force, sum);
  store<f64>(force, sumZ, 16);
  v128.store(virial, wx);
  store<f64>(virial, wxz, 16);
  v128.store(virial, wy, 24);
  store<f64>(virial, wyz, 40);
  v128.store(virial, wz, 48);
  store<f64>(virial, wzz, 64);
}
