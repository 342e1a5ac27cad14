import { stepGrowth, stepScale, stepsOf } from './exp-steps.ts';
import { powerOfTwo } from './float-bits.ts';

/**
 * e^x, the same f64 on every engine.
 *
 * Domain: all numbers; NaN → NaN, −∞ → 0, above 709.78 → ∞, below −745.13 → 0, subnormal results rounded once.
 * Error: below 0.51 ulp (worst of 5·10⁵ arguments against 140 bits: 0.508).
 */
export const exp = (x: number): number => expOfSum(x, 0);

/**
 * e^(high + low) for |low| ≤ 2⁻¹², where `high + low` need not be an f64; NaN and ±∞ as in {@link exp}.
 * Error: that of exp, and |low| · 2⁻⁵³ relative.
 */
export function expOfSum(high: number, low: number): number {
  if (!(high < 710)) return Number.isNaN(high) ? high : Number.POSITIVE_INFINITY;
  if (high < -746) return 0;
  const steps = stepsOf(high);
  const scale = stepScale(steps);
  const growth = stepGrowth(high, low, steps);
  const exponent = steps >> 7;
  if (exponent > 1023) return (scale + scale * growth) * powerOfTwo(1023) * 2;
  if (exponent < -1021) return nearSubnormal(scale, growth, exponent);
  return (scale + scale * growth) * powerOfTwo(exponent);
}

/** scale · (1 + growth) · 2^exponent, rounded once although the result may have fewer than 53 bits. */
function nearSubnormal(scale: number, growth: number, exponent: number): number {
  // In units of the least normal number: below 1 the spacing of results is that of f64s in [1, 2).
  const unit = powerOfTwo(exponent + 1022);
  const high = scale * unit;
  const low = high * growth;
  const sum = high + low;
  if (sum >= 1) return sum * powerOfTwo(-1022);
  const shifted = 1 + sum;
  const rest = 1 - shifted + sum + (high - sum + low);
  return (shifted + rest - 1) * powerOfTwo(-1022);
}
