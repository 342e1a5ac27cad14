import { describe, expect, it } from 'vitest';
import { walkForwardFolds } from '../../../src/optimize/select/walk-forward-folds.ts';

describe('walkForwardFolds', () => {
  it('judges the last half of the rows once, by what came at least a gap before', () => {
    for (const [count, gap] of [
      [12, 0],
      [13, 2],
      [1_000, 20],
      [17, 5],
    ] as const) {
      const folds = walkForwardFolds(count, gap);
      const judged = folds.flatMap(({ test }) => [...test]);
      const half = Math.floor(count / 2);
      expect(judged).toEqual(Array.from({ length: count - half }, (_, i) => half + i));
      for (const { train, test } of folds) {
        expect(train[0]).toBe(0);
        expect(train).toHaveLength((test[0] as number) - gap);
      }
    }
  });

  it('refuses too few rows', () => {
    expect(() => walkForwardFolds(4, 0)).toThrow(RangeError);
    expect(() => walkForwardFolds(100, 50)).toThrow(RangeError);
  });
});
