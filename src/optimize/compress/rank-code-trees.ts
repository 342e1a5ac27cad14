import { err, ok, type Result } from '../../core/result.ts';
import type { TreeEnsemble } from '../train/trees/tree-ensemble.ts';

/** A tree whose splits compare u8 ranks: left where rank of the value ≤ `rank`. The rest as in `Tree`. */
interface RankCodedTree {
  readonly feature: Uint8Array;
  /** Place of the split's threshold in the feature's table. */
  readonly rank: Uint8Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leaf: Float32Array;
}

export interface RankCodedTrees {
  readonly width: number;
  /** Of each feature, the distinct thresholds of all its splits, ascending: at most 255. */
  readonly thresholds: readonly Float32Array[];
  readonly base: number;
  readonly trees: readonly RankCodedTree[];
}

/**
 * The ensemble with every threshold replaced by its rank among its feature's thresholds. Nothing is lost: a
 * value lies at or below the threshold of rank r exactly where at most r thresholds lie below the value. −0
 * and 0 are the same threshold. An error where a feature has more than 255 distinct thresholds, or a row more
 * than 256 features.
 */
export function rankCodeTrees(ensemble: TreeEnsemble): Result<RankCodedTrees, string> {
  if (ensemble.width > 256) return err(`${ensemble.width} features do not fit a byte`);
  const distinct = Array.from({ length: ensemble.width }, () => new Set<number>());
  for (const { feature, threshold } of ensemble.trees) {
    feature.forEach((index, split) => {
      distinct[index]?.add(threshold[split] as number);
    });
  }
  const crowded = distinct.findIndex((values) => values.size > RANKS_MAX);
  if (crowded >= 0) return err(`feature ${crowded} has ${distinct[crowded]?.size} thresholds, more than 255`);
  const thresholds = distinct.map((values) => Float32Array.from(values).toSorted());
  const trees = ensemble.trees.map(({ feature, threshold, ...tree }) => ({
    ...tree,
    feature: Uint8Array.from(feature),
    rank: Uint8Array.from(feature, (index, split) =>
      rankOf(thresholds[index] as Float32Array, threshold[split] as number),
    ),
  }));
  return ok({ width: ensemble.width, thresholds, base: ensemble.base, trees });
}

/** Log-odds of each row: ranks of its features first, then only comparisons of ranks. */
export function rankCodedLogits(coded: RankCodedTrees, rows: Float32Array): Float32Array {
  const { width, thresholds, trees, base } = coded;
  const ranks = new Uint8Array(width);
  const missing = new Uint8Array(width);
  return Float32Array.from({ length: rows.length / width }, (_, row) => {
    for (let j = 0; j < width; j += 1) {
      const value = rows[row * width + j] as number;
      missing[j] = Number.isNaN(value) ? 1 : 0;
      ranks[j] = rankOf(thresholds[j] as Float32Array, value);
    }
    let sum = 0;
    for (const tree of trees) sum = Math.fround(sum + leafOf(tree, ranks, missing));
    return Math.fround(sum + base);
  });
}

function leafOf(tree: RankCodedTree, ranks: Uint8Array, missing: Uint8Array): number {
  let node = tree.feature.length === 0 ? ~0 : 0;
  while (node >= 0) {
    const feature = tree.feature[node] as number;
    const goesLeft =
      missing[feature] === 1
        ? tree.missingLeft[node] === 1
        : (ranks[feature] as number) <= (tree.rank[node] as number);
    node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
  }
  return tree.leaf[~node] as number;
}

/** How many of the ascending thresholds lie below the value, by bisection; 0 for NaN. */
function rankOf(thresholds: Float32Array, value: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((thresholds[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const RANKS_MAX = 255;
