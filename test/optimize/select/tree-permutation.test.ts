import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { permutationImportance } from '../../../src/optimize/select/permutation-importance.ts';
import { selectionTrees } from '../../../src/optimize/select/selection-trees.ts';
import { treePermutation } from '../../../src/optimize/select/tree-permutation.ts';
import { treeScorer } from '../../../src/optimize/select/tree-scorer.ts';
import { selectionRows } from './selection-rows.ts';

const train = selectionRows({ count: 600, normals: 4, seed: 1, isPositive: ([a = 0, b = 0]) => a * b > 0 });
const drawn = selectionRows({ count: 300, normals: 4, seed: 2, isPositive: ([a = 0, b = 0]) => a * b > 0 });
const heldOut = {
  ...drawn,
  features: drawn.features.map((value, i) => (i % 11 === 0 ? NaN : value)),
  weights: drawn.weights.map((_, i) => (i % 2 === 0 ? 0.5 : 1.5)),
};

const singles = [[0], [1], [2], [3]];

describe('treePermutation', () => {
  it.each([1, 25])(
    'finds what permuting any model finds, missing values and weights included, by blocks of %i',
    (blockLength) => {
      const options = { repeats: 1, blockLength, resamples: 100, confidence: 0.9, seed: 5 };
      const general = permutationImportance(
        [{ score: treeScorer(selectionTrees)(train, 3), heldOut }],
        options,
      );
      const fast = treePermutation(
        selectionTrees(train, 3),
        heldOut,
        singles,
        blockLength,
        new SeededRandom(5),
      );
      for (const [feature, { importance }] of general.entries()) {
        expect(fast[feature], `feature ${feature}`).toBeCloseTo(importance, 6);
      }
      expect(fast[0]).toBeGreaterThan(0.1);
      expect(Math.abs(fast[3] as number)).toBeLessThan(0.02);
    },
  );

  it('is 0 for a feature that no tree looks at', () => {
    const constant = { ...train, features: train.features.map((value, i) => (i % 4 === 2 ? 1 : value)) };
    const increases = treePermutation(selectionTrees(constant, 3), heldOut, singles, 1, new SeededRandom(5));
    expect(increases[2]).toBe(0);
  });

  it('permutes a group as one: members that stand in for each other are missed together', () => {
    const withTwins = (rows: typeof train): typeof train => ({
      ...rows,
      features: rows.features.map((value, i) => (i % 4 === 3 ? (rows.features[i - 3] as number) : value)),
    });
    const ensemble = selectionTrees(withTwins(train), 3);
    const groups = [[0, 3], [0], [3]];
    const [both = 0, first = 0, second = 0] = treePermutation(
      ensemble,
      withTwins(drawn),
      groups,
      1,
      new SeededRandom(5),
    );
    expect(both).toBeGreaterThan(1.2 * Math.max(first, second));
    expect(Math.min(first, second)).toBeGreaterThan(0);
  });
});
