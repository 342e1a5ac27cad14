import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binFeatures } from '../../../../src/optimize/train/trees/bin-features.ts';

const binColumn = (features: Float32Array, binsMax: number) =>
  binFeatures({ count: features.length, width: 1, features }, binsMax);

const values = fc.oneof(
  fc.float32Array({ minLength: 1, maxLength: 400 }),
  fc
    .array(fc.constantFrom(0, -0, 1, 2.5, NaN, Infinity, -Infinity, 1e-45), { minLength: 1, maxLength: 60 })
    .map((list) => Float32Array.from(list)),
);

describe('binFeatures', () => {
  it('puts a value in the first bin whose threshold it does not exceed, a missing one behind them all', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 255 }), (features, binsMax) => {
        const { bins, columns } = binColumn(features, binsMax);
        const thresholds = Array.from(columns[0]?.thresholds ?? []);
        expect(thresholds.length).toBeLessThan(binsMax);
        expect(thresholds).toEqual([...new Set(thresholds)].sort((a, b) => a - b));
        features.forEach((value, row) => {
          const first = thresholds.findIndex((threshold) => value <= threshold);
          const expected = Number.isNaN(value)
            ? thresholds.length + 1
            : first < 0
              ? thresholds.length
              : first;
          expect(bins[row]).toBe(expected);
        });
        expect(columns[0]?.hasMissing).toBe(features.some((value) => Number.isNaN(value)));
      }),
      { numRuns: 500 },
    );
  });

  it('gives each value a bin of its own while there are enough', () => {
    const { bins, columns } = binColumn(Float32Array.of(3, 1, 2, 1, 3, 2, 1), 3);
    expect(Array.from(bins)).toEqual([2, 0, 1, 0, 2, 1, 0]);
    expect(columns[0]?.thresholds).toEqual(Float32Array.of(1.5, 2.5));
  });

  it('shares many values out evenly, around one that is frequent', () => {
    const frequent = 500;
    const features = Float32Array.from({ length: 1000 }, (_, i) => (i < frequent ? 700 : i));
    const { bins } = binColumn(features, 16);
    const sizes = new Uint32Array(16);
    for (const bin of bins) sizes[bin] = (sizes[bin] as number) + 1;
    const others = sizes.filter((size) => size < frequent);
    expect(others).toHaveLength(15);
    expect(Math.max(...others) / Math.min(...others)).toBeLessThan(2);
  });

  it('keeps the columns apart', () => {
    const features = Float32Array.of(1, 10, 2, 10, 3, NaN);
    const { bins, columns } = binFeatures({ count: 3, width: 2, features }, 255);
    expect(Array.from(bins)).toEqual([0, 1, 2, 0, 0, 1]);
    expect(columns.map(({ hasMissing }) => hasMissing)).toEqual([false, true]);
  });

  it('refuses a number of bins that a byte cannot hold', () => {
    for (const binsMax of [1, 256, 2.5])
      expect(() => binColumn(Float32Array.of(1), binsMax)).toThrow('binsMax');
  });
});
