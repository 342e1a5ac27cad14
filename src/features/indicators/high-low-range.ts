import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { windowed } from '../windowed.ts';

/**
 * The bar's range over its close: (h − l) ÷ c.
 * Domain: [0, ∞). Warm-up: 1.
 * https://en.wikipedia.org/wiki/Candlestick_chart
 */
export const highLowRange = (): Indicator<Window> =>
  windowed(
    { name: 'high_low_range', parameters: {}, size: 1, value: (ranges) => ranges.newest },
    ({ high, low, close }) => (high - low) / close,
  );
