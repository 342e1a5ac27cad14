import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { distil, type SoftRows } from '../../../src/optimize/compress/distil.ts';
import { smoothedRows } from '../../../src/optimize/compress/smoothed-rows.ts';

const SEED = 12;
const random = new SeededRandom(SEED);
const rows = Float32Array.from({ length: 3_000 }, (_, i) =>
  i % 3 === 0 ? 10 + random.normal() : i % 3 === 1 ? 5 : random.uniform(),
);
const options = { count: 20_000, width: 3, min: [7, 0, 0], max: [13, 10, 1], seed: SEED };

describe(`smoothedRows, seed ${SEED}`, () => {
  const drawn = smoothedRows(rows, options);
  const column = (j: number): Float32Array => drawn.rows.filter((_, i) => i % 3 === j);
  const mean = (values: Float32Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

  it('gives distinct rows near those they were drawn from, of about the same mean and spread', () => {
    expect(new Set(column(0)).size).toBeGreaterThan(19_000);
    expect(mean(column(0))).toBeCloseTo(10, 1);
    const variance = mean(column(0).map((x) => (x - 10) ** 2));
    expect(variance).toBeGreaterThan(0.9);
    expect(variance).toBeLessThan(1.25);
    // Silverman's bandwidth for 1,000 rows of deviation 1 is 0.27.
    const shifts = column(0).map((x, i) => x - (rows[(drawn.sources[i] as number) * 3] as number));
    expect(Math.sqrt(mean(shifts.map((x) => x * x)))).toBeCloseTo(0.27, 1);
  });

  it('leaves a constant feature alone and holds the others in the domain', () => {
    expect(new Set(column(1))).toEqual(new Set([5]));
    expect(Math.min(...column(2))).toBe(0);
    expect(Math.max(...column(2))).toBe(1);
  });

  it('gives the same rows for the same seed and others for another', () => {
    expect(smoothedRows(rows, options)).toEqual(drawn);
    expect(smoothedRows(rows, { ...options, seed: SEED + 1 }).rows).not.toEqual(drawn.rows);
  });

  it('keeps missing values missing', () => {
    const holed = rows.map((value, i) => (i % 6 === 0 ? NaN : value));
    const { rows: values, sources } = smoothedRows(holed, options);
    sources.forEach((source, i) => {
      expect(Number.isNaN(values[3 * i])).toBe(source % 2 === 0);
    });
  });
});

describe('distil', () => {
  const teach = (smoothedCount: number): SoftRows =>
    distil({
      rows,
      width: 3,
      smoothedCount,
      min: options.min,
      max: options.max,
      seed: SEED,
      teacher: (values) =>
        Float64Array.from({ length: values.length / 3 }, (_, i) => (values[3 * i] as number) / 20),
      train: (soft) => soft,
    });

  it('teaches the scores of the larger model on real rows first and smoothed ones after', () => {
    const soft = teach(4_000);
    expect([soft.count, soft.features.length, soft.targets.length]).toEqual([5_000, 15_000, 5_000]);
    expect(soft.features.subarray(0, 3_000)).toEqual(rows);
    soft.targets.forEach((target, i) => {
      expect(target).toBe((soft.features[3 * i] as number) / 20);
    });
  });

  it('weighs all real rows as much as all smoothed ones, 1 in the mean', () => {
    const { weights } = teach(4_000);
    const sum = (from: number, to: number): number =>
      weights.subarray(from, to).reduce((total, w) => total + w, 0);
    expect(sum(0, 1_000)).toBeCloseTo(2_500, 6);
    expect(sum(1_000, 5_000)).toBeCloseTo(2_500, 6);
    expect(new Set(teach(0).weights)).toEqual(new Set([1]));
  });
});
