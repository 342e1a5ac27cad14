import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Distance of the close from its simple moving average over `period` bars: c ÷ SMA − 1.
 * Domain: (−1, n − 1). Warm-up: period.
 * https://en.wikipedia.org/wiki/Moving_average#Simple_moving_average
 */
export const smaDistance = ({ period }: { readonly period: number }): Indicator<Window> =>
  windowed(
    {
      name: `sma_distance_${period}`,
      parameters: { period },
      size: period,
      value: (closes) => closes.newest / closes.mean - 1,
    },
    closeOf,
  );
