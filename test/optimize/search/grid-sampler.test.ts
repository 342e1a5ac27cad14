import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { gridPoints, gridSampler } from '../../../src/optimize/search/grid-sampler.ts';
import { planSearch } from '../../../src/optimize/search/search-plan.ts';
import { createStudy } from '../../../src/optimize/search/study.ts';

const plan = planSearch({
  kind: { kind: 'categorical', choices: ['a', 'b'] },
  rate: { kind: 'float', low: 0.01, high: 1, scale: 'log' },
  depth: { kind: 'int', low: 1, high: 2, scale: 'log', when: { parameter: 'kind', oneOf: ['b'] } },
});

describe('gridPoints', () => {
  it('holds every combination once, with both bounds and only the active parameters', () => {
    const points = gridPoints(plan, 3);
    expect(points.map(({ kind, rate, depth }) => [kind, Number((rate as number).toFixed(9)), depth])).toEqual(
      [
        ['a', 0.01, undefined],
        ['a', 0.1, undefined],
        ['a', 1, undefined],
        ['b', 0.01, 1],
        ['b', 0.01, 2],
        ['b', 0.1, 1],
        ['b', 0.1, 2],
        ['b', 1, 1],
        ['b', 1, 2],
      ],
    );
    expect(Object.keys(points[0] ?? {})).toEqual(['kind', 'rate']);
  });

  it('takes all of few whole numbers, and some of many', () => {
    const ints = (high: number, scale: 'linear' | 'log'): unknown[] =>
      gridPoints(planSearch({ n: { kind: 'int', low: 1, high, scale } }), 5).map(({ n }) => n);
    expect(ints(5, 'log')).toEqual([1, 2, 3, 4, 5]);
    expect(ints(256, 'log')).toEqual([1, 4, 16, 64, 256]);
    expect(ints(101, 'linear')).toEqual([1, 26, 51, 76, 101]);
  });
});

describe('gridSampler', () => {
  it('goes through the points and ends', () => {
    const points = gridPoints(plan, 3);
    const sampler = gridSampler(points);
    const history = points.map((point, number) => ({ number, point, outcome: { kind: 'failed' } as const }));
    expect(sampler.suggest([], new SeededRandom(0))).toBe(points[0]);
    expect(sampler.suggest(history, new SeededRandom(0))).toBeUndefined();
  });

  it('ends a study for good', () => {
    const study = createStudy({
      space: { kind: { kind: 'categorical', choices: [1, 2] } },
      sampler: { kind: 'grid', valuesMax: 2 },
      seed: 0,
    });
    if (!study.ok) throw new Error(study.error);
    const points = Array.from({ length: 4 }, () => study.value.suggest()?.point['kind']);
    expect(points).toEqual([1, 2, undefined, undefined]);
  });
});
