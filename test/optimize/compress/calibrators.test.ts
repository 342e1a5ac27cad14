import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { affineScale } from '../../../src/optimize/compress/affine-scale.ts';
import { entropyCalibrator } from '../../../src/optimize/compress/entropy-calibrator.ts';
import { GrowingHistogram } from '../../../src/optimize/compress/growing-histogram.ts';
import { minMaxCalibrator } from '../../../src/optimize/compress/min-max-calibrator.ts';
import { percentileCalibrator } from '../../../src/optimize/compress/percentile-calibrator.ts';

const SEED = 31;
const random = new SeededRandom(SEED);
const normal = Float32Array.from({ length: 100_000 }, () => random.normal());

describe('growing histogram', () => {
  it('counts the same whether values come at once or in batches that widen it', () => {
    const whole = new GrowingHistogram();
    whole.observe(normal.subarray(0, 1_000));
    whole.observe(normal.subarray(1_000));
    const parts = new GrowingHistogram();
    for (let at = 0; at < 1_000; at += 1_000) parts.observe(normal.subarray(at, at + 1_000));
    for (let at = 1_000; at < normal.length; at += 777) parts.observe(normal.subarray(at, at + 777));
    expect(parts.counts()).toEqual(whole.counts());
    expect(whole.counts().reduce((sum, count) => sum + count, 0)).toBe(normal.length);
  });

  it('keeps each value in a bin that holds it, also after growing and merging', () => {
    const histogram = new GrowingHistogram();
    for (const scale of [0.001, 1, 50, 30_000]) histogram.observe([scale, -scale, 0.3 * scale]);
    const counts = histogram.counts();
    expect(counts.length).toBeLessThanOrEqual(8_192);
    const binOf = (value: number): number => Math.floor(value / histogram.binWidth) + counts.length / 2;
    expect(counts[Math.min(binOf(30_000), counts.length - 1)]).toBe(1);
    expect(counts[binOf(9_000)]).toBe(1);
    expect(counts[binOf(-30_000)]).toBe(1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12);
  });

  it('waits for something other than 0, counts zeros apart and passes over NaN', () => {
    const histogram = new GrowingHistogram();
    histogram.observe([0, 0, NaN]);
    expect(histogram.counts()).toHaveLength(0);
    histogram.observe([2, 0, NaN]);
    expect([histogram.zeros, histogram.low, histogram.high]).toEqual([3, 0, 2]);
    expect(histogram.counts().reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(() => histogram.observe([Infinity])).toThrow(RangeError);
  });
});

describe(`calibrators, seed ${SEED}`, () => {
  it('min-max covers everything seen, and 0', () => {
    const calibrator = minMaxCalibrator();
    calibrator.observe([1, 3]);
    calibrator.observe([2, NaN]);
    expect(calibrator.range()).toEqual({ low: 0, high: 3 });
  });

  it('a percentile leaves out its share at both ends, to a bin', () => {
    const calibrator = percentileCalibrator(99);
    for (let at = 0; at < normal.length; at += 5_000) calibrator.observe(normal.subarray(at, at + 5_000));
    const { low, high } = calibrator.range();
    const outside = normal.filter((value) => value < low || value > high).length / normal.length;
    expect(outside).toBeGreaterThan(0.008);
    expect(outside).toBeLessThanOrEqual(0.01);
    expect(Math.abs(low + high)).toBeLessThan(0.1);
  });

  it('a percentile of a ReLU keeps 0 and is not widened by one outlier', () => {
    const calibrator = percentileCalibrator(99.99);
    calibrator.observe(normal.map((value) => Math.max(0, value)));
    calibrator.observe([1_000]);
    const { low, high } = calibrator.range();
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(3);
    expect(high).toBeLessThan(6);
  });

  it('100 % is what min-max finds', () => {
    const calibrator = percentileCalibrator(100);
    const plain = minMaxCalibrator();
    for (const part of [normal.subarray(0, 500), normal.subarray(500)]) {
      calibrator.observe(part);
      plain.observe(part);
    }
    expect(calibrator.range()).toEqual(plain.range());
  });

  it('entropy cuts a thin tail, keeps an even spread, and is not drawn in by zeros', () => {
    const tailed = entropyCalibrator();
    tailed.observe(normal);
    tailed.observe([40]);
    expect(tailed.range().high).toBeLessThan(20);
    expect(tailed.range().high).toBeGreaterThan(2);
    const even = entropyCalibrator();
    even.observe(Float32Array.from({ length: 50_000 }, () => 2 * random.uniform() - 1));
    expect(even.range().high).toBeGreaterThan(0.9);
    const zeros = entropyCalibrator();
    zeros.observe(normal.map((value) => Math.max(0, value)));
    expect(zeros.range().low).toBe(0);
    expect(zeros.range().high).toBeGreaterThan(2);
  });

  it('find an empty range where nothing but 0 was seen, which gets the scale 1', () => {
    for (const calibrator of [minMaxCalibrator(), percentileCalibrator(99.99), entropyCalibrator()]) {
      calibrator.observe([0, 0]);
      const { low, high } = calibrator.range();
      expect([Math.abs(low), Math.abs(high)]).toEqual([0, 0]);
      expect(affineScale({ low, high })).toEqual({ scale: 1, zeroPoint: 0 });
    }
  });
});

describe('affineScale', () => {
  it('rounds the zero point half to even and keeps 0 exact', () => {
    expect(affineScale({ low: 0, high: 255 })).toEqual({ scale: 1, zeroPoint: -128 });
    expect(affineScale({ low: -0.5, high: 254.5 })).toEqual({ scale: 1, zeroPoint: -128 });
    expect(affineScale({ low: -1.5, high: 253.5 })).toEqual({ scale: 1, zeroPoint: -126 });
    expect(affineScale({ low: 3, high: 5.1 })).toEqual({ scale: Math.fround(0.02), zeroPoint: -128 });
  });
});
