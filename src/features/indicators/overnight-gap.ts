import { log } from '../../core/log.ts';
import type { Indicator } from '../indicator.ts';

/**
 * Log return from the previous close to the open: ln(oₜ ÷ cₜ₋₁).
 * Domain: (−∞, ∞). Warm-up: 2.
 * https://en.wikipedia.org/wiki/Gap_(chart_pattern)
 */
export const overnightGap = (): Indicator<GapState> => ({
  name: 'overnight_gap',
  parameters: {},
  warmupBars: 2,
  initial: () => ({ previousClose: NaN, open: NaN, close: NaN }),
  update(state, { open, close }) {
    state.previousClose = state.close;
    state.open = open;
    state.close = close;
    return state;
  },
  value: ({ open, previousClose }) => (Number.isNaN(previousClose) ? NaN : log(open / previousClose)),
});

interface GapState {
  previousClose: number;
  open: number;
  close: number;
}
