/**
 * Forces, virials and the loss of the frames of a batch, and what it asks of the second pass.
 *
 * loss = mean over frames of w [p_e (ΔE)²/N + p_f mean(ΔF²) + p_v mean(ΔW²)/N], in f64, with the
 * frame's weight w.
 */
import { at, ptr, real, setReal, word } from './records';
import { take } from './train-common';
import { batchAtom } from './train-environment';
import {
  A_ENVIRONMENT, A_PAIR, A_ROW, C_BATCH, C_DIRECTION, C_DONE, C_ENERGIES, C_ENERGY_BAR, C_FORCES,
  C_ORDER, C_PAIR_GRADIENT, C_RESULTS, C_VIRIAL_BAR, F_ATOMS, F_FORCES, F_HAS_VIRIAL, FX_ENERGY,
  FX_VIRIAL, FX_WEIGHT, N_COUNT, N_PAIRS, P_DISTANCE, P_INDEX, P_UNIT, PAIR_VALUES, RESULT, RESULT_ENERGY,
  RESULT_FORCE, RESULT_FRAMES, RESULT_LOSS, RESULT_TOTAL, RESULT_VIRIAL, RESULT_VIRIALS, X_PREFACTORS,
  X_RATE, X_START_RATE, X_SUMS,
} from './training-layout';

// @ts-ignore: decorator
@inline
export function batchFrame(context: usize, slot: i32): usize {
  const place = word(context, C_DONE) * word(context, C_BATCH) + slot;
  return ptr(ptr(context, C_ORDER), place);
}

/** limit + (start - limit)·rate/start rate. */
// @ts-ignore: decorator
@inline
function prefactor(context: usize, index: i32): f64 {
  const start = real(context, X_PREFACTORS + index);
  const limit = real(context, X_PREFACTORS + 3 + index);
  return limit + ((start - limit) * real(context, X_RATE)) / real(context, X_START_RATE);
}

export function compare<T>(context: usize, phase: i32): void {
  const frames = word(context, C_BATCH);
  for (let slot = take(context, phase); slot < frames; slot = take(context, phase)) {
    let first = 0;
    for (let k = 0; k < slot; k++) first += word(batchFrame(context, k), F_ATOMS);
    compareFrame<T>(context, slot, first);
  }
}

function compareFrame<T>(context: usize, slot: i32, first: i32): void {
  const frame = batchFrame(context, slot);
  const atoms = word(frame, F_ATOMS);
  const forces = ptr(context, C_FORCES) + (<usize>(first * 3)) * 8;
  memory.fill(forces, 0, (<usize>(atoms * 3)) * 8);
  let energy: f64 = 0;
  let w0: f64 = 0, w1: f64 = 0, w2: f64 = 0;
  let w3: f64 = 0, w4: f64 = 0, w5: f64 = 0;
  let w6: f64 = 0, w7: f64 = 0, w8: f64 = 0;
  for (let i = 0; i < atoms; i++) {
    const atom = batchAtom(context, first + i);
    energy += real(ptr(context, C_ENERGIES), word(atom, A_ROW));
    const environment = ptr(atom, A_ENVIRONMENT);
    const count = word(environment, N_COUNT);
    let record = ptr(environment, N_PAIRS);
    let gradient = at<T>(ptr(context, C_PAIR_GRADIENT), 4 * word(atom, A_PAIR));
    let f0: f64 = 0, f1: f64 = 0, f2: f64 = 0;
    for (let k = 0; k < count; k++) {
      const g0 = <f64>load<T>(gradient);
      const g1 = <f64>load<T>(at<T>(gradient, 1));
      const g2 = <f64>load<T>(at<T>(gradient, 2));
      f0 += g0;
      f1 += g1;
      f2 += g2;
      const other = forces + (<usize>(3 * load<i32>(at<T>(record, P_INDEX)))) * 8;
      store<f64>(other, load<f64>(other) - g0);
      store<f64>(other, load<f64>(other, 8) - g1, 8);
      store<f64>(other, load<f64>(other, 16) - g2, 16);
      const r = <f64>load<T>(at<T>(record, P_DISTANCE));
      const x = r * <f64>load<T>(at<T>(record, P_UNIT));
      const y = r * <f64>load<T>(at<T>(record, P_UNIT + 1));
      const z = r * <f64>load<T>(at<T>(record, P_UNIT + 2));
      w0 -= x * g0; w1 -= x * g1; w2 -= x * g2;
      w3 -= y * g0; w4 -= y * g1; w5 -= y * g2;
      w6 -= z * g0; w7 -= z * g1; w8 -= z * g2;
      record = at<T>(record, PAIR_VALUES);
      gradient = at<T>(gradient, 4);
    }
    const own = forces + (<usize>(3 * i)) * 8;
    store<f64>(own, load<f64>(own) + f0);
    store<f64>(own, load<f64>(own, 8) + f1, 8);
    store<f64>(own, load<f64>(own, 16) + f2, 16);
  }
  const share = 1 / <f64>word(context, C_BATCH);
  const n = <f64>atoms;
  const result = ptr(context, C_RESULTS) + (<usize>(slot * RESULT)) * 8;

  const de = energy - real(frame, FX_ENERGY);
  const weight = real(frame, FX_WEIGHT);
  const pe = weight * prefactor(context, 0);
  const energyBar = <T>((2 * pe * de * share) / n);
  for (let i = 0; i < atoms; i++) {
    store<T>(at<T>(ptr(context, C_ENERGY_BAR), word(batchAtom(context, first + i), A_ROW)), energyBar);
  }

  const pf = weight * prefactor(context, 1);
  const labels = ptr(frame, F_FORCES);
  let force: f64 = 0;
  const slope = (-2 * pf * share) / (3 * n);
  for (let i = 0; i < atoms; i++) {
    for (let c = 0; c < 3; c++) {
      const difference = real(forces, 3 * i + c) - real(labels, 3 * i + c);
      force += difference * difference;
      store<T>(at<T>(ptr(context, C_DIRECTION), 4 * (first + i) + c), <T>(slope * difference));
    }
  }
  force /= 3 * n;

  const pv = weight * prefactor(context, 2);
  const has = word(frame, F_HAS_VIRIAL) != 0;
  const bars = at<T>(ptr(context, C_VIRIAL_BAR), 9 * slot);
  let virial: f64 = 0;
  virial += virialBar<T>(frame, bars, 0, w0, pv, share, n, has);
  virial += virialBar<T>(frame, bars, 1, w1, pv, share, n, has);
  virial += virialBar<T>(frame, bars, 2, w2, pv, share, n, has);
  virial += virialBar<T>(frame, bars, 3, w3, pv, share, n, has);
  virial += virialBar<T>(frame, bars, 4, w4, pv, share, n, has);
  virial += virialBar<T>(frame, bars, 5, w5, pv, share, n, has);
  virial += virialBar<T>(frame, bars, 6, w6, pv, share, n, has);
  virial += virialBar<T>(frame, bars, 7, w7, pv, share, n, has);
  virial += virialBar<T>(frame, bars, 8, w8, pv, share, n, has);
  virial /= 9;

  setReal(result, RESULT_ENERGY, (de / n) * (de / n));
  setReal(result, RESULT_FORCE, force);
  setReal(result, RESULT_VIRIAL, virial / (n * n));
  setReal(result, RESULT_VIRIALS, has ? 1 : 0);
  setReal(result, RESULT_LOSS, (pe * de * de) / n + pf * force + (pv * virial) / n);
  setReal(result, RESULT_FRAMES, 1);
  setReal(result, RESULT_TOTAL, energy);
}

/** Stores dLoss/dW of one component; returns its squared residual. */
// @ts-ignore: decorator
@inline
function virialBar<T>(frame: usize, bars: usize, k: i32, w: f64, pv: f64, share: f64, n: f64, has: bool): f64 {
  const difference = has ? w - real(frame, FX_VIRIAL + k) : 0;
  store<T>(at<T>(bars, k), <T>((2 * pv * difference * share) / (9 * n)));
  return difference * difference;
}

/** Adds the batch's results to the sums, in the order of its frames. */
export function addResults(context: usize): void {
  const frames = word(context, C_BATCH);
  for (let k = 0; k < RESULT; k++) {
    let total = real(context, X_SUMS + k);
    for (let slot = 0; slot < frames; slot++) {
      total += real(ptr(context, C_RESULTS), slot * RESULT + k);
    }
    setReal(context, X_SUMS + k, total);
  }
}
