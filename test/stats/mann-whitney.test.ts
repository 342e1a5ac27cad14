import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mannWhitneyP } from '../../src/stats/mann-whitney.ts';

/** Share of all splits of the pooled values whose U lies at least as far from its mean, by listing them. */
function byEnumeration(first: readonly number[], second: readonly number[]): number {
  const pooled = [...first, ...second];
  const mean = (first.length * second.length) / 2;
  const distanceOf = (isFirst: (index: number) => boolean): number => {
    let u = 0;
    pooled.forEach((a, i) => {
      pooled.forEach((b, j) => {
        if (isFirst(i) && !isFirst(j)) u += a > b ? 1 : a === b ? 0.5 : 0;
      });
    });
    return Math.abs(u - mean);
  };
  const observed = distanceOf((index) => index < first.length);
  const distances: number[] = [];
  for (let mask = 0; mask < 1 << pooled.length; mask += 1) {
    const size = pooled.filter((_, index) => (mask >> index) & 1).length;
    if (size === first.length) distances.push(distanceOf((index) => ((mask >> index) & 1) === 1));
  }
  return distances.filter((distance) => distance >= observed).length / distances.length;
}

describe('mannWhitneyP', () => {
  it('is 2 in 252 for five values that all lie below the other five', () => {
    expect(mannWhitneyP([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(2 / 252, 12);
  });

  it('is 1 for samples that are alike', () => {
    expect(mannWhitneyP([1, 2, 3], [1, 2, 3])).toBe(1);
    expect(mannWhitneyP([7, 7, 7], [7, 7])).toBe(1);
  });

  it('is the share of splits at least as far apart, ties included', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        expect(mannWhitneyP(first, second)).toBeCloseTo(byEnumeration(first, second), 12);
      }),
    );
  });

  it('does not depend on which sample comes first', () => {
    const sample = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        expect(mannWhitneyP(first, second)).toBeCloseTo(mannWhitneyP(second, first), 12);
      }),
    );
  });

  it('throws on an empty sample and on NaN', () => {
    expect(() => mannWhitneyP([], [1])).toThrow(RangeError);
    expect(() => mannWhitneyP([1], [Number.NaN])).toThrow(RangeError);
  });
});
