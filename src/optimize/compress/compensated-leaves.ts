import { roundHalfEven } from '../../onnx/round-half-even.ts';
import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { leafIndexOf } from './leaf-index.ts';

/**
 * The ensemble with its leaves as integers on `scale`, tree by tree: what the trees before have rounded off on the rows
 * of a leaf is made up for by that leaf, as far as its own rounding lets it. So errors do not add up over the trees, and
 * at the end of them a row is off by about the rounding of one leaf. A leaf without rows is rounded to the nearest.
 *
 * @param rows f32[count × width] of the ensemble's own columns
 * @returns leaves that are integers within ±largestCode
 */
export function compensatedLeaves(
  ensemble: TreeEnsemble,
  scale: number,
  largestCode: number,
  rows: Float32Array,
): readonly Tree[] {
  const count = rows.length / ensemble.width;
  const missing = new Float64Array(count);
  return ensemble.trees.map((tree) => {
    const leafOf = Int32Array.from({ length: count }, (_, row) =>
      leafIndexOf(tree, rows, row * ensemble.width),
    );
    const sums = new Float64Array(tree.leaf.length);
    const counts = new Int32Array(tree.leaf.length);
    leafOf.forEach((leaf, row) => {
      sums[leaf] = (sums[leaf] as number) + (missing[row] as number);
      counts[leaf] = (counts[leaf] as number) + 1;
    });
    const codes = tree.leaf.map((value, leaf) => {
      const owed = (sums[leaf] as number) / Math.max(1, counts[leaf] as number);
      return Math.max(-largestCode, Math.min(largestCode, roundHalfEven((value + owed) / scale)));
    });
    leafOf.forEach((leaf, row) => {
      const given = (codes[leaf] as number) * scale;
      missing[row] = (missing[row] as number) + (tree.leaf[leaf] as number) - given;
    });
    return { ...tree, leaf: codes };
  });
}
