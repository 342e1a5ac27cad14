import { log } from '../../core/log.ts';
import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Logarithmic return over `horizon` bars: ln(cₜ ÷ cₜ₋ₕ).
 * Domain: (−∞, ∞). Warm-up: horizon + 1.
 * https://en.wikipedia.org/wiki/Rate_of_return#Logarithmic_or_continuously_compounded_return
 */
export const logReturn = ({ horizon }: { readonly horizon: number }): Indicator<Window> =>
  windowed(
    {
      name: `log_return_${horizon}`,
      parameters: { horizon },
      size: horizon + 1,
      value: (closes) => log(closes.newest / closes.at(0)),
    },
    closeOf,
  );
