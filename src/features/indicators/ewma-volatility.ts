import type { Indicator } from '../indicator.ts';
import { type ReturnsState, windowedReturns } from '../windowed.ts';

/**
 * Exponentially weighted volatility of the n = windowBars − 1 log returns in the window, per bar:
 * √(Σ λⁱ r²ₜ₋ᵢ ÷ Σ λⁱ), i = 0 … n − 1.
 * Domain: [0, ∞). Warm-up: windowBars.
 * RiskMetrics Technical Document, 4th ed. (1996), §5.2 (there λ = 0.94 for daily data).
 */
export function ewmaVolatility({ decay, windowBars }: EwmaParameters): Indicator<ReturnsState> {
  let weights = 0;
  for (let i = 1; i < windowBars; i += 1) weights = weights * decay + 1;
  return windowedReturns({
    name: 'ewma_volatility',
    parameters: { decay, windowBars },
    size: windowBars - 1,
    value({ values, from, size }) {
      let squares = 0;
      for (let i = from; i < from + size; i += 1) {
        const one = values[i] as number;
        squares = squares * decay + one * one;
      }
      return Math.sqrt(squares / weights);
    },
  });
}

interface EwmaParameters {
  /** λ in (0, 1): the weight of a squared return over that of the one after it. */
  readonly decay: number;
  readonly windowBars: number;
}
