import { exp } from '../../core/exp.ts';
import { log1p } from '../../core/log1p.ts';
import type { SeededRandom } from '../../core/seeded-random.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { blockPermutation } from './block-permutation.ts';

/**
 * By how much the weighted mean log-loss of the ensemble on `heldOut`, in nats, rises when one feature's column
 * is permuted (Breiman, 2001); one value a feature, 0 for one that no tree looks at. What the general
 * `permutationImportance` finds with one repeat, at a fraction of its work: only the trees that look at the
 * feature are walked again. Sums are f64, so a score may differ from the served f32 in its last bits.
 */
export function treePermutation(
  ensemble: TreeEnsemble,
  heldOut: LabelledRows,
  blockLength: number,
  random: SeededRandom,
): Float64Array {
  const { count, width } = heldOut;
  const outputs = ensemble.trees.map((tree) => treeOutputs(tree, heldOut));
  const logits = new Float64Array(count).fill(ensemble.base);
  for (const output of outputs) add(logits, output, 1);
  const baseLoss = weightedLoss(logits, heldOut);
  const users = usersOf(ensemble);
  const increases = new Float64Array(width);
  const permuted = new Float64Array(count);
  for (let feature = 0; feature < width; feature += 1) {
    const trees = users[feature] as readonly number[];
    if (trees.length === 0) continue;
    const source = blockPermutation(count, blockLength, random);
    permuted.set(logits);
    for (const t of trees) {
      add(permuted, outputs[t] as Float64Array, -1);
      addPermutedOutputs(permuted, ensemble.trees[t] as Tree, heldOut, feature, source);
    }
    increases[feature] = weightedLoss(permuted, heldOut) - baseLoss;
  }
  return increases;
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
  const outputs = new Float64Array(rows.count);
  for (let i = 0; i < rows.count; i += 1) outputs[i] = outputOf(tree, rows, i, -1, 0);
  return outputs;
}

function addPermutedOutputs(
  sums: Float64Array,
  tree: Tree,
  rows: LabelledRows,
  feature: number,
  source: Int32Array,
): void {
  const { width, features } = rows;
  for (let i = 0; i < rows.count; i += 1) {
    const value = features[(source[i] as number) * width + feature] as number;
    sums[i] = (sums[i] as number) + outputOf(tree, rows, i, feature, value);
  }
}

/** The leaf of a row whose `replaced` feature has another value; none is replaced at −1. */
function outputOf(tree: Tree, rows: LabelledRows, row: number, replaced: number, value: number): number {
  const at = row * rows.width;
  let node = tree.feature.length === 0 ? -1 : 0;
  while (node >= 0) {
    const feature = tree.feature[node] as number;
    const x = feature === replaced ? value : (rows.features[at + feature] as number);
    const goesLeft = Number.isNaN(x) ? tree.missingLeft[node] === 1 : x <= (tree.threshold[node] as number);
    node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
  }
  return tree.leaf[~node] as number;
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
