import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { cholesky, inverseOf, solveUpper } from '../../../src/optimize/search/cholesky.ts';
import { fitGaussianProcess, predict } from '../../../src/optimize/search/gaussian-process.ts';
import { posterior } from '../../../src/optimize/search/gaussian-process-posterior.ts';
import { logExpectedImprovement } from '../../../src/optimize/search/log-expected-improvement.ts';
import { solveLower } from '../../../src/stats/cholesky.ts';

describe('cholesky', () => {
  const size = 12;
  const random = new SeededRandom(6);
  const factor = Float64Array.from({ length: size * size }, () => random.normal());
  const at = (matrix: Float64Array, i: number, j: number): number => matrix[i * size + j] as number;
  const product = (entry: (i: number, j: number, k: number) => number): Float64Array =>
    Float64Array.from({ length: size * size }, (_, at) => {
      let sum = 0;
      for (let k = 0; k < size; k += 1) sum += entry(Math.floor(at / size), at % size, k);
      return sum;
    });
  const matrix = product((i, j, k) => at(factor, i, k) * at(factor, j, k));
  const lower = cholesky(matrix, size) ?? new Float64Array();

  it('gives a lower triangle whose square is the matrix', () => {
    const square = product((i, j, k) => at(lower, i, k) * at(lower, j, k));
    for (const [i, value] of square.entries()) expect(value).toBeCloseTo(matrix[i] ?? NaN, 10);
    expect(at(lower, 0, 1)).toBe(0);
  });

  it('solves and inverts', () => {
    const right = Float64Array.from({ length: size }, (_, i) => i - 3);
    const solution = solveUpper(lower, size, solveLower(lower, size, right));
    const inverse = inverseOf(lower, size);
    const identity = product((i, j, k) => at(matrix, i, k) * at(inverse, k, j));
    for (let i = 0; i < size; i += 1) {
      let sum = 0;
      for (let k = 0; k < size; k += 1) sum += at(matrix, i, k) * (solution[k] as number);
      expect(sum).toBeCloseTo(i - 3, 7);
      for (let j = 0; j < size; j += 1) expect(at(identity, i, j)).toBeCloseTo(i === j ? 1 : 0, 7);
    }
  });

  it('is undefined for a matrix that is not positive definite', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
    expect(cholesky(Float64Array.of(1, 1, 1, 1), 2)).toBeUndefined();
  });
});

const standardised = (values: readonly number[]): Float64Array => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Float64Array.from(values, (value) => (value - mean) / Math.sqrt(variance));
};

describe('fitGaussianProcess', () => {
  const scales = { scaleOf: [0, 1], scaleCount: 2 };
  const random = new SeededRandom(7);
  const inputs = Array.from({ length: 40 }, () => Float64Array.of(random.uniform(), random.uniform()));

  it('passes through smooth data and predicts between them, surer near than far', () => {
    const smooth = (x: Float64Array): number => Math.sin(5 * (x[0] as number)) + (x[1] as number) ** 2;
    const targets = standardised(inputs.map(smooth));
    const process = fitGaussianProcess(inputs.slice(0, 30), targets.slice(0, 30), scales);
    for (const [i, input] of inputs.entries()) {
      const { mean } = predict(process, input);
      expect(Math.abs(mean - (targets[i] as number)), `seed 7, input ${i}`).toBeLessThan(i < 30 ? 0.05 : 0.3);
    }
    const near = predict(process, inputs[0] as Float64Array).deviation;
    expect(predict(process, Float64Array.of(3, 3)).deviation).toBeGreaterThan(10 * near);
  });

  it('finds the input that does not matter', () => {
    const process = fitGaussianProcess(
      inputs,
      standardised(inputs.map((x) => Math.sin(8 * (x[0] as number)))),
      scales,
    );
    expect((process.precisions[0] as number) / (process.precisions[1] as number)).toBeGreaterThan(10);
  });

  it('takes noise for noise', () => {
    const share = (noise: number): number =>
      fitGaussianProcess(
        inputs,
        standardised(inputs.map((x) => (x[0] as number) + noise * random.normal())),
        scales,
      ).noiseShare;
    expect(share(0.4)).toBeGreaterThan(30 * share(0));
  });

  it('stands equal inputs and equal targets', () => {
    const same = Array.from({ length: 12 }, () => Float64Array.of(0.5, 0.5));
    const { mean, deviation } = predict(
      fitGaussianProcess(same, new Float64Array(12), scales),
      Float64Array.of(0, 0),
    );
    expect([mean, Number.isFinite(deviation), deviation > 0]).toEqual([0, true, true]);
  });
});

describe('posterior', () => {
  it('has the gradient that its differences show', () => {
    const random = new SeededRandom(15);
    const size = 15;
    const points = Array.from({ length: size }, () => [random.uniform(), random.uniform(), random.uniform()]);
    const targets = standardised(points.map(([x = 0, y = 0]) => x * y + 0.1 * random.normal()));
    const distances = [0, 1, 2].map((d) =>
      Float64Array.from({ length: size * size }, (_, at) => {
        const gap = (points[Math.floor(at / size)]?.[d] as number) - (points[at % size]?.[d] as number);
        return gap * gap;
      }),
    );
    const at = Float64Array.of(-1, 0.3, -0.2, -3);
    const { gradient } = posterior(at, distances, targets);
    for (const [i, slope] of gradient.entries()) {
      const lossAt = (offset: number): number =>
        posterior(at.with(i, (at[i] as number) + offset), distances, targets).loss;
      expect(slope, `seed 15, parameter ${i}`).toBeCloseTo((lossAt(1e-5) - lossAt(-1e-5)) / 2e-5, 5);
    }
  });
});

describe('logExpectedImprovement', () => {
  it('is the logarithm of the mean improvement, by summing over the density', () => {
    for (const [mean, deviation, best] of [
      [0, 1, 0],
      [1, 0.5, -1],
      [-2, 0.7, 0.3],
      [3, 1, -2],
    ] as const) {
      let sum = 0;
      for (let z = -10; z < 10; z += 1e-3) {
        sum += Math.max(best - mean - deviation * z, 0) * Math.exp(-0.5 * z * z) * 1e-3;
      }
      const expected = Math.log(sum / Math.sqrt(2 * Math.PI));
      expect(logExpectedImprovement({ mean, deviation }, best)).toBeCloseTo(expected, 3);
    }
  });

  it('falls on steadily where the improvement itself is long 0', () => {
    const means = Array.from({ length: 400 }, (_, i) => Math.exp(i / 20));
    const values = means.map((mean) => logExpectedImprovement({ mean, deviation: 1 }, 0));
    for (const [i, value] of values.slice(1).entries())
      expect(value, `mean ${means[i + 1]}`).toBeLessThan(values[i] ?? NaN);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});
