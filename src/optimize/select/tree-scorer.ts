import { sigmoid } from '../../core/sigmoid.ts';
import { treeLogits } from '../train/trees/tree-logits.ts';
import type { FitScorer } from './fit-scorer.ts';
import type { FitTrees } from './fit-trees.ts';

/** Trees as the model that a selection is for. */
export const treeScorer =
  (fitTrees: FitTrees): FitScorer =>
  (rows, seed) => {
    const ensemble = fitTrees(rows, seed);
    return (features) => Float64Array.from(treeLogits(ensemble, features), sigmoid);
  };
