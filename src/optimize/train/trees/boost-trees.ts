import { powerOfTwo } from '../../../core/float-bits.ts';
import { log } from '../../../core/log.ts';
import { sigmoid } from '../../../core/sigmoid.ts';
import type { LabelledRows } from '../labelled-rows.ts';
import type { BinnedColumn, BinnedFeatures } from './bin-features.ts';
import { type GrownTree, TreeGrower } from './grow-tree.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';
import { assertTreeOptions, type TreeOptions } from './tree-options.ts';
import { TreeSampler } from './tree-sampler.ts';
import { ValidationWatch } from './validation-watch.ts';

export interface BoostedTrees {
  readonly ensemble: TreeEnsemble;
  /** Of each feature: the gains of its splits summed over the ensemble, in units of the loss's second order. */
  readonly gains: Float64Array;
}

interface BoostInput {
  readonly binned: BinnedFeatures;
  /** 0 or 1 by row. */
  readonly labels: Uint8Array;
  /** > 0 by row, mean 1. */
  readonly weights: Float64Array;
  /** Where the loss is watched for early stopping, in raw values; undefined grows all trees. */
  readonly validation: LabelledRows | undefined;
  readonly options: TreeOptions;
}

/**
 * Gradient boosting of log-loss over histograms: each tree is a Newton step on the loss of those before it
 * (Friedman 2001; leaf-wise growth and histogram subtraction as in LightGBM, Ke et al. 2017). Later trees are
 * fitted to the leaves as they are stored, in f32.
 *
 * Derivatives are rounded to a grid on which all their sums are exact, so neither the order of the rows nor
 * the subtraction of histograms changes a bit of the result. A grid step is below
 * 2⁻⁵¹ · rows · largest weight: for 50,000 rows 10⁻¹⁰, finer than the derivatives in f32 that LightGBM and
 * scikit-learn keep.
 */
export function boostTrees({ binned, labels, weights, validation, options }: BoostInput): BoostedTrees {
  assertTreeOptions(options, binned.width);
  const { count, width } = binned;
  if (count === 0 || labels.length !== count || weights.length !== count)
    throw new RangeError(`${labels.length} labels and ${weights.length} weights for ${count} rows`);
  if (validation && validation.width !== width)
    throw new RangeError(`validation rows have ${validation.width} features, not ${width}`);
  const unit = gridUnits(weights);
  const grower = new TreeGrower(binned, options, {
    l1: options.l1 * unit,
    l2: options.l2 * unit,
    gainMin: options.gainMin * unit,
    hessianInLeafMin: options.hessianInLeafMin * unit,
    rowsInLeafMin: options.rowsInLeafMin,
    monotone: options.monotone,
  });
  const sampler = new TreeSampler(count, width, options);
  const base = Math.fround(weightedLogOdds(labels, weights));
  const watch = validation && new ValidationWatch(validation, base, options.patience);
  const scores = new Float64Array(count).fill(base);
  const derivatives = { gradients: new Float64Array(count), hessians: new Float64Array(count) };
  const grown: GrownTree[] = [];
  for (let round = 0; round < options.treesMax && !watch?.isExhausted; round += 1) {
    fillDerivatives(scores, labels, weights, unit, derivatives.gradients, derivatives.hessians);
    const rowCount = sampler.drawRows(grower.rows);
    const next = grower.grow(derivatives, rowCount, sampler.drawFeatures());
    if (next.splits.length === 0) {
      // Every later round would find the same, unless it draws other rows or features.
      if (!sampler.isDrawing) break;
      continue;
    }
    grown.push(next);
    addLeaves(next, grower.rows, scores);
    addByBins(next, binned, grower.rows.subarray(rowCount), scores);
    watch?.add(next.tree);
  }
  const kept = grown.slice(0, watch?.treesAtBest);
  return {
    ensemble: { width, base, trees: kept.map(({ tree }) => tree) },
    gains: gainsOf(kept, width, unit),
  };
}

/** The power of two that makes derivatives integers whose sums stay below 2⁵². */
function gridUnits(weights: Float64Array): number {
  let largest = 0;
  for (const weight of weights) {
    if (!(weight > 0)) throw new RangeError(`a weight is ${weight}`);
    largest = Math.max(largest, weight);
  }
  let exponent = 52;
  while (powerOfTwo(exponent) * largest * weights.length > powerOfTwo(52)) exponent -= 1;
  return powerOfTwo(exponent);
}

/** log-odds of the weighted share of ones, which is held 10⁻⁶ away from 0 and 1. */
function weightedLogOdds(labels: Uint8Array, weights: Float64Array): number {
  let positive = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row += 1) {
    total += weights[row] as number;
    if (labels[row] === 1) positive += weights[row] as number;
  }
  const share = Math.min(Math.max(positive / total, 1e-6), 1 - 1e-6);
  return log(share / (1 - share));
}

function fillDerivatives(
  scores: Float64Array,
  labels: Uint8Array,
  weights: Float64Array,
  unit: number,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let row = 0; row < scores.length; row += 1) {
    const probability = sigmoid(scores[row] as number);
    const weight = (weights[row] as number) * unit;
    gradients[row] = Math.floor(weight * (probability - (labels[row] as number)) + 0.5);
    hessians[row] = Math.floor(weight * probability * (1 - probability) + 0.5);
  }
}

function addLeaves({ tree, leafRows }: GrownTree, rows: Int32Array, scores: Float64Array): void {
  leafRows.forEach(({ from, to }, leaf) => {
    const value = tree.leaf[leaf] as number;
    for (let i = from; i < to; i += 1) {
      const row = rows[i] as number;
      scores[row] = (scores[row] as number) + value;
    }
  });
}

/** The same for rows the tree was not grown on, which are in none of its leaves yet. */
function addByBins(grown: GrownTree, binned: BinnedFeatures, rows: Int32Array, scores: Float64Array): void {
  for (const row of rows) scores[row] = (scores[row] as number) + leafByBins(grown, binned, row);
}

function leafByBins(
  { tree, splits }: GrownTree,
  { bins, columns, count }: BinnedFeatures,
  row: number,
): number {
  let node = 0;
  while (node >= 0) {
    const { feature, bin, missingLeft } = splits[node] as GrownTree['splits'][number];
    const own = bins[feature * count + row] as number;
    const isMissing = own > (columns[feature] as BinnedColumn).thresholds.length;
    const goesLeft = isMissing ? missingLeft : own <= bin;
    node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
  }
  return tree.leaf[~node] as number;
}

function gainsOf(grown: readonly GrownTree[], width: number, unit: number): Float64Array {
  const gains = new Float64Array(width);
  for (const { splits } of grown) {
    for (const { feature, gain } of splits) gains[feature] = (gains[feature] as number) + gain / unit;
  }
  return gains;
}
