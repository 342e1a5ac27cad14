/** What a gambler who believes in a higher mean has made of one unit of money. */
export interface BettingWealth {
  /** Takes the next observation, in [−1, 1]. @throws RangeError on another */
  add(observation: number): void;
  /** Wealth now: the e-value of all observations so far. */
  wealth(): number;
  /** The most it ever was; Ville's inequality bounds this one. */
  peak(): number;
}

/**
 * Shares of the wealth, each bet by a gambler of its own: their average is a gambler too, and loses at most a factor of
 * their number against the best of them. Large ones suit differences that are large against their noise.
 */
const SHARES = [3 / 4, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32] as const;
const WEALTH_MAX = 1e300;

/**
 * A betting e-process against "no observation's mean, given all before it, lies above `mean`": a share s of the wealth
 * buys, for 1 + mean each, what pays 1 + observation, so it is the average over shares of
 * Π (1 − s + s × (1 + observation) ÷ (1 + mean)); the one-sided grid Kelly of Waudby-Smith and Ramdas, Estimating means of
 * bounded random variables by betting, J. of the Royal Statistical Society B 86, 2024. Under it the chance that the
 * peak ever reaches 1 ÷ α is α at most, however often and at whatever moment somebody looks (Ville, 1939). Nothing is
 * asked of the observations' shape, and bets are fixed before the first of them. The four operations alone, so the
 * bits are the same everywhere.
 *
 * @param mean in (−1, 1]; 0 tests for any gain
 */
export function createBettingWealth(mean: number): BettingWealth {
  const wealths = new Float64Array(SHARES.length).fill(1);
  let wealth = 1;
  let peak = 1;
  return {
    wealth: () => wealth,
    peak: () => peak,
    add(observation) {
      if (!(observation >= -1 && observation <= 1)) throw new RangeError(`${observation} is not in [-1, 1]`);
      const excess = (observation - mean) / (1 + mean);
      let sum = 0;
      for (let i = 0; i < SHARES.length; i += 1) {
        const own = (wealths[i] as number) * (1 + (SHARES[i] as number) * excess);
        wealths[i] = Math.min(own, WEALTH_MAX);
        sum += wealths[i] as number;
      }
      wealth = sum / SHARES.length;
      peak = Math.max(peak, wealth);
    },
  };
}
