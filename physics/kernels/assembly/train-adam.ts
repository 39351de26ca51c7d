/**
 * Adam: Kingma and Ba, arXiv:1412.6980, algorithm 1, β₁ = 0.9, β₂ = 0.999, ε = 1e-8; where asked
 * for at a rate that stays, with the average of its path by Shamir and Zhang, arXiv:1212.1824
 * (polynomial decay): update t enters with the weight (η + 1)/(t + η).
 */
import { lanes } from './math';
import { at, ptr, real, word } from './records';
import {
  C_AVERAGE, C_AVERAGED, C_GRADIENT, C_MOMENT1, C_MOMENT2, C_PARAMETERS, X_POWER1, X_POWER2, X_RATE,
  X_START_RATE, X_UPDATES,
} from './training-layout';

/** η: the average reaches back over about a fortieth of all updates. */
const REACH: f64 = 39;

/** One step on `count` parameters from byte `offset` on, with the gradient stored for them. */
export function adam<T>(context: usize, offset: usize, count: i32): void {
  const parameters = ptr(context, C_PARAMETERS) + offset;
  const gradient = ptr(context, C_GRADIENT) + offset;
  const moment1 = ptr(context, C_MOMENT1) + offset;
  const moment2 = ptr(context, C_MOMENT2) + offset;
  const average = ptr(context, C_AVERAGE) + offset;
  const averaged = word(context, C_AVERAGED) != 0;
  const share = v128.splat<T>(<T>((REACH + 1) / (real(context, X_UPDATES) + REACH)));
  const step = real(context, averaged ? X_START_RATE : X_RATE);
  const rate = v128.splat<T>(<T>(step / (1 - real(context, X_POWER1))));
  const unbias = v128.splat<T>(<T>(1 / sqrt(1 - real(context, X_POWER2))));
  const beta1 = v128.splat<T>(<T>0.9);
  const beta2 = v128.splat<T>(<T>0.999);
  const rest1 = v128.splat<T>(<T>(1 - 0.9));
  const rest2 = v128.splat<T>(<T>(1 - 0.999));
  const epsilon = v128.splat<T>(<T>1e-8);
  // Moments that decayed to nothing become zero before they turn subnormal, which is slow.
  const tiny = v128.splat<T>(<T>1e-30);
  for (let k = 0; k < count; k += lanes<T>()) {
    const g = v128.load(at<T>(gradient, k));
    let m = v128.add<T>(v128.mul<T>(beta1, v128.load(at<T>(moment1, k))), v128.mul<T>(rest1, g));
    m = v128.and(m, v128.ge<T>(v128.abs<T>(m), tiny));
    let v = v128.add<T>(
      v128.mul<T>(beta2, v128.load(at<T>(moment2, k))),
      v128.mul<T>(rest2, v128.mul<T>(g, g)),
    );
    v = v128.and(v, v128.ge<T>(v, tiny));
    v128.store(at<T>(moment1, k), m);
    v128.store(at<T>(moment2, k), v);
    const scale = v128.add<T>(v128.mul<T>(v128.sqrt<T>(v), unbias), epsilon);
    const p = at<T>(parameters, k);
    const value = v128.sub<T>(v128.load(p), v128.div<T>(v128.mul<T>(rate, m), scale));
    v128.store(p, value);
    if (!averaged) continue;
    const a = v128.load(at<T>(average, k));
    v128.store(at<T>(average, k), v128.add<T>(a, v128.mul<T>(share, v128.sub<T>(value, a))));
  }
}
