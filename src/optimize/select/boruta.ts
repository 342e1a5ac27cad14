import { SeededRandom } from '../../core/seeded-random.ts';
import { binomialTail } from '../../stats/binomial-tail.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import type { FitTrees } from './fit-trees.ts';
import { type FeatureGroup, shadowRound, shadowsOf } from './shadow-round.ts';

export interface BorutaOptions {
  /** The features to be tested, in groups that are tested as one: see `correlatedGroups`. */
  readonly candidates: readonly FeatureGroup[];
  /** 1 … 1,000. Fewer than 10 cannot decide about anything. */
  readonly roundsMax: number;
  /** Chance that any feature without information is accepted, by Bonferroni over the groups, e.g. 0.05. */
  readonly significance: number;
  /** Rows whose order is kept in a shadow, ≥ 1. */
  readonly blockLength: number;
  readonly fitTrees: FitTrees;
  readonly seed: number;
}

export type BorutaVerdict = 'accepted' | 'tentative' | 'undecided' | 'rejected';

export interface BorutaFeature {
  readonly feature: number;
  /** Its group's: accepted and rejected by the test; at its end tentative above half hits, undecided below. */
  readonly verdict: BorutaVerdict;
  /** Rounds in which the group beat the best shadow, of `rounds` in which it stood. */
  readonly hits: number;
  readonly rounds: number;
  /** Mean rise of the held-out log-loss when the group is permuted, in nats. */
  readonly groupImportance: number;
  /** The same for the feature alone: what those that remain of the group cannot make up for. */
  readonly importance: number;
}

/**
 * Boruta's test for all features that tell something about the label (Kursa and Rudnicki, JSS 36:11, 2010): in each
 * round every feature must beat the best of the shadows, permuted copies of all candidates. Hits are tested
 * against a fair coin until each feature is accepted or rejected, or the rounds are over. Three differences:
 * - Importance is the loss that permuting costs on held-out rows. The gain of splits is greater for features with
 *   more distinct values and rewards noise that was learnt by heart (Entropy 24:687, 2022).
 * - The shadows of rejected features stay, or the bar would sink with each rejection and the last undecided
 *   features would be let in by a weaker test than the first.
 * - Correlated features are permuted together, and so are their shadows. Each of ten near copies of a signal can be
 *   spared, and tested alone all ten would be rejected.
 */
export function boruta(rows: LabelledRows, options: BorutaOptions): readonly BorutaFeature[] {
  const random = new SeededRandom(options.seed);
  const tallies = options.candidates.map(newTally);
  const shadowed = shadowsOf(options.candidates);
  const level = options.significance / options.candidates.length;
  for (let round = 0; round < options.roundsMax; round += 1) {
    const standing = tallies.filter((tally) => tally.verdict !== 'rejected');
    if (standing.every((tally) => tally.verdict === 'accepted')) break;
    const tried = standing.map((tally) => tally.group);
    const result = shadowRound(rows, { ...options, tried, shadowed, random });
    for (const [k, tally] of standing.entries()) {
      addImportances(tally, result.importances[k] as number, result.ownImportances[k] as Float64Array);
      addHit(tally, (result.importances[k] as number) > result.bestShadow, level);
    }
  }
  return tallies.flatMap(conclusionsOf).toSorted((a, b) => a.feature - b.feature);
}

interface Tally {
  readonly group: FeatureGroup;
  verdict: 'accepted' | 'undecided' | 'rejected';
  hits: number;
  rounds: number;
  importanceSum: number;
  readonly ownImportanceSums: Float64Array;
}

const newTally = (group: FeatureGroup): Tally => ({
  group,
  verdict: 'undecided',
  hits: 0,
  rounds: 0,
  importanceSum: 0,
  ownImportanceSums: new Float64Array(group.length),
});

function addImportances(tally: Tally, importance: number, own: Float64Array): void {
  tally.importanceSum += importance;
  for (let i = 0; i < own.length; i += 1) {
    tally.ownImportanceSums[i] = (tally.ownImportanceSums[i] as number) + (own[i] as number);
  }
}

function addHit(tally: Tally, isHit: boolean, level: number): void {
  tally.rounds += 1;
  if (isHit) tally.hits += 1;
  if (tally.verdict !== 'undecided') return;
  const misses = tally.rounds - tally.hits;
  if (binomialTail(tally.hits, tally.rounds) <= level) tally.verdict = 'accepted';
  else if (binomialTail(misses, tally.rounds) <= level) tally.verdict = 'rejected';
}

function conclusionsOf(tally: Tally): readonly BorutaFeature[] {
  const { group, verdict, hits, rounds, importanceSum, ownImportanceSums } = tally;
  const isTentative = verdict === 'undecided' && 2 * hits > rounds;
  return group.map((feature, i) => ({
    feature,
    verdict: isTentative ? 'tentative' : verdict,
    hits,
    rounds,
    groupImportance: importanceSum / rounds,
    importance: (ownImportanceSums[i] as number) / rounds,
  }));
}
