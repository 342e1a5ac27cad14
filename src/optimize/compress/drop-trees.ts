import { sigmoid } from '../../core/sigmoid.ts';
import { logLoss } from '../train/log-loss.ts';
import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';
import { leafIndexOf } from './leaf-index.ts';

interface LabelledScores {
  /** f32[count × width] of the ensemble's own columns. */
  readonly rows: Float32Array;
  /** 0 or 1. */
  readonly labels: ArrayLike<number>;
}

/**
 * The ensemble less `count` trees, dropped one by one: each time the one without which the log-loss on the
 * validation rows is least, its mean log-odds given to the base so that the level stays. The first of equals
 * goes. Greedy, so it costs trees × count passes over the rows.
 */
export function dropLeastUseful(
  ensemble: TreeEnsemble,
  count: number,
  validation: LabelledScores,
): TreeEnsemble {
  const outputs = ensemble.trees.map((tree) => treeOutputs(tree, validation.rows, ensemble.width));
  const means = outputs.map(meanOf);
  const kept = ensemble.trees.map((_, i) => i);
  const logits = new Float64Array(validation.labels.length).fill(ensemble.base);
  for (const output of outputs) addScaled(logits, output, 1);
  let base = ensemble.base;
  for (let dropped = 0; dropped < count && kept.length > 0; dropped += 1) {
    const losses = kept.map((tree) => {
      const output = outputs[tree] as Float32Array;
      const mean = means[tree] as number;
      const scores = logits.map((logit, i) => sigmoid(logit - (output[i] as number) + mean));
      return logLoss(scores, validation.labels);
    });
    const place = losses.indexOf(losses.reduce((least, loss) => Math.min(least, loss), Infinity));
    const tree = kept.splice(Math.max(place, 0), 1)[0] as number;
    addScaled(logits, outputs[tree] as Float32Array, -1);
    for (let i = 0; i < logits.length; i += 1) logits[i] = (logits[i] as number) + (means[tree] as number);
    base += means[tree] as number;
  }
  return { ...ensemble, base: Math.fround(base), trees: kept.map((tree) => ensemble.trees[tree] as Tree) };
}

const treeOutputs = (tree: Tree, rows: Float32Array, width: number): Float32Array =>
  Float32Array.from(
    { length: rows.length / width },
    (_, row) => tree.leaf[leafIndexOf(tree, rows, row * width)] as number,
  );

function addScaled(sums: Float64Array, values: Float32Array, factor: number): void {
  for (let i = 0; i < sums.length; i += 1) sums[i] = (sums[i] as number) + factor * (values[i] as number);
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}
