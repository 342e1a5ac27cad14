import { trainTrees } from '../train/trees/train-trees.ts';
import type { FitTrees } from './fit-trees.ts';

/**
 * The factory's booster, small: a shadow test needs each feature's rank against its shadows, many times over,
 * and not the last thousandth of the loss. Half of the features in each tree, so that of two that say the same
 * both get a tree to say it in.
 */
export const selectionTrees: FitTrees = (rows, seed) =>
  trainTrees(rows, undefined, {
    seed,
    treesMax: 40,
    leavesMax: 8,
    depthMax: 6,
    binsMax: 32,
    learningRate: 0.15,
    l1: 0,
    l2: 1,
    rowsInLeafMin: 20,
    hessianInLeafMin: 1e-3,
    gainMin: 0,
    patience: 1,
    featureFraction: 0.5,
    rowFraction: 1,
    rowsInBlock: 1,
    monotone: [],
  });
