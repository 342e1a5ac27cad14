import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { leafIndexOf } from './leaf-index.ts';

/**
 * The ensemble with every split taken out below which the leaves differ by at most `spreadMax` log-odds,
 * lowest splits first. The leaf that takes its place is the mean of the two by how many of the rows came to
 * each, or their plain mean where none did. With `spreadMax` 0 nothing changes but splits between equal leaves.
 *
 * @param rows f32[count × width] of the ensemble's own columns
 */
export function collapseSplits(ensemble: TreeEnsemble, spreadMax: number, rows: Float32Array): TreeEnsemble {
  const trees = ensemble.trees.map((tree) =>
    collapsed(tree, leafCounts(tree, rows, ensemble.width), spreadMax),
  );
  return { ...ensemble, trees };
}

/** A part of a tree on its way to a smaller one. */
type Grown =
  | { readonly kind: 'leaf'; readonly value: number; readonly count: number }
  | { readonly kind: 'split'; readonly split: number; readonly left: Grown; readonly right: Grown };

function collapsed(tree: Tree, counts: Float64Array, spreadMax: number): Tree {
  const grow = (child: number): Grown => {
    if (child < 0)
      return { kind: 'leaf', value: tree.leaf[~child] as number, count: counts[~child] as number };
    const left = grow(tree.left[child] as number);
    const right = grow(tree.right[child] as number);
    if (left.kind === 'leaf' && right.kind === 'leaf' && Math.abs(left.value - right.value) <= spreadMax) {
      const count = left.count + right.count;
      const share = count === 0 ? 0.5 : left.count / count;
      return { kind: 'leaf', value: Math.fround(share * left.value + (1 - share) * right.value), count };
    }
    return { kind: 'split', split: child, left, right };
  };
  return flattened(tree, grow(tree.feature.length === 0 ? ~0 : 0));
}

function flattened(tree: Tree, root: Grown): Tree {
  const splits: number[] = [];
  const leaves: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const place = (part: Grown): number => {
    if (part.kind === 'leaf') return ~(leaves.push(part.value) - 1);
    const index = splits.push(part.split) - 1;
    left[index] = place(part.left);
    right[index] = place(part.right);
    return index;
  };
  place(root);
  return {
    feature: Int32Array.from(splits, (split) => tree.feature[split] as number),
    threshold: Float32Array.from(splits, (split) => tree.threshold[split] as number),
    missingLeft: Uint8Array.from(splits, (split) => tree.missingLeft[split] as number),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    leaf: Float32Array.from(leaves),
  };
}

function leafCounts(tree: Tree, rows: Float32Array, width: number): Float64Array {
  const counts = new Float64Array(tree.leaf.length);
  for (let start = 0; start < rows.length; start += width) {
    const leaf = leafIndexOf(tree, rows, start);
    counts[leaf] = (counts[leaf] as number) + 1;
  }
  return counts;
}
