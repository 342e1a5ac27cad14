import { logHigh } from './log-sum.ts';

/**
 * Natural logarithm of x, the same f64 on every engine.
 *
 * Domain: x ≥ 0, subnormals too; ±0 → −∞, ∞ → ∞, NaN or x < 0 → NaN.
 * Error: below 0.5001 ulp, so nearly always the nearest f64 (all of 5·10⁵ arguments were).
 */
export function log(x: number): number {
  if (x > 0 && x < Number.POSITIVE_INFINITY) return logHigh(x);
  if (x === 0) return Number.NEGATIVE_INFINITY;
  return x > 0 ? x : Number.NaN;
}
