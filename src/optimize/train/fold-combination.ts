import type { Combination } from './combination.ts';
import type { Head } from './ensemble.ts';
import type { Members } from './members.ts';

/**
 * The head with its combination multiplied into the members, so that probability = sigmoid(sum of their log-odds).
 * Fewer operations to serve and to round. Leaves are rounded to f32 once more, by at most 2⁻²⁴ of each.
 */
export function foldCombination({ members, combination }: Head): Members {
  const [logistic, perceptron, trees] = combination.shares as [number, number, number];
  const scaled = (values: Float64Array, factor: number): Float64Array => values.map((value) => value * factor);
  return {
    standardiser: members.standardiser,
    logistic: {
      weights: scaled(members.logistic.weights, logistic),
      bias: members.logistic.bias * logistic + combination.offset,
    },
    perceptron: {
      ...members.perceptron,
      outputWeights: scaled(members.perceptron.outputWeights, perceptron),
      outputBias: members.perceptron.outputBias * perceptron,
    },
    trees: {
      ...members.trees,
      base: Math.fround(members.trees.base * trees),
      trees: members.trees.trees.map((tree) => ({ ...tree, leaf: tree.leaf.map((value) => value * trees) })),
    },
  };
}

/** The combination of members that carry it already. */
export const foldedCombination: Combination = { shares: [1, 1, 1], offset: 0 };
