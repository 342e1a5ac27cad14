import { createBettingWealth } from './betting-wealth.ts';
import type { Interval } from './block-bootstrap.ts';

/** Halvings of [−1, 1]: bounds are exact to 2⁻³⁰. */
const HALVINGS = 31;

/**
 * Interval for the mean of observations in [−1, 1] that holds at all times at once: the chance that it ever leaves out
 * the mean is `alpha` at most, so it may be looked at after every observation. It has every mean against which
 * neither a gambler on more nor one on less has ever reached 2 ÷ α (Waudby-Smith and Ramdas, 2024); it never
 * grows. [−1, 1] without observations.
 *
 * @param alpha in (0, 1)
 */
export function confidenceSequence(observations: readonly number[], alpha: number): Interval {
  const negated = observations.map((observation) => -observation);
  return { low: lowerBound(observations, alpha / 2), high: -lowerBound(negated, alpha / 2) };
}

/** A gambler's wealth falls with the mean that it is against, so one root separates what is refuted. */
function lowerBound(observations: readonly number[], alpha: number): number {
  let refuted = -1;
  let standing = 1;
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (refuted + standing) / 2;
    if (isRefuted(middle, observations, alpha)) refuted = middle;
    else standing = middle;
  }
  return refuted;
}

function isRefuted(mean: number, observations: readonly number[], alpha: number): boolean {
  const gambler = createBettingWealth(mean);
  for (const observation of observations) gambler.add(observation);
  return gambler.peak() >= 1 / alpha;
}
