import { SeededRandom } from '../../core/seeded-random.ts';
import { blockBootstrap } from '../../stats/block-bootstrap.ts';
import { rowLosses } from '../train/log-loss.ts';
import { blockPermutation } from './block-permutation.ts';
import type { Judged } from './judge-on-folds.ts';

export interface PermutationOptions {
  /** Permutations of each feature, ≥ 1, whose losses are averaged. */
  readonly repeats: number;
  /** Rows whose order is kept in a permutation and in the interval, ≥ 1. */
  readonly blockLength: number;
  readonly resamples: number;
  /** Of the two-sided interval, e.g. 0.95. */
  readonly confidence: number;
  readonly seed: number;
}

export interface PermutationImportance {
  /** Rise of the mean log-loss when the feature is permuted, in nats; at most 0 for one that does not help. */
  readonly importance: number;
  /** Block-bootstrap interval over the held-out rows. */
  readonly low: number;
  readonly high: number;
}

/**
 * Permutation importance (Breiman, 2001) of any model on held-out rows, one value a feature, pooled over the
 * folds in their order. Rows count by their weights.
 */
export function permutationImportance(
  folds: readonly Judged[],
  options: PermutationOptions,
): readonly PermutationImportance[] {
  const random = new SeededRandom(options.seed);
  const width = folds[0]?.heldOut.width ?? 0;
  const weights = folds.flatMap(({ heldOut }) => [...heldOut.weights]);
  const increases = Array.from({ length: width }, () => new Float64Array(weights.length));
  let start = 0;
  for (const fold of folds) {
    addIncreases(fold, options, random, increases, start);
    start += fold.heldOut.count;
  }
  return increases.map((increase) => {
    const all = Int32Array.from(weights, (_, i) => i);
    const mean = (indices: Int32Array): number => weightedMean(increase, weights, indices);
    const interval = blockBootstrap({ ...options, count: weights.length, random }, mean);
    return { importance: mean(all), low: interval.low, high: interval.high };
  });
}

/** Each row's mean rise over the repeats, by feature, from index `start` on. */
function addIncreases(
  { score, heldOut }: Judged,
  { repeats, blockLength }: PermutationOptions,
  random: SeededRandom,
  increases: readonly Float64Array[],
  start: number,
): void {
  const { count, width, labels } = heldOut;
  const features = heldOut.features.slice();
  const base = rowLosses(score(features), labels);
  for (const [feature, increase] of increases.entries()) {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const source = blockPermutation(count, blockLength, random);
      for (let i = 0; i < count; i += 1) {
        features[i * width + feature] = heldOut.features[(source[i] as number) * width + feature] as number;
      }
      const losses = rowLosses(score(features), labels);
      for (let i = 0; i < count; i += 1) {
        const rise = (losses[i] as number) - (base[i] as number);
        increase[start + i] = (increase[start + i] as number) + rise / repeats;
      }
    }
    for (let i = 0; i < count; i += 1) {
      features[i * width + feature] = heldOut.features[i * width + feature] as number;
    }
  }
}

function weightedMean(values: Float64Array, weights: readonly number[], indices: Int32Array): number {
  let sum = 0;
  let weightSum = 0;
  for (const i of indices) {
    sum += (weights[i] as number) * (values[i] as number);
    weightSum += weights[i] as number;
  }
  return sum / weightSum;
}
