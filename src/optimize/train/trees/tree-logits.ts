import type { Tree, TreeEnsemble } from './tree-ensemble.ts';

/**
 * Log-odds of each row, in f32 as onnxruntime sums them: the trees in their order, the base last.
 *
 * @param features f32[count × width], row-major; NaN is a missing value
 * @returns f32[count]
 */
export function treeLogits(ensemble: TreeEnsemble, features: Float32Array): Float32Array {
  const { width, base, trees } = ensemble;
  const count = features.length / width;
  if (!Number.isInteger(count)) throw new RangeError(`${features.length} values are not rows of ${width}`);
  const logits = new Float32Array(count);
  for (const tree of trees) addTree(tree, features, width, logits);
  for (let row = 0; row < count; row += 1) logits[row] = (logits[row] as number) + base;
  return logits;
}

/** Adds a tree's leaf to each row's sum, which is rounded to f32 as it is stored. */
export function addTree(tree: Tree, features: Float32Array, width: number, sums: Float32Array): void {
  const { feature, threshold, missingLeft, left, right, leaf } = tree;
  const root = feature.length === 0 ? ~0 : 0;
  for (let row = 0; row < sums.length; row += 1) {
    const start = row * width;
    let node = root;
    while (node >= 0) {
      const value = features[start + (feature[node] as number)] as number;
      const goesLeft =
        value <= (threshold[node] as number) || (Number.isNaN(value) && missingLeft[node] === 1);
      node = (goesLeft ? left[node] : right[node]) as number;
    }
    sums[row] = (sums[row] as number) + (leaf[~node] as number);
  }
}
