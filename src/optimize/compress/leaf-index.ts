import type { Tree } from '../train/trees/tree-ensemble.ts';

/** Index of the leaf that a row comes to, its values standing in `rows` from `start` on. */
export function leafIndexOf(tree: Tree, rows: Float32Array, start: number): number {
  let node = tree.feature.length === 0 ? ~0 : 0;
  while (node >= 0) {
    const value = rows[start + (tree.feature[node] as number)] as number;
    const goesLeft =
      value <= (tree.threshold[node] as number) || (Number.isNaN(value) && tree.missingLeft[node] === 1);
    node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
  }
  return ~node;
}
