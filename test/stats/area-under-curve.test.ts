import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve } from '../../src/stats/area-under-curve.ts';

describe('areaUnderCurve', () => {
  it('is 1 for a perfect order, 0 for its reverse and ½ where all scores tie', () => {
    expect(areaUnderCurve([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(areaUnderCurve([4, 3, 2, 1], [0, 0, 1, 1])).toBe(0);
    expect(areaUnderCurve([7, 7, 7, 7], [0, 1, 0, 1])).toBe(0.5);
  });

  it('is NaN where one class is missing', () => {
    expect(areaUnderCurve([1, 2], [1, 1])).toBeNaN();
  });

  it('equals the share of positive-negative pairs in order, ties counted half', () => {
    const row = fc.record({ score: fc.integer({ min: 0, max: 5 }), label: fc.integer({ min: 0, max: 1 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), (rows) => {
        const positives = rows.filter(({ label }) => label === 1);
        const negatives = rows.filter(({ label }) => label === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let wins = 0;
        for (const p of positives) {
          for (const n of negatives) wins += p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0;
        }
        const area = areaUnderCurve(
          rows.map(({ score }) => score),
          rows.map(({ label }) => label),
        );
        expect(area).toBeCloseTo(wins / (positives.length * negatives.length), 12);
      }),
    );
  });
});
