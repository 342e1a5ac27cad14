import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { domainOf } from '../../../src/optimize/search/domain.ts';
import { logDensity, parzenEstimator, sampleParzen } from '../../../src/optimize/search/parzen-estimator.ts';

const continuous = domainOf({ kind: 'float', low: -1, high: 3, scale: 'linear' });
const whole = domainOf({ kind: 'int', low: 1, high: 20, scale: 'log' });
const stepped = domainOf({ kind: 'float', low: 0, high: 2, scale: 'linear', step: 0.25 });
const digit = domainOf({ kind: 'int', low: 0, high: 9, scale: 'linear' });
const choice = domainOf({ kind: 'categorical', choices: ['a', 'b', 'c'] });

describe('parzenEstimator', () => {
  /** log_pdf of Optuna 5.0.0's _ParzenEstimator for the same observations, at the same places. */
  it.each([
    {
      name: 'the prior alone',
      domains: [continuous],
      observed: [],
      at: [[-0.7], [0.4], [2.9]],
      expected: [-1.435629060628941, -1.356566560628941, -1.458129060628941],
    },
    {
      name: 'one observation',
      domains: [continuous],
      observed: [[0.5]],
      at: [[-0.7], [0.4], [2.9]],
      expected: [-1.409068341118117, -1.3117180451209713, -1.5843322890364],
    },
    {
      name: 'more than 25, of which the older weigh less',
      domains: [continuous],
      observed: Array.from({ length: 40 }, (_, i) => [((i * 0.37) % 1) * 4 - 1]),
      at: [[-0.7], [0.4], [2.9]],
      expected: [-1.152541748571678, -1.2889239744648422, -1.177921155921687],
    },
    {
      name: 'three kinds of parameter jointly',
      domains: [continuous, whole, choice],
      observed: [
        [0, Math.log(3), 1],
        [2.5, Math.log(20), 0],
        [2.6, 0, 0],
      ],
      at: [
        [-0.7, 0, 2],
        [0.4, Math.log(5), 1],
        [2.9, Math.log(20), 0],
      ],
      expected: [-4.693704720489796, -5.3156461208643195, -6.43611133013544],
    },
    {
      name: 'values a step apart, with equal ones',
      domains: [stepped, digit],
      observed: [
        [0.25, 0],
        [0.25, 9],
        [1.5, 4],
        [2, 4],
      ],
      at: [
        [0, 9],
        [0.5, 0],
        [2, 5],
      ],
      expected: [-4.84146315492562, -4.284076202528359, -4.267143312003604],
    },
  ])('gives the density that Optuna 5.0.0 gives: $name', ({ domains, observed, at, expected }) => {
    const estimator = parzenEstimator(domains, observed);
    for (const [i, coordinates] of at.entries()) {
      expect(logDensity(estimator, coordinates)).toBeCloseTo(expected[i] ?? NaN, 11);
    }
  });

  it('integrates to 1 over numbers, steps and choices together', () => {
    const observed = [
      [0, Math.log(3), 1],
      [2.5, Math.log(20), 0],
      [2.6, 0, 0],
    ];
    const estimator = parzenEstimator([continuous, whole, choice], observed);
    let total = 0;
    for (let i = 0; i < 200; i += 1) {
      for (let n = 1; n <= 20; n += 1) {
        for (let c = 0; c < 3; c += 1) {
          total += (4 / 200) * Math.exp(logDensity(estimator, [-1 + (4 * (i + 0.5)) / 200, Math.log(n), c]));
        }
      }
    }
    expect(total).toBeCloseTo(1, 3);
  });

  it('draws as often as its density says', () => {
    const estimator = parzenEstimator(
      [choice, whole],
      [
        [1, Math.log(3)],
        [1, Math.log(4)],
      ],
    );
    const random = new SeededRandom(21);
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let i = 0; i < draws; i += 1) {
      const [c = NaN, n = NaN] = sampleParzen(estimator, random);
      const key = `${c},${Math.round(Math.exp(n))}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (let c = 0; c < 3; c += 1) {
      for (let n = 1; n <= 20; n += 1) {
        const expected = draws * Math.exp(logDensity(estimator, [c, Math.log(n)]));
        const actual = counts.get(`${c},${n}`) ?? 0;
        expect(Math.abs(actual - expected), `seed 21, ${c},${n}`).toBeLessThan(5 * Math.sqrt(expected) + 1);
      }
    }
  });

  it('stays within the domain when it draws', () => {
    const random = new SeededRandom(22);
    const estimator = parzenEstimator([continuous], [[-1], [3], [3]]);
    for (let i = 0; i < 2000; i += 1) {
      const [x = NaN] = sampleParzen(estimator, random);
      expect(x >= -1 && x <= 3, `seed 22, ${x}`).toBe(true);
    }
  });
});
