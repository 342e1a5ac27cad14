import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Rise from the lowest close of the last `period` bars: c ÷ min(c) − 1. The mirror of the drawdown.
 * Domain: [0, ∞). Warm-up: period.
 * https://en.wikipedia.org/wiki/Drawdown_(economics)
 */
export const runUp = ({ period }: { readonly period: number }): Indicator<Window> =>
  windowed(
    {
      name: `run_up_${period}`,
      parameters: { period },
      size: period,
      value: (closes) => closes.newest / closes.min - 1,
    },
    closeOf,
  );
