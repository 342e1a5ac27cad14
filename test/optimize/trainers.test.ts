import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { sigmoid } from '../../src/core/sigmoid.ts';
import { calibrate, fitCalibration } from '../../src/optimize/train/calibration.ts';
import { logLoss } from '../../src/optimize/train/log-loss.ts';
import { logisticLogits, trainLogistic } from '../../src/optimize/train/logistic.ts';
import { perceptronLogits, trainPerceptron } from '../../src/optimize/train/multilayer-perceptron.ts';
import type { TrainingRows } from '../../src/optimize/train/training-rows.ts';

/** Rows of two normal inputs, labelled 1 with probability sigmoid(logit(a, b)). */
function rowsOf(seed: number, count: number, logit: (a: number, b: number) => number): TrainingRows {
  const random = new SeededRandom(seed);
  const inputs = new Float64Array(count * 2);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const a = random.normal();
    const b = random.normal();
    inputs.set([a, b], i * 2);
    labels[i] = random.uniform() < sigmoid(logit(a, b)) ? 1 : 0;
  }
  return { count, width: 2, inputs, labels };
}

describe('trainLogistic', () => {
  it('finds the weights that made the labels', () => {
    const { weights, bias } = trainLogistic(
      rowsOf(1, 20_000, (a, b) => 1.5 * a - 0.7 * b + 0.3),
      1e-6,
    );
    expect(weights[0]).toBeCloseTo(1.5, 1);
    expect(weights[1]).toBeCloseTo(-0.7, 1);
    expect(bias).toBeCloseTo(0.3, 1);
  });

  it('shrinks the weights to nothing under a great penalty, leaving the base rate', () => {
    const rows = rowsOf(2, 500, (a) => a + 0.5);
    const { weights, bias } = trainLogistic(rows, 1e9);
    const share = rows.labels.reduce((sum, label) => sum + label, 0) / rows.count;
    expect(Math.abs(weights[0] ?? 1)).toBeLessThan(1e-6);
    expect(sigmoid(bias)).toBeCloseTo(share, 6);
  });

  it('has an answer where one input repeats another', () => {
    const rows = rowsOf(3, 200, (a) => a);
    const inputs = rows.inputs.map((value, i) => (i % 2 === 0 ? value : (rows.inputs[i - 1] as number)));
    const { weights } = trainLogistic({ ...rows, inputs }, 1);
    expect(weights[0]).toBeCloseTo(weights[1] ?? NaN, 8);
  });
});

describe('trainPerceptron', () => {
  const options = {
    hidden: 8,
    learningRate: 0.01,
    weightDecay: 0,
    batchSize: 32,
    epochsMax: 60,
    patience: 10,
    seed: 1,
  };
  const quarter = (a: number, b: number): number => (a * b > 0 ? 3 : -3);
  const train = rowsOf(4, 1_000, quarter);
  const validation = rowsOf(5, 400, quarter);

  it('learns what no linear model can', () => {
    const scores = perceptronLogits(trainPerceptron(train, validation, options), validation.inputs).map(
      sigmoid,
    );
    const linear = logisticLogits(trainLogistic(train, 1), validation.inputs).map(sigmoid);
    expect(logLoss(linear, validation.labels)).toBeGreaterThan(0.66);
    expect(logLoss(scores, validation.labels)).toBeLessThan(0.35);
  });

  it('gives the same parameters for the same seed', () => {
    const short = { ...options, epochsMax: 3 };
    expect(trainPerceptron(train, validation, short)).toEqual(trainPerceptron(train, validation, short));
  });

  it('stops early where validation is noise, with what was best there', () => {
    const noise = rowsOf(6, 200, () => 0);
    const long = perceptronLogits(trainPerceptron(noise, noise, { ...options, epochsMax: 1 }), noise.inputs);
    const fresh = rowsOf(7, 200, () => 0);
    const stopped = perceptronLogits(trainPerceptron(noise, fresh, options), fresh.inputs);
    expect(logLoss(stopped.map(sigmoid), fresh.labels)).toBeLessThan(
      logLoss(long.map(sigmoid), noise.labels) + 0.05,
    );
  });
});

describe('fitCalibration', () => {
  it('leaves probabilities near ½ as they are when there is nothing to learn from', () => {
    const calibration = fitCalibration([0.5], [1]);
    expect(calibration.slope).toBeCloseTo(4, 6);
    const identity = { slope: 4, offset: 0 };
    expect(calibrate(identity, 0.52)).toBeCloseTo(0.52, 4);
  });

  it('moves the mean probability to the share of positives', () => {
    const random = new SeededRandom(8);
    const raw = Array.from({ length: 2_000 }, () => 0.5 + 0.05 * random.normal());
    const labels = raw.map(() => (random.uniform() < 0.6 ? 1 : 0));
    const calibration = fitCalibration(raw, labels);
    const mean = raw.reduce((sum, p) => sum + calibrate(calibration, p), 0) / raw.length;
    const share = labels.reduce<number>((sum, label) => sum + label, 0) / labels.length;
    expect(mean).toBeCloseTo(share, 6);
  });

  it('does not turn a weak model around for a few contrary labels', () => {
    const raw = Array.from({ length: 200 }, (_, i) => 0.5 + (i % 2 === 0 ? 0.02 : -0.02));
    const labels = raw.map((p, i) => (i % 10 < 6 === p < 0.5 ? 1 : 0));
    expect(fitCalibration(raw, labels).slope).toBeGreaterThan(0);
  });
});
