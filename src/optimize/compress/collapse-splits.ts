import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { leafIndexOf } from './leaf-index.ts';
import { preorderBranch } from './preorder-tree.ts';

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

function collapsed(tree: Tree, counts: Float64Array, spreadMax: number): Tree {
  const left = tree.left.slice();
  const right = tree.right.slice();
  const leaves = Array.from(tree.leaf, (value, i) => ({ value, count: counts[i] as number }));
  /** What stands in the place of a child, with everything below it collapsed. */
  const collapse = (child: number): number => {
    if (child < 0) return child;
    const onLeft = collapse(left[child] as number);
    const onRight = collapse(right[child] as number);
    left[child] = onLeft;
    right[child] = onRight;
    // Undefined where a split stayed.
    const [one, other] = [leaves[~onLeft], leaves[~onRight]];
    if (!(one && other && Math.abs(one.value - other.value) <= spreadMax)) return child;
    const count = one.count + other.count;
    const share = count === 0 ? 0.5 : one.count / count;
    return ~(leaves.push({ value: Math.fround(share * one.value + (1 - share) * other.value), count }) - 1);
  };
  const root = collapse(tree.feature.length === 0 ? ~0 : 0);
  return preorderBranch(
    { ...tree, left, right, leaf: Float32Array.from(leaves, ({ value }) => value) },
    root,
  );
}

function leafCounts(tree: Tree, rows: Float32Array, width: number): Float64Array {
  const counts = new Float64Array(tree.leaf.length);
  for (let start = 0; start < rows.length; start += width) {
    const leaf = leafIndexOf(tree, rows, start);
    counts[leaf] = (counts[leaf] as number) + 1;
  }
  return counts;
}
