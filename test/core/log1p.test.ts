import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { log } from '../../src/core/log.ts';
import { log1p } from '../../src/core/log1p.ts';
import { expectWithinUlps, outwardNeighbour } from './math-reference.ts';

describe('log1p', () => {
  it('lies within 0.5001 ulp of the true value', () => {
    expectWithinUlps('log1p', 0.5001, log1p);
  });

  it.each([
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NaN],
    [-1, Number.NEGATIVE_INFINITY],
    [-1.0000000000000002, Number.NaN],
    [0, 0],
    [-0, -0],
    [5e-324, 5e-324],
    [-5e-324, -5e-324],
    [1, Math.LN2],
    [-0.5, -Math.LN2],
    [Number.MAX_VALUE, 709.782712893384],
  ])('of %d is %d', (x, value) => {
    expect(log1p(x)).toBe(value);
  });

  it('never falls from one number to the next', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e308, noNaN: true }), (x) => {
        expect(log1p(outwardNeighbour(x))).toBeGreaterThanOrEqual(log1p(x));
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -1, max: -5e-324, noNaN: true, minExcluded: true }), (x) => {
        expect(log1p(outwardNeighbour(x))).toBeLessThanOrEqual(log1p(x));
      }),
    );
  });

  it('equals log of 1 + x where that sum is exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 20) + 1, max: 2 ** 30 }), (numerator) => {
        const x = numerator / 2 ** 20;
        expect(Math.abs(log1p(x) - log(1 + x))).toBeLessThanOrEqual(Math.abs(log(1 + x)) * Number.EPSILON);
      }),
    );
  });
});
