import type { Indicator } from '../indicator.ts';
import { Window } from '../window.ts';

/**
 * Average true range over the close, so that it has no unit: ATR ÷ c. The true range is
 * max(h, cₜ₋₁) − min(l, cₜ₋₁), and h − l at the oldest bar of the window; ATR is Wilder's average of it, which
 * begins as the plain mean of the first `period` and goes on as Aₜ = Aₜ₋₁ + (xₜ − Aₜ₋₁) ÷ period.
 * Domain: [0, ∞). Warm-up: windowBars.
 * J. W. Wilder, New Concepts in Technical Trading Systems (1978); https://en.wikipedia.org/wiki/Average_true_range
 */
export function averageTrueRange({ period, windowBars }: AtrParameters): Indicator<AtrState> {
  if (windowBars < period) throw new RangeError('atr: windowBars must hold period');
  return {
    name: `atr_${period}`,
    parameters: { period, windowBars },
    warmupBars: windowBars,
    initial: () => ({ lastClose: NaN, ranges: new Window(windowBars), trueRanges: new Window(windowBars) }),
    update(state, { high, low, close }) {
      const previousClose = Number.isNaN(state.lastClose) ? close : state.lastClose;
      state.ranges.push(high - low);
      state.trueRanges.push(Math.max(high, previousClose) - Math.min(low, previousClose));
      state.lastClose = close;
      return state;
    },
    value: (state) => (state.trueRanges.isFull ? wilderAverage(state, period) / state.lastClose : NaN),
  };
}

interface AtrParameters {
  readonly period: number;
  /** Bars from the seed of the average to the value. */
  readonly windowBars: number;
}

interface AtrState {
  lastClose: number;
  /** h − l; only the oldest is read, whose own previous close is outside the window. */
  readonly ranges: Window;
  readonly trueRanges: Window;
}

function wilderAverage({ ranges, trueRanges }: AtrState, period: number): number {
  let average = ranges.at(0);
  const { values, from, size } = trueRanges;
  for (let i = 1; i < period; i += 1) average += values[from + i] as number;
  average /= period;
  for (let i = period; i < size; i += 1) average += ((values[from + i] as number) - average) / period;
  return average;
}
