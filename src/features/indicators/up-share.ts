import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Share of the last `period` bars that closed above the close before (the psychological line over 100).
 * Domain: [0, 1], multiples of 1 ÷ period. Warm-up: period + 1.
 * https://en.wikipedia.org/wiki/Market_breadth (the same count, along one series)
 */
export const upShare = ({ period }: { readonly period: number }): Indicator<Window> =>
  windowed(
    {
      name: `up_share_${period}`,
      parameters: { period },
      size: period + 1,
      value(closes) {
        let ups = 0;
        for (let i = 1; i <= period; i += 1) if (closes.at(i) > closes.at(i - 1)) ups += 1;
        return ups / period;
      },
    },
    closeOf,
  );
