import { describe, expect, it } from 'vitest';
import { calibrationBins } from '../../../src/optimize/measure/calibration-bins.ts';

describe('calibrationBins', () => {
  it('parts the rows into ten of equal number, by ascending score', () => {
    const scores = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) / 100);
    const { bins } = calibrationBins(scores, new Uint8Array(100));
    expect(bins.map(({ count }) => count)).toEqual(new Array(10).fill(10));
    bins.forEach(({ predictedMean }, i) => {
      expect(predictedMean).toBeCloseTo(i / 10 + 0.045, 12);
    });
  });

  it('has no error where each bin gets what it was promised, and the difference where not', () => {
    const scores = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0.2 : 0.8));
    const asPromised = Array.from(scores, (score, i) => (i % 10 < 10 * score ? 1 : 0));
    expect(calibrationBins(scores, asPromised).ece).toBeCloseTo(0, 12);
    expect(calibrationBins(scores, new Uint8Array(100)).ece).toBeCloseTo(0.5, 12);
  });

  it('leaves out bins without rows', () => {
    const { bins, ece } = calibrationBins([0.1, 0.9, 0.5], [0, 1, 1]);
    expect(bins.map(({ count, positives }) => [count, positives])).toEqual([
      [1, 0],
      [1, 1],
      [1, 1],
    ]);
    expect(ece).toBeCloseTo((0.1 + 0.1 + 0.5) / 3, 12);
  });
});
