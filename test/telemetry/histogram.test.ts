import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../src/telemetry/histogram.ts';

const latency = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -14, max: 14, noNaN: true }).map((exponent) => 2 ** exponent) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const anyValue = fc.oneof(latency, fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }));
const bucketsMax = fc.integer({ min: 2, max: 12 }).map((exponent) => 2 ** exponent);

function histogramOf(values: readonly number[], options = {}) {
  const histogram = new Histogram(options);
  for (const value of values) histogram.record(value);
  return histogram;
}

/** Sums depend on the order of addition in their last places; everything else does not. */
const withoutSum = (histogram: Histogram) => ({ ...histogram.snapshot(), sum: 0 });
const total = (counts: readonly number[]) => counts.reduce((sum, times) => sum + times, 0);

describe('Histogram', () => {
  it('lays its content out as an OTLP exponential histogram', () => {
    const { counts, ...rest } = histogramOf([0, 1, 2, 2, 4]).snapshot();
    expect(rest).toEqual({ scale: 6, count: 5, sum: 9, min: 0, max: 4, zeroCount: 1, offset: -1 });
    expect(counts).toHaveLength(129);
    expect(counts.flatMap((times, position) => (times > 0 ? [[position - 1, times]] : []))).toEqual([
      [-1, 1],
      [63, 2],
      [127, 1],
    ]);
  });

  it('is empty before the first value', () => {
    const histogram = new Histogram();
    expect(histogram.quantile(0.5)).toBeUndefined();
    expect(histogram.snapshot()).toEqual({
      scale: 6,
      count: 0,
      sum: 0,
      min: undefined,
      max: undefined,
      zeroCount: 0,
      offset: 0,
      counts: [],
    });
  });

  it('gives quantiles within the error that its scale states', () => {
    const values = fc.array(latency, { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), bucketsMax, (recorded, q, limit) => {
        const histogram = histogramOf(recorded, { bucketsMax: limit });
        const base = 2 ** (2 ** -histogram.snapshot().scale);
        const rank = Math.max(1, Math.ceil(q * recorded.length));
        const exact = recorded.toSorted((left, right) => left - right)[rank - 1] as number;
        const error = Math.abs((histogram.quantile(q) as number) - exact);
        expect(error).toBeLessThanOrEqual(exact * ((base - 1) / (base + 1)) * (1 + 1e-9));
      }),
    );
  });

  it('keeps full resolution, 0.54 %, from a microsecond to an hour', () => {
    const histogram = histogramOf([1e-6, 0.004, 0.0048, 3600]);
    expect(histogram.snapshot().scale).toBe(6);
    expect(Math.abs((histogram.quantile(0.5) as number) / 0.004 - 1)).toBeLessThan(0.0055);
  });

  it('gives the least and the greatest value exactly', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 50 }), bucketsMax, (recorded, limit) => {
        const histogram = histogramOf(recorded, { bucketsMax: limit });
        expect(histogram.quantile(0)).toBe(Math.min(...recorded));
        expect(histogram.quantile(1)).toBe(Math.max(...recorded));
      }),
    );
  });

  it('never gives a lower value for a higher quantile', () => {
    const q = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(anyValue, { minLength: 1, maxLength: 50 }),
        bucketsMax,
        q,
        q,
        (recorded, limit, a, b) => {
          const histogram = histogramOf(recorded, { bucketsMax: limit });
          const [low, high] = [histogram.quantile(Math.min(a, b)), histogram.quantile(Math.max(a, b))];
          expect(low).toBeLessThanOrEqual(high as number);
        },
      ),
    );
  });

  it('loses no count when its range outgrows its buckets, whatever the range', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 200 }), bucketsMax, (recorded, limit) => {
        const { counts, count, zeroCount } = histogramOf(recorded, { bucketsMax: limit }).snapshot();
        expect(count).toBe(recorded.length);
        expect(zeroCount + total(counts)).toBe(recorded.length);
        expect(counts.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('holds the least and the greatest f64 in four buckets', () => {
    const { scale, counts } = histogramOf([5e-324, 1, Number.MAX_VALUE], { bucketsMax: 4 }).snapshot();
    expect(scale).toBe(-10);
    expect(counts).toEqual([1, 1, 1]);
  });

  it('holds the same whatever the order of values', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 100 }), bucketsMax, (recorded, limit) => {
        const forwards = histogramOf(recorded, { bucketsMax: limit });
        const backwards = histogramOf(recorded.toReversed(), { bucketsMax: limit });
        expect(withoutSum(backwards)).toEqual(withoutSum(forwards));
      }),
    );
  });

  it('merged with others equals one that recorded everything', () => {
    const parts = fc.array(fc.array(anyValue, { maxLength: 50 }), { maxLength: 5 });
    fc.assert(
      fc.property(parts, bucketsMax, (recorded, limit) => {
        const merged = new Histogram({ bucketsMax: limit });
        for (const part of recorded) merged.merge(histogramOf(part, { bucketsMax: limit }).snapshot());
        expect(withoutSum(merged)).toEqual(withoutSum(histogramOf(recorded.flat(), { bucketsMax: limit })));
        const sum = recorded.flat().reduce((left, right) => left + right, 0);
        if (sum > 0 && Number.isFinite(sum)) expect(merged.snapshot().sum / sum).toBeCloseTo(1, 12);
      }),
    );
  });

  it('merges snapshots of other resolutions, also after a trip through JSON', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { maxLength: 50 }),
        fc.array(anyValue, { maxLength: 50 }),
        (left, right) => {
          const coarse = histogramOf(left, { bucketsMax: 16 }).snapshot();
          const fine = histogramOf(right);
          fine.merge(JSON.parse(JSON.stringify(coarse)));
          const { count, counts, zeroCount, scale, min } = fine.snapshot();
          expect(count).toBe(left.length + right.length);
          expect(zeroCount + total(counts)).toBe(count);
          expect(coarse.counts.length === 0 || scale <= coarse.scale).toBe(true);
          expect(min).toBe(count === 0 ? undefined : Math.min(...left, ...right));
        },
      ),
    );
  });

  it.each([-1, -5e-324, Number.NaN, Number.POSITIVE_INFINITY])(
    'throws on %d and stays as it was',
    (value) => {
      const histogram = histogramOf([1]);
      expect(() => histogram.record(value)).toThrow(RangeError);
      expect(histogram.snapshot()).toEqual(histogramOf([1]).snapshot());
    },
  );

  it.each([-0.1, 1.1, Number.NaN])('throws on the quantile %d', (q) => {
    expect(() => histogramOf([1]).quantile(q)).toThrow(RangeError);
  });

  it.each([2, 100, 131_072, 4.5, Number.NaN])('throws on %d buckets', (limit) => {
    expect(() => new Histogram({ bucketsMax: limit })).toThrow(RangeError);
  });
});
