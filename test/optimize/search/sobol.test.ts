import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { SOBOL_DIMENSIONS_MAX, sobolCoordinate } from '../../../src/optimize/search/sobol.ts';

describe('sobolCoordinate', () => {
  const dimensions = Array.from({ length: SOBOL_DIMENSIONS_MAX }, (_, dimension) => dimension);

  it('puts one of every 2ᵏ points into each 2ᵏ-th of every dimension, whatever the scramble', () => {
    const random = new SeededRandom(11);
    for (const dimension of dimensions) {
      const scramble = random.uint32();
      for (const start of [0, 64, 4096]) {
        const cells = new Set<number>();
        for (let i = 0; i < 64; i += 1) {
          cells.add(Math.floor(64 * sobolCoordinate(start + i, dimension, scramble)));
        }
        expect(cells.size, `seed 11, dimension ${dimension}, from ${start}`).toBe(64);
      }
    }
  });

  it('fills each box of area 1/64 of the first two dimensions once with 64 points', () => {
    for (const bits of [1, 2, 3, 4, 5]) {
      const boxes = new Set<string>();
      for (let i = 0; i < 64; i += 1) {
        const x = Math.floor(2 ** bits * sobolCoordinate(i, 0, 77));
        const y = Math.floor(2 ** (6 - bits) * sobolCoordinate(i, 1, 78));
        boxes.add(`${x},${y}`);
      }
      expect(boxes.size).toBe(64);
    }
  });

  it('has the direction numbers of Joe and Kuo: integrates a product over 10 dimensions 5 times better than chance', () => {
    // ∫ Π (1 + (2x − 1)/2) = 1; 1,024 random points have a standard error of 0.039.
    let squares = 0;
    for (let scramble = 0; scramble < 8; scramble += 1) {
      const random = new SeededRandom(scramble);
      const scrambles = dimensions.slice(0, 10).map(() => random.uint32());
      let sum = 0;
      for (let i = 0; i < 1024; i += 1) {
        sum += scrambles.reduce((product, own, d) => product * (0.5 + sobolCoordinate(i, d, own)), 1);
      }
      squares += (sum / 1024 - 1) ** 2;
    }
    expect(Math.sqrt(squares / 8)).toBeLessThan(0.008);
  });

  it('knows no dimension beyond its tables', () => {
    expect(() => sobolCoordinate(0, SOBOL_DIMENSIONS_MAX, 0)).toThrow(RangeError);
  });
});
