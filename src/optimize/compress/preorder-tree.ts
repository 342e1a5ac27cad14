import type { Tree } from '../train/trees/tree-ensemble.ts';

/**
 * The same tree with splits and leaves numbered as one meets them going down left sides first. So numbered, a
 * tree is told by one bit a node, split or leaf, without any index of a child.
 */
export const preorderTree = (tree: Tree): Tree => preorderBranch(tree, tree.feature.length === 0 ? ~0 : 0);

/** What hangs on one child of a tree, a split or a leaf, as a tree of its own that is numbered so. */
export function preorderBranch(tree: Tree, root: number): Tree {
  const splits: number[] = [];
  const leaves: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const visit = (child: number): number => {
    if (child < 0) return ~(leaves.push(~child) - 1);
    const index = splits.push(child) - 1;
    left[index] = visit(tree.left[child] as number);
    right[index] = visit(tree.right[child] as number);
    return index;
  };
  visit(root);
  return {
    feature: Int32Array.from(splits, (split) => tree.feature[split] as number),
    threshold: Float32Array.from(splits, (split) => tree.threshold[split] as number),
    missingLeft: Uint8Array.from(splits, (split) => tree.missingLeft[split] as number),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    leaf: Float32Array.from(leaves, (leaf) => tree.leaf[leaf] as number),
  };
}
