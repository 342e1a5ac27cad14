import type { Indicator } from '../indicator.ts';
import { type ReturnsState, windowedReturns } from '../windowed.ts';

/**
 * Autocorrelation at lag 1 of the last `period` log returns: Σ (rₜ − m)(rₜ₋₁ − m) ÷ Σ (rₜ − m)², m their mean.
 * Above 0 moves tend to go on, below 0 to turn.
 * Domain: (−1, 1); NaN when all returns are equal. Warm-up: period + 1.
 * https://en.wikipedia.org/wiki/Autocorrelation#Estimation
 */
export const autocorrelation = ({ period }: { readonly period: number }): Indicator<ReturnsState> =>
  windowedReturns({
    name: `autocorrelation_${period}`,
    parameters: { period },
    size: period,
    value(returns) {
      const mean = returns.mean;
      let products = 0;
      for (let i = 1; i < returns.size; i += 1) {
        products += (returns.at(i) - mean) * (returns.at(i - 1) - mean);
      }
      return products / (returns.centralMoment(2) * returns.size);
    },
  });
