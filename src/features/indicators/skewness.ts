import type { Indicator } from '../indicator.ts';
import { type ReturnsState, windowedReturns } from '../windowed.ts';

/**
 * Skewness of the last `period` log returns: m₃ ÷ m₂^(3/2), central moments of divisor n (g₁, not corrected
 * for bias).
 * Domain: ±(n − 2) ÷ √(n − 1); NaN when all returns are equal. Warm-up: period + 1.
 * https://en.wikipedia.org/wiki/Skewness#Sample_skewness
 */
export const skewness = ({ period }: { readonly period: number }): Indicator<ReturnsState> =>
  windowedReturns({
    name: `skewness_${period}`,
    parameters: { period },
    size: period,
    value(returns) {
      const variance = returns.centralMoment(2);
      return returns.centralMoment(3) / (variance * Math.sqrt(variance));
    },
  });
