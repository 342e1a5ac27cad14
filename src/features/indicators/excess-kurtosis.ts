import type { Indicator } from '../indicator.ts';
import { type ReturnsState, windowedReturns } from '../windowed.ts';

/**
 * Excess kurtosis of the last `period` log returns: m₄ ÷ m₂² − 3, central moments of divisor n (g₂, not
 * corrected for bias).
 * Domain: [−2, n − 2 + 1 ÷ (n − 1) − 3]; NaN when all returns are equal. Warm-up: period + 1.
 * https://en.wikipedia.org/wiki/Kurtosis#Sample_kurtosis
 */
export const excessKurtosis = ({ period }: { readonly period: number }): Indicator<ReturnsState> =>
  windowedReturns({
    name: `excess_kurtosis_${period}`,
    parameters: { period },
    size: period,
    value(returns) {
      const variance = returns.centralMoment(2);
      return returns.centralMoment(4) / (variance * variance) - 3;
    },
  });
