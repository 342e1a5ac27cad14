import { log } from '../../core/log.ts';
import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { windowed } from '../windowed.ts';

/**
 * Log return from the bar's open to its close: ln(c ÷ o).
 * Domain: (−∞, ∞). Warm-up: 1.
 * https://en.wikipedia.org/wiki/Rate_of_return#Logarithmic_or_continuously_compounded_return
 */
export const intradayReturn = (): Indicator<Window> =>
  windowed(
    { name: 'intraday_return', parameters: {}, size: 1, value: (ratios) => log(ratios.newest) },
    ({ open, close }) => close / open,
  );
