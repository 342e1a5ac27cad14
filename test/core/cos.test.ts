import { describe, expect, it } from 'vitest';
import { cos } from '../../src/core/cos.ts';
import { SeededRandom } from '../../src/core/seeded-random.ts';

describe('cos', () => {
  it('lies within 2⁻⁵² of the engine’s own, over many periods', () => {
    const random = new SeededRandom(8);
    for (const reach of [1, 4, 300, 1e5]) {
      for (let i = 0; i < 5000; i += 1) {
        const x = reach * (2 * random.uniform() - 1);
        expect(Math.abs(cos(x) - Math.cos(x)), `seed 8, x ${x}`).toBeLessThan(2 ** -52);
      }
    }
  });

  it('knows no angle out of its domain', () => {
    expect([Infinity, -Infinity, NaN, 1.1e5].map(cos)).toEqual([NaN, NaN, NaN, NaN]);
  });
});
