import { describe, expect, it } from 'vitest';
import { correlatedGroups } from '../../../src/optimize/select/correlated-groups.ts';
import { selectionRows } from './selection-rows.ts';

const isPositive = (): boolean => true;

describe('correlatedGroups', () => {
  it('puts together what rises or falls together, straight or not, around the one with most neighbours', () => {
    const rows = selectionRows({
      count: 400,
      normals: 2,
      seed: 1,
      isPositive,
      derived: ([a = 0, b = 0], random) => [
        a * a * a,
        -a + 0.7 * random.normal(),
        b + random.normal() * 0.3,
        1,
      ],
    });
    const groups = correlatedGroups(rows, 0.5).map((group) => group.toSorted((x, y) => x - y));
    expect(groups).toEqual([[0, 2, 3], [1, 4], [5]]);
  });

  it('has every feature once, and each member close to its leader', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const rows = selectionRows({
        count: 200,
        normals: 3,
        seed,
        isPositive,
        derived: ([a = 0, b = 0, c = 0]) => [a + b, b + c, a + b + c, a - c],
      });
      const groups = correlatedGroups(rows, 0.3);
      expect(
        groups.flat().toSorted((x, y) => x - y),
        `seed ${seed}`,
      ).toEqual([0, 1, 2, 3, 4, 5, 6]);
      for (const [leader = 0, ...members] of groups) {
        for (const member of members) {
          const pair = {
            ...rows,
            width: 2,
            features: rows.features.filter((_, i) => i % 7 === leader || i % 7 === member),
          };
          expect(correlatedGroups(pair, 0.3), `seed ${seed}`).toHaveLength(1);
        }
      }
    }
  });

  it('gives missing values the mean rank, and leaves all-missing alone', () => {
    const rows = selectionRows({
      count: 300,
      normals: 1,
      seed: 1,
      isPositive,
      derived: ([a = 0], random) => [random.uniform() < 0.1 ? NaN : a, NaN],
    });
    expect(correlatedGroups(rows, 0.5)).toEqual([[0, 1], [2]]);
  });
});
