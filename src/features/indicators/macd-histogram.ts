import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * MACD histogram over the close, so that it has no unit: (M − S) ÷ c, with M = EMA_fast(c) − EMA_slow(c) and
 * S = EMA_signal(M). An EMA of period n begins at its first value and goes on as
 * Eₜ = Eₜ₋₁ + (xₜ − Eₜ₋₁) · 2 ÷ (n + 1). S begins at the bar `slow` of the window.
 * Domain: (−∞, ∞), small. Warm-up: windowBars.
 * G. Appel (1979); https://en.wikipedia.org/wiki/MACD
 */
export function macdHistogram({ fast, slow, signal, windowBars }: MacdParameters): Indicator<Window> {
  if (fast >= slow || windowBars < slow + signal) {
    throw new RangeError('macd: fast must be below slow, and windowBars hold slow + signal');
  }
  return windowed(
    {
      name: `macd_histogram_${fast}_${slow}_${signal}`,
      parameters: { fast, slow, signal, windowBars },
      size: windowBars,
      value: (closes) => histogram(closes, fast, slow, signal) / closes.newest,
    },
    closeOf,
  );
}

interface MacdParameters {
  /** Periods of the two averages of the close, and of the average of their difference, in bars. */
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
  /** Bars from the seed of the averages to the value. */
  readonly windowBars: number;
}

function histogram({ values, from, size }: Window, fast: number, slow: number, signal: number): number {
  const fastWeight = 2 / (fast + 1);
  const slowWeight = 2 / (slow + 1);
  const signalWeight = 2 / (signal + 1);
  let fastAverage = values[from] as number;
  let slowAverage = fastAverage;
  let signalAverage = 0;
  for (let i = 1; i < size; i += 1) {
    const close = values[from + i] as number;
    fastAverage += (close - fastAverage) * fastWeight;
    slowAverage += (close - slowAverage) * slowWeight;
    const difference = fastAverage - slowAverage;
    if (i === slow - 1) signalAverage = difference;
    else if (i >= slow) signalAverage += (difference - signalAverage) * signalWeight;
  }
  return fastAverage - slowAverage - signalAverage;
}
