import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tanh } from '../../src/core/tanh.ts';
import { expectWithinUlps, outwardNeighbour } from './math-reference.ts';

describe('tanh', () => {
  it('lies within 0.57 ulp of the true value', () => {
    expectWithinUlps('tanh', 0.57, tanh);
  });

  it.each([
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NEGATIVE_INFINITY, -1],
    [0, 0],
    [-0, -0],
    [5e-324, 5e-324],
    [-5e-324, -5e-324],
    [1e-9, 1e-9],
    [Number.MAX_VALUE, 1],
    [20, 1],
    [20.000000000000004, 1],
    [-25, -1],
  ])('of %d is %d', (x, value) => {
    expect(tanh(x)).toBe(value);
  });

  it('is odd, stays within ±1 and never falls from one number to the next', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 25, noNaN: true }), (x) => {
        expect(tanh(-x)).toBe(-tanh(x));
        expect(tanh(x)).toBeLessThanOrEqual(1);
        expect(tanh(outwardNeighbour(x))).toBeGreaterThanOrEqual(tanh(x));
      }),
    );
  });

  it('rises across the seam between its two formulas', () => {
    let x = 0.24999999999999994;
    for (let step = 0; step < 10; step++) {
      expect(tanh(outwardNeighbour(x))).toBeGreaterThanOrEqual(tanh(x));
      x = outwardNeighbour(x);
    }
  });
});
