import type { LabelledRows } from '../labelled-rows.ts';
import { binFeatures } from './bin-features.ts';
import { boostTrees } from './boost-trees.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';
import type { TreeOptions } from './tree-options.ts';

/**
 * Bins the rows and boosts trees on them. Who fits the same rows many times bins them once and calls
 * `boostTrees`.
 *
 * @param validation rows after the training ones, which decide how many trees are kept; undefined keeps all
 */
export function trainTrees(
  train: LabelledRows,
  validation: LabelledRows | undefined,
  options: TreeOptions,
): TreeEnsemble {
  const binned = binFeatures(train, options.binsMax);
  return boostTrees({ binned, labels: train.labels, weights: train.weights, validation, options }).ensemble;
}
