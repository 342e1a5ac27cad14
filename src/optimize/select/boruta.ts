import { SeededRandom } from '../../core/seeded-random.ts';
import { binomialTail } from '../../stats/binomial-tail.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import type { FitTrees } from './fit-trees.ts';
import { shadowRound, shadowsOf } from './shadow-round.ts';

export interface BorutaOptions {
  /** The features to be tested. */
  readonly candidates: readonly number[];
  /** 1 … 1,000. Fewer than 10 cannot decide about anything. */
  readonly roundsMax: number;
  /** Chance that any feature without information is accepted, by Bonferroni over the candidates, e.g. 0.05. */
  readonly significance: number;
  /** Rows whose order is kept in a shadow, ≥ 1. */
  readonly blockLength: number;
  readonly fitTrees: FitTrees;
  readonly seed: number;
}

export type BorutaVerdict = 'accepted' | 'tentative' | 'undecided' | 'rejected';

export interface BorutaFeature {
  readonly feature: number;
  /** Accepted and rejected by the test; at its end tentative above half hits, undecided below. */
  readonly verdict: BorutaVerdict;
  /** Rounds in which it beat the best shadow, of `rounds` in which it stood. */
  readonly hits: number;
  readonly rounds: number;
  /** Mean rise of the held-out log-loss when it is permuted, in nats. */
  readonly importance: number;
}

/**
 * Boruta's test for all features that tell something about the label (Kursa and Rudnicki, JSS 36:11, 2010): in each
 * round every feature must beat the best of the shadows, permuted copies of all candidates. Hits are tested
 * against a fair coin until each feature is accepted or rejected, or the rounds are over. Two differences:
 * - Importance is the loss that permuting costs on held-out rows. The gain of splits is greater for features with
 *   more distinct values and rewards noise that was learnt by heart (Entropy 24:687, 2022).
 * - The shadows of rejected features stay, or the bar would sink with each rejection and the last undecided
 *   features would be let in by a weaker test than the first.
 */
export function boruta(rows: LabelledRows, options: BorutaOptions): readonly BorutaFeature[] {
  const random = new SeededRandom(options.seed);
  const tallies = options.candidates.map(newTally);
  const shadowed = shadowsOf(options.candidates);
  const level = options.significance / options.candidates.length;
  for (let round = 0; round < options.roundsMax; round += 1) {
    const standing = tallies.filter((tally) => tally.verdict !== 'rejected');
    if (standing.every((tally) => tally.verdict === 'accepted')) break;
    const tried = standing.map((tally) => tally.feature);
    const result = shadowRound(rows, { ...options, tried, shadowed, random });
    for (const [k, tally] of standing.entries()) {
      count(tally, result.importances[k] as number, result.bestShadow, level);
    }
  }
  return tallies.map(conclusionOf);
}

interface Tally {
  readonly feature: number;
  verdict: 'accepted' | 'undecided' | 'rejected';
  hits: number;
  rounds: number;
  importanceSum: number;
}

const newTally = (feature: number): Tally => ({
  feature,
  verdict: 'undecided',
  hits: 0,
  rounds: 0,
  importanceSum: 0,
});

function count(tally: Tally, importance: number, bestShadow: number, level: number): void {
  tally.rounds += 1;
  tally.importanceSum += importance;
  if (importance > bestShadow) tally.hits += 1;
  if (tally.verdict !== 'undecided') return;
  const misses = tally.rounds - tally.hits;
  if (binomialTail(tally.hits, tally.rounds) <= level) tally.verdict = 'accepted';
  else if (binomialTail(misses, tally.rounds) <= level) tally.verdict = 'rejected';
}

function conclusionOf(tally: Tally): BorutaFeature {
  const { feature, verdict, hits, rounds, importanceSum } = tally;
  const isTentative = verdict === 'undecided' && 2 * hits > rounds;
  return {
    feature,
    verdict: isTentative ? 'tentative' : verdict,
    hits,
    rounds,
    importance: rounds === 0 ? 0 : importanceSum / rounds,
  };
}
