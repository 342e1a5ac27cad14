import type { LabelledRows } from '../train/labelled-rows.ts';
import { takeColumns } from '../train/take-columns.ts';
import { takeRows } from '../train/take-rows.ts';
import type { Fold } from '../validation/fold.ts';
import type { FitScorer, Scorer } from './fit-scorer.ts';

/** Who says what a set of features is worth, and on which rows. */
export interface Judges {
  readonly folds: readonly Fold[];
  readonly fitScorer: FitScorer;
  readonly seed: number;
}

/** A fitted model with rows that it was not fitted on. */
export interface Judged {
  readonly score: Scorer;
  readonly heldOut: LabelledRows;
}

/** The model fitted in each fold on the features at `columns` alone, at least one. */
export function judgeOnFolds(
  rows: LabelledRows,
  columns: readonly number[],
  { folds, fitScorer, seed }: Judges,
): readonly Judged[] {
  const narrowed = takeColumns(rows, columns);
  return folds.map(({ train, test }) => ({
    score: fitScorer(takeRows(narrowed, train), seed),
    heldOut: takeRows(narrowed, test),
  }));
}
