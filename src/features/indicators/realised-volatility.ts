import type { Indicator } from '../indicator.ts';
import { type ReturnsState, windowedReturns } from '../windowed.ts';

/**
 * Realised volatility of the last `period` log returns, per bar (not annualised): √(Σ r² ÷ n). The mean is
 * taken as 0, as usual at this horizon.
 * Domain: [0, ∞). Warm-up: period + 1.
 * Andersen, Bollerslev, Diebold, Labys, Econometrica 71 (2003); https://en.wikipedia.org/wiki/Realized_variance
 */
export const realisedVolatility = ({ period }: { readonly period: number }): Indicator<ReturnsState> =>
  windowedReturns({
    name: `realised_volatility_${period}`,
    parameters: { period },
    size: period,
    value(returns) {
      let squares = 0;
      for (let i = 0; i < returns.size; i += 1) squares += returns.at(i) * returns.at(i);
      return Math.sqrt(squares / returns.size);
    },
  });
