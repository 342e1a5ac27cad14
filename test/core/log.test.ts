import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp } from '../../src/core/exp.ts';
import { log } from '../../src/core/log.ts';
import { expectWithinUlps, outwardNeighbour } from './math-reference.ts';

describe('log', () => {
  it('lies within 0.5001 ulp of the true value, for subnormal arguments too', () => {
    expectWithinUlps('log', 0.5001, log);
  });

  it.each([
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NaN],
    [0, Number.NEGATIVE_INFINITY],
    [-0, Number.NEGATIVE_INFINITY],
    [-1, Number.NaN],
    [-5e-324, Number.NaN],
    [1, 0],
    [2, Math.LN2],
    [10, Math.LN10],
    [Math.E, 1],
    [5e-324, -744.4400719213812],
    [Number.MAX_VALUE, 709.782712893384],
  ])('of %d is %d', (x, value) => {
    expect(log(x)).toBe(value);
  });

  it('never falls from one number to the next', () => {
    fc.assert(
      fc.property(fc.double({ min: 5e-324, max: 1e308, noNaN: true }), (x) => {
        expect(log(outwardNeighbour(x))).toBeGreaterThanOrEqual(log(x));
      }),
    );
  });

  it('is the inverse of exp', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 709, noNaN: true }), (x) => {
        expect(Math.abs(log(exp(x)) - x)).toBeLessThanOrEqual(x * Number.EPSILON);
      }),
    );
  });

  it('of every power of two is that multiple of ln 2', () => {
    for (let exponent = -1074; exponent <= 1023; exponent++) {
      expect(Math.abs(log(2 ** exponent) - exponent * Math.LN2)).toBeLessThan(2e-13);
    }
  });
});
