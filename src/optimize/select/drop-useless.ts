import type { LabelledRows } from '../train/labelled-rows.ts';
import { type Judges, judgeOnFolds } from './judge-on-folds.ts';
import {
  type PermutationImportance,
  type PermutationOptions,
  permutationImportance,
} from './permutation-importance.ts';

export interface UselessOptions extends PermutationOptions, Judges {
  readonly candidates: readonly number[];
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
    const importances = permutationImportance(judgeOnFolds(rows, standing, options), options);
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
