import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { planSearch } from '../../../src/optimize/search/search-plan.ts';
import { tpeSampler } from '../../../src/optimize/search/tpe-sampler.ts';
import type { Trial } from '../../../src/optimize/search/trial.ts';

const kinds = [true, false];
const plan = planSearch({ x: { kind: 'float', low: 0, high: 1, scale: 'linear' } });
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const suggestions = (isMultivariate: boolean, history: readonly Trial[]): readonly number[] => {
  const sampler = tpeSampler({ plan, isMultivariate });
  return Array.from(
    { length: 60 },
    (_, seed) => sampler.suggest(history, new SeededRandom(seed))?.['x'] as number,
  );
};

const grid = (count: number, outcomeAt: (x: number) => Trial['outcome']): readonly Trial[] =>
  Array.from({ length: count }, (_, number) => {
    const x = ((number * 7) % count) / (count - 1);
    return { number, point: { x }, outcome: outcomeAt(x) };
  });

describe.each(kinds)('tpeSampler, multivariate %s', (isMultivariate) => {
  it('draws at random until 10 trials have finished, failed ones not counted', () => {
    const few = grid(9, (x) => ({ kind: 'complete', value: x }));
    const failed: Trial = { number: 9, point: { x: 0 }, outcome: { kind: 'failed' } };
    const history = [...few, ...Array.from({ length: 20 }, (_, i) => ({ ...failed, number: 9 + i }))];
    expect(Math.abs(mean(suggestions(isMultivariate, history)) - 0.5)).toBeLessThan(0.1);
  });

  it('goes where trials were good, whatever the size of their values', () => {
    for (const scale of [1e-9, 1e9]) {
      const history = grid(41, (x) => ({ kind: 'complete', value: scale * Math.abs(x - 0.8) }));
      const spread = suggestions(isMultivariate, history).map((x) => Math.abs(x - 0.8));
      expect(mean(spread)).toBeLessThan(0.1);
    }
  });

  it('ranks complete trials before pruned ones', () => {
    const history = grid(41, (x) =>
      Math.abs(x - 0.2) < 0.06 ? { kind: 'complete', value: 1000 } : { kind: 'pruned', rungValues: [0] },
    );
    expect(
      suggestions(isMultivariate, history).filter((x) => Math.abs(x - 0.2) < 0.15).length,
    ).toBeGreaterThan(50);
  });

  it('ranks pruned trials by how far they came, and then by their last value', () => {
    const history = grid(41, (x) => {
      const isLate = Math.abs(x - 0.3) < 0.15;
      return { kind: 'pruned', rungValues: isLate ? [0, 9 + Math.abs(x - 0.3)] : [x] };
    });
    expect(
      suggestions(isMultivariate, history).filter((x) => Math.abs(x - 0.3) < 0.1).length,
    ).toBeGreaterThan(50);
  });

  it('keeps away from what still runs', () => {
    const history = grid(41, (x) => ({ kind: 'complete', value: Math.abs(x - 0.5) }));
    const running = Array.from({ length: 12 }, (_, i): Trial => {
      return { number: 41 + i, point: { x: 0.46 + 0.04 * (i / 12) }, outcome: { kind: 'running' } };
    });
    const below = (trials: readonly Trial[]): number =>
      suggestions(isMultivariate, trials).filter((x) => x > 0.44 && x < 0.5).length;
    expect(below([...history, ...running])).toBeLessThan(below(history) / 2);
  });
});

describe('tpeSampler in a conditional space', () => {
  const conditional = planSearch({
    kind: { kind: 'categorical', choices: ['a', 'b'] },
    only: { kind: 'categorical', choices: ['constant'] },
    left: { kind: 'float', low: 0, high: 1, scale: 'linear', when: { parameter: 'kind', oneOf: ['a'] } },
    right: { kind: 'float', low: 0, high: 1, scale: 'linear', when: { parameter: 'kind', oneOf: ['b'] } },
  });
  const random = new SeededRandom(2);
  const history = Array.from({ length: 60 }, (_, number): Trial => {
    const isLeft = number % 2 === 0;
    const x = random.uniform();
    const point = isLeft
      ? { kind: 'a', only: 'constant', left: x }
      : { kind: 'b', only: 'constant', right: x };
    return { number, point, outcome: { kind: 'complete', value: isLeft ? Math.abs(x - 0.9) : 2 } };
  });

  it.each(kinds)('prefers the better branch and learns within it (multivariate %s)', (isMultivariate) => {
    const sampler = tpeSampler({ plan: conditional, isMultivariate });
    const points = Array.from(
      { length: 40 },
      (_, seed) => sampler.suggest(history, new SeededRandom(seed)) ?? {},
    );
    const left = points.filter(({ kind }) => kind === 'a').map((point) => point['left'] as number);
    expect(left.length).toBeGreaterThan(30);
    expect(mean(left.map((x) => Math.abs(x - 0.9)))).toBeLessThan(0.15);
    expect(points.every(({ only }) => only === 'constant')).toBe(true);
  });
});

describe('tpeSampler, multivariate', () => {
  it('sees that two parameters act together, where the independent one cannot', () => {
    const square = planSearch({
      x: { kind: 'float', low: 0, high: 1, scale: 'linear' },
      y: { kind: 'float', low: 0, high: 1, scale: 'linear' },
    });
    const random = new SeededRandom(4);
    const history = Array.from({ length: 200 }, (_, number): Trial => {
      const [x, y] = [random.uniform(), random.uniform()];
      // Good where both are low or both are high.
      return {
        number,
        point: { x, y },
        outcome: { kind: 'complete', value: Math.abs(x - y) - Math.abs(x - 0.5) },
      };
    });
    const apart = (isMultivariate: boolean): number => {
      const sampler = tpeSampler({ plan: square, isMultivariate });
      const gaps = Array.from({ length: 60 }, (_, seed) => {
        const point = sampler.suggest(history, new SeededRandom(seed)) ?? {};
        return Math.abs((point['x'] as number) - (point['y'] as number));
      });
      return mean(gaps);
    };
    expect(apart(true)).toBeLessThan(apart(false) / 2);
  });
});
