import type { Indicator } from '../indicator.ts';
import { Window } from '../window.ts';

/**
 * Fast stochastic %K as a fraction: where the close stands between the lowest low and the highest high of the
 * last `period` bars, (c − L) ÷ (H − L). The familiar 0-100 scale is this times 100.
 * Domain: [0, 1]; NaN when H = L. Warm-up: period.
 * G. Lane; https://en.wikipedia.org/wiki/Stochastic_oscillator
 */
export const stochasticK = ({ period }: { readonly period: number }): Indicator<StochasticState> => ({
  name: `stochastic_k_${period}`,
  parameters: { period },
  warmupBars: period,
  initial: () => ({ close: NaN, highs: new Window(period), lows: new Window(period) }),
  update(state, { high, low, close }) {
    state.highs.push(high);
    state.lows.push(low);
    state.close = close;
    return state;
  },
  value({ close, highs, lows }) {
    if (!highs.isFull) return NaN;
    const lowest = lows.min;
    return (close - lowest) / (highs.max - lowest);
  },
});

interface StochasticState {
  close: number;
  readonly highs: Window;
  readonly lows: Window;
}
