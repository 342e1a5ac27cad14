import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../../src/core/sigmoid.ts';
import { logisticLogits, trainLogistic } from '../../../src/optimize/train/logistic.ts';
import { drawnRows, weightedAndRepeated } from './drawn-rows.ts';

describe('trainLogistic', () => {
  it('finds the weights that made the labels', () => {
    const rows = drawnRows(1, 20_000, (a, b) => 1.5 * a - 0.7 * b + 0.3);
    const { weights, bias } = trainLogistic(rows, 1e-6);
    expect(weights[0]).toBeCloseTo(1.5, 1);
    expect(weights[1]).toBeCloseTo(-0.7, 1);
    expect(bias).toBeCloseTo(0.3, 1);
  });

  it('shrinks the weights to nothing under a great penalty, leaving the base rate', () => {
    const rows = drawnRows(2, 500, (a) => a + 0.5);
    const { weights, bias } = trainLogistic(rows, 1e9);
    const share = rows.labels.reduce((sum, label) => sum + label, 0) / rows.count;
    expect(Math.abs(weights[0] ?? 1)).toBeLessThan(1e-6);
    expect(sigmoid(bias)).toBeCloseTo(share, 6);
  });

  it('has an answer where one input repeats another', () => {
    const rows = drawnRows(3, 200, (a) => a);
    const inputs = rows.inputs.map((value, i) => (i % 2 === 0 ? value : (rows.inputs[i - 1] as number)));
    const { weights } = trainLogistic({ ...rows, inputs }, 1);
    expect(weights[0]).toBeCloseTo(weights[1] ?? NaN, 8);
  });

  it('takes a row of weight 2 as the row twice', () => {
    const rows = drawnRows(4, 60, (a, b) => a - b);
    const weights = Array.from({ length: rows.count }, (_, i) => 1 + (i % 3));
    const { weighted, repeated } = weightedAndRepeated(rows, weights);
    const one = trainLogistic(weighted, 1);
    const other = trainLogistic(repeated, 1);
    expect(trainLogistic(rows, 1).bias).not.toBeCloseTo(other.bias, 3);
    expect(one.bias).toBeCloseTo(other.bias, 9);
    one.weights.forEach((weight, j) => {
      expect(weight).toBeCloseTo(other.weights[j] ?? NaN, 9);
    });
  });
});

describe('logisticLogits', () => {
  it('is the weighted sum of each row plus the bias', () => {
    const logits = logisticLogits(
      { weights: Float64Array.of(2, -1), bias: 0.5 },
      Float64Array.of(1, 2, 3, 4),
    );
    expect([...logits]).toEqual([0.5, 2.5]);
  });
});
