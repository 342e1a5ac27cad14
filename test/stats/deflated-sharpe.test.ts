import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import {
  deflatedSharpe,
  expectedMaximumSharpe,
  probabilisticSharpe,
  sharpeOf,
} from '../../src/stats/deflated-sharpe.ts';

/** The numerical example of Bailey and López de Prado (2014), p. 9-10: 2.5 a year over five years of 250 days. */
const estimate = { sharpe: 2.5 / Math.sqrt(250), count: 1_250, skewness: -3, kurtosis: 10 };
const variance = 1 / 2 / 250;

describe('deflatedSharpe', () => {
  it("has the paper's values: 0.9004 after 100 trials, 0.9505 after 46", () => {
    expect(expectedMaximumSharpe({ count: 100, variance })).toBeCloseTo(0.1132, 4);
    expect(deflatedSharpe(estimate, { count: 100, variance })).toBeCloseTo(0.9004, 4);
    expect(deflatedSharpe(estimate, { count: 46, variance })).toBeCloseTo(0.9505, 4);
  });

  it("has the paper's value for normal returns: 0.9505 after 88 trials", () => {
    const normal = { ...estimate, skewness: 0, kurtosis: 3 };
    expect(deflatedSharpe(normal, { count: 88, variance })).toBeCloseTo(0.9505, 3);
  });

  it('falls with every trial and is the probabilistic ratio against 0 after one', () => {
    const after = [1, 2, 10, 1_000].map((count) => deflatedSharpe(estimate, { count, variance }));
    expect(after).toEqual(after.toSorted((a, b) => b - a));
    expect(new Set(after).size).toBe(4);
    expect(after[0]).toBe(probabilisticSharpe(estimate, 0));
  });

  it('refuses what cannot be', () => {
    expect(() => probabilisticSharpe({ ...estimate, count: 1 }, 0)).toThrow(RangeError);
    expect(() => probabilisticSharpe({ sharpe: 1, count: 9, skewness: 5, kurtosis: 3 }, 0)).toThrow(
      'moments',
    );
    expect(() => expectedMaximumSharpe({ count: 0, variance })).toThrow(RangeError);
  });
});

describe('expectedMaximumSharpe', () => {
  it('is near the mean of the maximum of as many normal variates', () => {
    const random = new SeededRandom(12);
    const count = 50;
    let sum = 0;
    for (let run = 0; run < 4_000; run += 1) {
      sum += Math.max(...Array.from({ length: count }, () => random.normal() * 0.3));
    }
    expect(expectedMaximumSharpe({ count, variance: 0.09 })).toBeCloseTo(sum / 4_000, 1);
  });
});

describe('sharpeOf', () => {
  it('has the moments of a small sample', () => {
    const { sharpe, count, skewness, kurtosis } = sharpeOf([1, 1, 1, 5]);
    expect([sharpe, count, skewness, kurtosis]).toEqual([
      2 / Math.sqrt(3),
      4,
      expect.closeTo(24 / 4 / (3 * Math.sqrt(3)), 14),
      expect.closeTo(84 / 4 / 9, 14),
    ]);
  });

  it('refuses returns that do not vary', () => {
    expect(() => sharpeOf([0.5, 0.5, 0.5])).toThrow(RangeError);
  });
});
