import { log } from '../../core/log.ts';
import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { windowed } from '../windowed.ts';

/** 4 · ln 2. */
const FOUR_LN_2 = 2.772588722239781;

/**
 * Parkinson's volatility from the ranges of the last `period` bars, per bar: √(Σ ln²(h ÷ l) ÷ (4 ln 2 · n)).
 * Domain: [0, ∞). Warm-up: period.
 * M. Parkinson, The Extreme Value Method for Estimating the Variance of the Rate of Return, J. Business 53 (1980).
 */
export const parkinsonVolatility = ({ period }: { readonly period: number }): Indicator<Window> =>
  windowed(
    {
      name: `parkinson_volatility_${period}`,
      parameters: { period },
      size: period,
      value: (squaredLogRanges) => Math.sqrt(squaredLogRanges.mean / FOUR_LN_2),
    },
    ({ high, low }) => {
      const logRange = log(high / low);
      return logRange * logRange;
    },
  );
