import { log1pHigh, logHigh, lowPart } from './log-sum.ts';

/**
 * log(1 + x) without the loss of rounding 1 + x, the same f64 on every engine.
 *
 * Domain: x ≥ −1; ±0 → ±0, −1 → −∞, ∞ → ∞, NaN or x < −1 → NaN.
 * Error: below 0.5001 ulp, so nearly always the nearest f64 (all of 5·10⁵ arguments were).
 */
export function log1p(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 5.551115123125783e-17) return x;
  if (magnitude < 0.005) return log1pHigh(x, 0, 0);
  if (!(x > -1 && x < Number.POSITIVE_INFINITY)) return atEdge(x);
  const sum = 1 + x;
  const lost = magnitude < 1 ? x - (sum - 1) : 1 - (sum - x);
  const high = logHigh(sum);
  return high + ((lowPart[0] as number) + lost / sum);
}

function atEdge(x: number): number {
  if (x === -1) return Number.NEGATIVE_INFINITY;
  return x > 0 ? x : Number.NaN;
}
