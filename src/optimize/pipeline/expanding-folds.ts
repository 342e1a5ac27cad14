import type { Result } from '../../core/result.ts';
import type { Fold } from '../validation/fold.ts';
import { purgedFolds } from '../validation/purged-folds.ts';
import { allSpans, type LearningSet } from './learning-set.ts';

interface ExpandingFolds {
  /** Examples to make folds of, ascending. */
  readonly within: Int32Array;
  readonly foldCount: number;
  /** Share of `within` that only ever trains. */
  readonly firstTrainShare: number;
}

/** Walk-forward folds that train on all of their past, purged by the spans of all labels; see `purged-folds.ts`. */
export const expandingFolds = (set: LearningSet, folds: ExpandingFolds): Result<readonly Fold[], string> =>
  purgedFolds({
    ...folds,
    spans: allSpans(set),
    embargoBars: set.embargoBars,
    walk: { kind: 'expanding' },
  });
