import type { LabelledRows } from '../train/labelled-rows.ts';
import type { FitScorer } from './fit-scorer.ts';
import type { Fold } from './fold.ts';
import {
  type Judged,
  type PermutationImportance,
  type PermutationOptions,
  permutationImportance,
} from './permutation-importance.ts';
import { takeColumns } from './take-columns.ts';
import { takeRows } from './take-rows.ts';

export interface UselessOptions extends PermutationOptions {
  readonly candidates: readonly number[];
  readonly folds: readonly Fold[];
  readonly fitScorer: FitScorer;
}

/** `useless`: with the importance it had in the model that it was dropped from. */
export interface UsefulnessFeature extends PermutationImportance {
  readonly feature: number;
  readonly verdict: 'useful' | 'useless';
}

/**
 * Drops features that do not lower the model's loss on the folds' test rows, the worst first and one at a time: two
 * that stand in for each other both look useless while both are there, and dropped together would be missed.
 */
export function dropUseless(rows: LabelledRows, options: UselessOptions): readonly UsefulnessFeature[] {
  const dropped: UsefulnessFeature[] = [];
  let standing = options.candidates;
  while (standing.length > 0) {
    const importances = importancesOf(rows, standing, options);
    const features = standing.map((feature, k): UsefulnessFeature => {
      return { feature, verdict: 'useful', ...(importances[k] as PermutationImportance) };
    });
    const worst = features.reduce((a, b) => (b.importance < a.importance ? b : a));
    if (worst.importance > 0) return [...features, ...dropped];
    dropped.unshift({ ...worst, verdict: 'useless' });
    standing = standing.filter((feature) => feature !== worst.feature);
  }
  return dropped;
}

function importancesOf(
  rows: LabelledRows,
  columns: readonly number[],
  options: UselessOptions,
): readonly PermutationImportance[] {
  const narrowed = takeColumns(rows, columns);
  const judged = options.folds.map(
    ({ train, test }): Judged => ({
      score: options.fitScorer(takeRows(narrowed, train), options.seed),
      heldOut: takeRows(narrowed, test),
    }),
  );
  return permutationImportance(judged, options);
}
