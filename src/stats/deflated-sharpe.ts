import { normalCdf, normalQuantile } from './normal-distribution.ts';

/** A Sharpe ratio as it was measured; every figure per period (not annualised). */
export interface SharpeEstimate {
  /** Mean over standard deviation of the returns. */
  readonly sharpe: number;
  /** Of returns, ≥ 2. */
  readonly count: number;
  /** Third standardised moment of the returns; 0 for normal ones. */
  readonly skewness: number;
  /** Fourth standardised moment; 3 for normal ones (not the excess). */
  readonly kurtosis: number;
}

/** How many ways were tried before this one was chosen. */
export interface Trials {
  /** Independent trials, ≥ 1; correlated ones count for fewer. */
  readonly count: number;
  /** Variance of the trials' Sharpe ratios per period, ≥ 0. */
  readonly variance: number;
}

/**
 * Chance that the true Sharpe ratio exceeds what the best of so many trials without skill would show: the
 * deflated Sharpe ratio, in [0, 1]. Source: D. H. Bailey and M. López de Prado, The Deflated Sharpe Ratio, Journal
 * of Portfolio Management 40 (2014), equations 1 and 2.
 */
export const deflatedSharpe = (estimate: SharpeEstimate, trials: Trials): number =>
  probabilisticSharpe(estimate, expectedMaximumSharpe(trials));

/**
 * Chance that the true Sharpe ratio exceeds `benchmark`, both per period:
 * Φ((SR − SR*) √(n − 1) ÷ √(1 − γ₃ SR + (γ₄ − 1)/4 · SR²)). Source: the same authors, The Sharpe Ratio Efficient
 * Frontier, Journal of Risk 15 (2012).
 *
 * @throws RangeError with fewer than two returns, or moments that no distribution has with such a ratio
 */
export function probabilisticSharpe(estimate: SharpeEstimate, benchmark: number): number {
  const { sharpe, count, skewness, kurtosis } = estimate;
  const spread = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
  if (!(count >= 2)) throw new RangeError(`${count} returns have no Sharpe ratio`);
  if (!(spread > 0)) throw new RangeError(`skewness ${skewness} and kurtosis ${kurtosis} cannot be moments`);
  return normalCdf(((sharpe - benchmark) * Math.sqrt(count - 1)) / Math.sqrt(spread));
}

/**
 * Expected maximum of the Sharpe ratios of N independent trials whose true ratios are 0:
 * √V · ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N e))), γ the Euler-Mascheroni constant. One trial has no maximum to
 * deflate: 0.
 */
export function expectedMaximumSharpe({ count, variance }: Trials): number {
  if (!(count >= 1 && variance >= 0)) throw new RangeError(`${count} trials of variance ${variance}`);
  if (count === 1) return 0;
  const first = normalQuantile(1 - 1 / count);
  const second = normalQuantile(1 - 1 / (count * Math.E));
  return Math.sqrt(variance) * ((1 - EULER_MASCHERONI) * first + EULER_MASCHERONI * second);
}

/** {@link SharpeEstimate} of returns per period; RangeError where they do not vary. Moments with divisor n. */
export function sharpeOf(returns: ArrayLike<number>): SharpeEstimate {
  const count = returns.length;
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += returns[i] as number;
  const mean = sum / count;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < count; i += 1) {
    const deviation = (returns[i] as number) - mean;
    const square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  const variance = second / count;
  if (!(variance > 0)) throw new RangeError('returns that do not vary have no Sharpe ratio');
  const deviation = Math.sqrt(variance);
  return {
    sharpe: mean / deviation,
    count,
    skewness: third / count / (variance * deviation),
    kurtosis: fourth / count / (variance * variance),
  };
}

const EULER_MASCHERONI = 0.5772156649015329;
