import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { blockPermutation } from '../../../src/optimize/select/block-permutation.ts';

describe('blockPermutation', () => {
  it.each([1, 2, 7, 50, 99, 100, 1_000])('has every row once with blocks of %i', (blockLength) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const permutation = blockPermutation(100, blockLength, new SeededRandom(seed));
      expect(
        [...permutation].sort((a, b) => a - b),
        `seed ${seed}`,
      ).toEqual([...Array(100).keys()]);
    }
  });

  it('keeps neighbours within a block together, around the end as well', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const permutation = blockPermutation(100, 10, new SeededRandom(seed));
      const breaks = permutation.filter(
        (row, i) => i > 0 && row !== ((permutation[i - 1] as number) + 1) % 100,
      );
      expect(breaks.length, `seed ${seed}`).toBeLessThanOrEqual(9);
    }
  });

  it('moves blocks to other phases for other seeds', () => {
    const starts = new Set<number>();
    for (let seed = 0; seed < 50; seed += 1) {
      starts.add((blockPermutation(100, 10, new SeededRandom(seed))[0] as number) % 10);
    }
    expect(starts.size).toBeGreaterThan(5);
  });
});
