import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../../src/core/sigmoid.ts';
import { logLoss } from '../../../src/optimize/train/log-loss.ts';
import { logisticLogits, trainLogistic } from '../../../src/optimize/train/logistic.ts';
import {
  type PerceptronStop,
  perceptronLogits,
  trainPerceptron,
} from '../../../src/optimize/train/multilayer-perceptron.ts';
import type { TrainingRows } from '../../../src/optimize/train/training-rows.ts';
import { drawnRows, weightedAndRepeated } from './drawn-rows.ts';

const options = { hidden: 8, learningRate: 0.01, weightDecay: 0, batchSize: 32, seed: 1 };
const quarter = (a: number, b: number): number => (a * b > 0 ? 3 : -3);
const train = drawnRows(4, 1_000, quarter);
const later = drawnRows(5, 400, quarter);
const byLoss = (rows: TrainingRows, epochsMax = 60, patience = 10): PerceptronStop => ({
  kind: 'validation',
  rows,
  epochsMax,
  patience,
});

describe('trainPerceptron', () => {
  it('learns what no linear model can', () => {
    const { parameters } = trainPerceptron(train, byLoss(later), options);
    const scores = perceptronLogits(parameters, later.inputs).map(sigmoid);
    const linear = logisticLogits(trainLogistic(train, 1), later.inputs).map(sigmoid);
    expect(logLoss(linear, later.labels)).toBeGreaterThan(0.66);
    expect(logLoss(scores, later.labels)).toBeLessThan(0.35);
  });

  it('gives the same parameters for the same seed and others for another', () => {
    const stop = { kind: 'epochs', epochs: 2 } as const;
    const once = trainPerceptron(train, stop, options);
    expect(trainPerceptron(train, stop, options)).toEqual(once);
    expect(trainPerceptron(train, stop, { ...options, seed: 2 })).not.toEqual(once);
  });

  it('trains for as many epochs as it is told to', () => {
    const { parameters, epochs } = trainPerceptron(train, { kind: 'epochs', epochs: 3 }, options);
    expect(epochs).toBe(3);
    expect(trainPerceptron(train, byLoss(later, 3, 3), options)).toEqual({ parameters, epochs });
  });

  it('stopped by later rows it gives what it was at its best epoch', () => {
    const noise = drawnRows(6, 200, () => 0);
    const fresh = drawnRows(7, 200, () => 0);
    const stopped = trainPerceptron(noise, byLoss(fresh, 60, 5), options);
    expect(stopped.epochs).toBeLessThan(60);
    const stop = { kind: 'epochs', epochs: stopped.epochs } as const;
    expect(trainPerceptron(noise, stop, options)).toEqual(stopped);
    const lossAfter = (epochs: number): number => {
      const { parameters } = trainPerceptron(noise, { kind: 'epochs', epochs }, options);
      return logLoss(perceptronLogits(parameters, fresh.inputs).map(sigmoid), fresh.labels);
    };
    for (let later = 1; later <= 5; later += 1) {
      expect(lossAfter(stopped.epochs + later)).toBeGreaterThanOrEqual(lossAfter(stopped.epochs));
    }
  });

  it('takes a row of weight 2 as the row twice, in training', () => {
    const rows = drawnRows(8, 60, quarter);
    const { weighted, repeated } = weightedAndRepeated(
      rows,
      Array.from({ length: 60 }, (_, i) => 1 + (i % 3)),
    );
    // Whole batches, so that no order of the rows tells them apart; AdamW does not see the gradient's scale.
    const whole = { ...options, batchSize: 1_000 };
    const stop = { kind: 'epochs', epochs: 20 } as const;
    const one = perceptronLogits(trainPerceptron(weighted, stop, whole).parameters, rows.inputs);
    const other = perceptronLogits(trainPerceptron(repeated, stop, whole).parameters, rows.inputs);
    const without = perceptronLogits(trainPerceptron(rows, stop, whole).parameters, rows.inputs);
    const farthest = (from: Float64Array): number =>
      one.reduce((most, logit, i) => Math.max(most, Math.abs(logit - (from[i] as number))), 0);
    expect(farthest(without)).toBeGreaterThan(0.01);
    expect(farthest(other)).toBeLessThan(1e-4);
  });

  it('takes a row of weight 2 as the row twice, in the loss that stops it', () => {
    const noise = drawnRows(6, 200, () => 0);
    const { weighted, repeated } = weightedAndRepeated(
      drawnRows(9, 90, () => 0),
      Array.from({ length: 90 }, (_, i) => 1 + (i % 2) * 4),
    );
    const one = trainPerceptron(noise, byLoss(weighted), options);
    expect(one).toEqual(trainPerceptron(noise, byLoss(repeated), options));
  });
});
