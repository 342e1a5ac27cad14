import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Drawdown from the highest close of the last `period` bars: c ÷ max(c) − 1.
 * Domain: (−1, 0]. Warm-up: period.
 * https://en.wikipedia.org/wiki/Drawdown_(economics)
 */
export const drawdown = ({ period }: { readonly period: number }): Indicator<Window> =>
  windowed(
    {
      name: `drawdown_${period}`,
      parameters: { period },
      size: period,
      value: (closes) => closes.newest / closes.max - 1,
    },
    closeOf,
  );
