/** How a tree ensemble is grown. Nothing has a default, since a silent one would be part of a model. */
export interface TreeOptions {
  /** Of the rows and features that are drawn; an integer. Without sampling it changes nothing. */
  readonly seed: number;
  /** ≥ 1. With a validation set the ensemble may be shorter. */
  readonly treesMax: number;
  /** Leaves of a tree, ≥ 2. The leaf with the largest gain is split first. */
  readonly leavesMax: number;
  /** Splits from the root to a leaf, ≥ 1. */
  readonly depthMax: number;
  /** Bins of a feature's values, in [2, 255]; see `binFeatures`. */
  readonly binsMax: number;
  /** Factor of every leaf, in (0, 1]. */
  readonly learningRate: number;
  /** Taken from the magnitude of a leaf's gradient sum, ≥ 0. */
  readonly l1: number;
  /** Added to a leaf's hessian sum, ≥ 0. */
  readonly l2: number;
  /** Rows on each side of a split, ≥ 1. */
  readonly rowsInLeafMin: number;
  /** Sum of weight · p · (1 − p) on each side of a split, > 0. */
  readonly hessianInLeafMin: number;
  /** A split must gain more than this: G_l² ÷ (H_l + l2) + G_r² ÷ (H_r + l2) − G² ÷ (H + l2), ≥ 0. */
  readonly gainMin: number;
  /** Trees without a lower validation loss before training ends, ≥ 1. Used with a validation set only. */
  readonly patience: number;
  /** Share of the features a tree may use, in (0, 1]; at least one is drawn. */
  readonly featureFraction: number;
  /** Share of the blocks of rows a tree is grown on, in (0, 1]. */
  readonly rowFraction: number;
  /** Consecutive rows that are drawn together, ≥ 1. 1 draws each row for itself. */
  readonly rowsInBlock: number;
  /** Of each feature: 1 the score never falls as it rises, −1 never rises, 0 free. Empty: all free. */
  readonly monotone: readonly (-1 | 0 | 1)[];
}

/** scikit-learn's HistGradientBoostingClassifier as it comes, without early stopping (sklearn 1.9). */
export const plainTreeOptions: TreeOptions = {
  seed: 0,
  treesMax: 100,
  leavesMax: 31,
  depthMax: 64,
  binsMax: 255,
  learningRate: 0.1,
  l1: 0,
  l2: 0,
  rowsInLeafMin: 20,
  hessianInLeafMin: 1e-3,
  gainMin: 0,
  patience: 10,
  featureFraction: 1,
  rowFraction: 1,
  rowsInBlock: 1,
  monotone: [],
};

/** Throws a RangeError that names every option outside its range. */
export function assertTreeOptions(options: TreeOptions, width: number): void {
  const faults: string[] = [];
  const demand = (name: keyof TreeOptions, isMet: boolean): void => {
    if (!isMet) faults.push(`${name} ${String(options[name])}`);
  };
  const integers = ['treesMax', 'depthMax', 'rowsInLeafMin', 'patience', 'rowsInBlock'] as const;
  for (const name of integers) demand(name, Number.isInteger(options[name]) && options[name] >= 1);
  demand('seed', Number.isInteger(options.seed));
  demand('leavesMax', Number.isInteger(options.leavesMax) && options.leavesMax >= 2);
  for (const name of ['learningRate', 'featureFraction', 'rowFraction'] as const)
    demand(name, options[name] > 0 && options[name] <= 1);
  for (const name of ['l1', 'l2', 'gainMin'] as const)
    demand(name, options[name] >= 0 && Number.isFinite(options[name]));
  demand('hessianInLeafMin', options.hessianInLeafMin > 0);
  demand('monotone', options.monotone.length === 0 || options.monotone.length === width);
  if (faults.length > 0) throw new RangeError(`tree options out of range: ${faults.join(', ')}`);
}
