import { exp } from '../../core/exp.ts';
import { log1p } from '../../core/log1p.ts';
import type { SeededRandom } from '../../core/seeded-random.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { addTree } from '../train/trees/tree-logits.ts';
import { blockPermutation } from './block-permutation.ts';

/**
 * By how much the weighted mean log-loss of the ensemble on `heldOut`, in nats, rises when the columns of one group
 * are permuted together (Breiman, 2001); one value a group, 0 for one that no tree looks at. For groups of one it is
 * what the general `permutationImportance` finds with one repeat, at a fraction of its work: only the trees that look
 * at the group are walked again. Sums are f64, so a score may differ from the served f32 in its last bits.
 */
export function treePermutation(
  ensemble: TreeEnsemble,
  heldOut: LabelledRows,
  groups: readonly (readonly number[])[],
  blockLength: number,
  random: SeededRandom,
): Float64Array {
  const { count, width } = heldOut;
  const outputs = ensemble.trees.map((tree) => treeOutputs(tree, heldOut));
  const logits = new Float64Array(count).fill(ensemble.base);
  for (const output of outputs) add(logits, output, 1);
  const baseLoss = weightedLoss(logits, heldOut);
  const users = usersOf(ensemble);
  const permuted = new Float64Array(count);
  const isPermuted = new Uint8Array(width);
  return Float64Array.from(groups, (group) => {
    const trees = new Set(group.flatMap((feature) => users[feature] as readonly number[]));
    if (trees.size === 0) return 0;
    const source = blockPermutation(count, blockLength, random);
    permuted.set(logits);
    isPermuted.fill(0);
    for (const feature of group) isPermuted[feature] = 1;
    for (const t of trees) {
      add(permuted, outputs[t] as Float64Array, -1);
      addPermutedOutputs(permuted, ensemble.trees[t] as Tree, heldOut, isPermuted, source);
    }
    return weightedLoss(permuted, heldOut) - baseLoss;
  });
}

/** By feature, the trees that split on it. */
function usersOf(ensemble: TreeEnsemble): readonly (readonly number[])[] {
  const users: number[][] = Array.from({ length: ensemble.width }, () => []);
  for (const [t, tree] of ensemble.trees.entries()) {
    for (const feature of new Set(tree.feature)) (users[feature] as number[]).push(t);
  }
  return users;
}

function treeOutputs(tree: Tree, rows: LabelledRows): Float64Array {
  const outputs = new Float32Array(rows.count);
  addTree(tree, rows.features, rows.width, outputs);
  return Float64Array.from(outputs);
}

/** The leaf of each row that has the permuted features of its source row. */
function addPermutedOutputs(
  sums: Float64Array,
  tree: Tree,
  { count, width, features }: LabelledRows,
  isPermuted: Uint8Array,
  source: Int32Array,
): void {
  const root = tree.feature.length === 0 ? ~0 : 0;
  for (let row = 0; row < count; row += 1) {
    const own = row * width;
    const other = (source[row] as number) * width;
    let node = root;
    while (node >= 0) {
      const feature = tree.feature[node] as number;
      const value = features[(isPermuted[feature] === 1 ? other : own) + feature] as number;
      const goesLeft = Number.isNaN(value)
        ? tree.missingLeft[node] === 1
        : value <= (tree.threshold[node] as number);
      node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
    }
    sums[row] = (sums[row] as number) + (tree.leaf[~node] as number);
  }
}

function add(sums: Float64Array, terms: Float64Array, factor: number): void {
  for (let i = 0; i < sums.length; i += 1) sums[i] = (sums[i] as number) + factor * (terms[i] as number);
}

function weightedLoss(logits: Float64Array, rows: LabelledRows): number {
  let sum = 0;
  let weightSum = 0;
  for (let i = 0; i < rows.count; i += 1) {
    const logit = logits[i] as number;
    const against = rows.labels[i] === 1 ? -logit : logit;
    const weight = rows.weights[i] as number;
    sum += weight * (Math.max(0, against) + log1p(exp(-Math.abs(against))));
    weightSum += weight;
  }
  return sum / weightSum;
}
