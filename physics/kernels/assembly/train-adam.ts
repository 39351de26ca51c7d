/** Adam: Kingma and Ba, arXiv:1412.6980, algorithm 1, β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
import { lanes } from './math';
import { at, ptr, real } from './records';
import {
  C_GRADIENT, C_MOMENT1, C_MOMENT2, C_PARAMETERS, X_POWER1, X_POWER2, X_RATE,
} from './training-layout';

/** One step on `count` parameters from byte `offset` on, with the gradient stored for them. */
export function adam<T>(context: usize, offset: usize, count: i32): void {
  const parameters = ptr(context, C_PARAMETERS) + offset;
  const gradient = ptr(context, C_GRADIENT) + offset;
  const moment1 = ptr(context, C_MOMENT1) + offset;
  const moment2 = ptr(context, C_MOMENT2) + offset;
  const rate = v128.splat<T>(<T>(real(context, X_RATE) / (1 - real(context, X_POWER1))));
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
    v128.store(p, v128.sub<T>(v128.load(p), v128.div<T>(v128.mul<T>(rate, m), scale)));
  }
}
