import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Relative Strength Index, as a fraction: G ÷ (G + L), with G and L Wilder's averages of the gains and losses
 * cₜ − cₜ₋₁. Wilder's average begins as the plain mean of the first `period` changes in the window and goes on
 * as Aₜ = Aₜ₋₁ + (xₜ − Aₜ₋₁) ÷ period. The familiar 0-100 scale is this times 100.
 * Domain: [0, 1]; NaN when no close in the window differs from the next. Warm-up: windowBars.
 * J. W. Wilder, New Concepts in Technical Trading Systems (1978); https://en.wikipedia.org/wiki/Relative_strength_index
 */
export function rsi({ period, windowBars }: RsiParameters): Indicator<Window> {
  if (windowBars <= period) throw new RangeError('rsi: windowBars must exceed period');
  return windowed(
    {
      name: `rsi_${period}`,
      parameters: { period, windowBars },
      size: windowBars,
      value: (closes) => strength(closes, period),
    },
    closeOf,
  );
}

interface RsiParameters {
  readonly period: number;
  /** Bars from the seed of the averages to the value. */
  readonly windowBars: number;
}

function strength({ values, from, size }: Window, period: number): number {
  const seededAt = from + period;
  let gain = 0;
  let loss = 0;
  let close = values[from] as number;
  for (let i = from + 1; i <= seededAt; i += 1) {
    const next = values[i] as number;
    const change = next - close;
    close = next;
    if (change > 0) gain += change;
    else loss -= change;
  }
  gain /= period;
  loss /= period;
  for (let i = seededAt + 1; i < from + size; i += 1) {
    const next = values[i] as number;
    const change = next - close;
    close = next;
    gain += (Math.max(change, 0) - gain) / period;
    loss += (Math.max(-change, 0) - loss) / period;
  }
  return gain / (gain + loss);
}
