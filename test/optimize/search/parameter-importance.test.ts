import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { parameterImportance } from '../../../src/optimize/search/parameter-importance.ts';
import { planSearch, randomPoint } from '../../../src/optimize/search/search-plan.ts';
import type { Point, Space } from '../../../src/optimize/search/space.ts';
import type { Trial } from '../../../src/optimize/search/trial.ts';

const space: Space = {
  noise: { kind: 'float', low: 0, high: 1, scale: 'linear' },
  rate: { kind: 'float', low: 1e-3, high: 1, scale: 'log' },
  depth: { kind: 'int', low: 1, high: 8, scale: 'linear' },
  kind: { kind: 'categorical', choices: ['a', 'b', 'c'] },
  fixed: { kind: 'int', low: 3, high: 3, scale: 'linear' },
};

const trialsOf = (count: number, valueAt: (point: Point) => number): readonly Trial[] => {
  const plan = planSearch(space);
  const random = new SeededRandom(14);
  return Array.from({ length: count }, (_, number) => {
    const point = randomPoint(plan, random);
    return { number, point, outcome: { kind: 'complete', value: valueAt(point) } };
  });
};

const sharesOf = (trials: readonly Trial[]): Record<string, number> =>
  Object.fromEntries(
    parameterImportance({ space, trials, seed: 1 }).map(({ parameter, share }) => [parameter, share]),
  );

describe('parameterImportance', () => {
  it('ranks parameters by the variance they make', () => {
    const trials = trialsOf(
      200,
      (point) => 4 * Math.log10(point['rate'] as number) + (point['kind'] === 'c' ? 3 : 0),
    );
    const ranked = parameterImportance({ space, trials, seed: 1 });
    expect(ranked.slice(0, 2).map(({ parameter }) => parameter)).toEqual(['rate', 'kind']);
    // 4² · 3² / 12 = 12 of 14, and 3² · 2/9 = 2 of 14.
    const shares = sharesOf(trials);
    expect(Math.abs((shares['rate'] as number) - 12 / 14)).toBeLessThan(0.1);
    expect(Math.abs((shares['kind'] as number) - 2 / 14)).toBeLessThan(0.08);
    expect(shares['noise']).toBeLessThan(0.02);
    expect(shares['fixed']).toBe(0);
  });

  it('leaves to 1 what parameters make together', () => {
    const product = trialsOf(300, (point) => {
      return ((point['noise'] as number) - 0.5) * Math.log10((point['rate'] as number) * 31.6);
    });
    const total = Object.values(sharesOf(product)).reduce((sum, share) => sum + share, 0);
    expect(total).toBeLessThan(0.5);
    const alone = trialsOf(300, (point) => point['noise'] as number);
    expect(sharesOf(alone)['noise']).toBeGreaterThan(0.95);
  });

  it('is the same for the same seed, and counts complete trials alone', () => {
    const trials = trialsOf(60, (point) => point['depth'] as number);
    const others = [
      { number: 60, point: trials[0]?.point ?? {}, outcome: { kind: 'failed' } },
      { number: 61, point: trials[0]?.point ?? {}, outcome: { kind: 'pruned', rungValues: [1e9] } },
    ] as const;
    expect(sharesOf([...trials, ...others])).toEqual(sharesOf(trials));
  });

  it('says nothing of too few trials, nor of equal values', () => {
    expect(sharesOf(trialsOf(9, (point) => point['noise'] as number))).toEqual({});
    expect(sharesOf(trialsOf(50, () => 1))).toEqual({});
  });
});
