import { log } from '../core/log.ts';

/** λ of RiskMetrics for daily data: the weight of a squared return over that of the one after it. */
export const RISKMETRICS_DECAY = 0.94;

/**
 * Exponentially weighted volatility of one-bar log returns, per bar, at each bar of a series of closes (> 0):
 * √(Σ λⁱ r²ₜ₋ᵢ ÷ Σ λⁱ) over all returns up to the bar. NaN at the first bar, which has no return. A value depends on
 * nothing after its bar.
 * Source: RiskMetrics Technical Document, 4th ed. (1996), §5.2.
 *
 * @param decay λ in (0, 1)
 */
export function ewmaVolatility(closes: ArrayLike<number>, decay: number): Float64Array {
  if (!(decay > 0 && decay < 1)) throw new RangeError(`a decay of ${decay} is not in (0, 1)`);
  const volatility = new Float64Array(closes.length).fill(NaN);
  let squares = 0;
  let weights = 0;
  for (let i = 1; i < closes.length; i += 1) {
    const step = log((closes[i] as number) / (closes[i - 1] as number));
    squares = squares * decay + step * step;
    weights = weights * decay + 1;
    volatility[i] = Math.sqrt(squares / weights);
  }
  return volatility;
}
