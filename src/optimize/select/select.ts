import type { LabelledRows } from '../train/labelled-rows.ts';
import { type Selection, selectFeatures } from './select-features.ts';
import type { SelectionSettings } from './selection-settings.ts';
import { selectionTrees } from './selection-trees.ts';
import { treeScorer } from './tree-scorer.ts';

export interface SelectOptions {
  /** `thoroughSelection` or `quickSelection`, or one of them with changes. */
  readonly settings: SelectionSettings;
  readonly seed: number;
}

/**
 * Feature selection on any data, judged by gradient-boosted trees on three folds in time order. Throws as
 * `selectFeatures` does, and a RangeError when `features` is not rows of equal width or a label is neither 0 nor 1.
 *
 * @param features f32[rows × width], row-major, oldest row first; NaN is a missing value
 * @param labels 0 or 1, one a row
 */
export function select(features: Float32Array, labels: ArrayLike<number>, options: SelectOptions): Selection {
  const count = labels.length;
  const width = features.length / count;
  if (!Number.isInteger(width)) {
    throw new RangeError(`${features.length} values are not ${count} rows of equal width`);
  }
  const isLabel = (label: number): boolean => label === 0 || label === 1;
  if (!Array.from(labels).every(isLabel)) throw new RangeError('labels must be 0 or 1');
  const rows: LabelledRows = {
    count,
    width,
    features,
    labels: Uint8Array.from(labels),
    weights: new Float64Array(count).fill(1),
  };
  return selectFeatures({
    ...options,
    rows,
    folds: undefined,
    fitTrees: selectionTrees,
    fitScorer: treeScorer(selectionTrees),
    progress: () => undefined,
  });
}
