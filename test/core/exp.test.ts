import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, expOfSum } from '../../src/core/exp.ts';
import { expectWithinUlps, outwardNeighbour } from './math-reference.ts';

const OVERFLOW_AT = 709.782712893384;
const UNDERFLOW_AT = -745.1332191019411;

describe('exp', () => {
  it('lies within 0.51 ulp of the true value, subnormal results included', () => {
    expectWithinUlps('exp', 0.51, exp);
  });

  it.each([
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, 0],
    [0, 1],
    [-0, 1],
    [5e-324, 1],
    [1e-17, 1],
    [-1e-17, 1],
    [1, Math.E],
    [Number.MAX_VALUE, Number.POSITIVE_INFINITY],
    [-Number.MAX_VALUE, 0],
    [OVERFLOW_AT, 1.7976931348622732e308],
    [outwardNeighbour(OVERFLOW_AT), Number.POSITIVE_INFINITY],
    [720, Number.POSITIVE_INFINITY],
    [UNDERFLOW_AT, 5e-324],
    [-745.2, 0],
    [-720, 2.0322308024e-313],
  ])('of %d is %d', (x, value) => {
    expect(exp(x)).toBe(value);
  });

  it('never falls from one number to the next', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 710, noNaN: true }), (x) => {
        expect(exp(outwardNeighbour(x))).toBeGreaterThanOrEqual(exp(x));
        expect(exp(outwardNeighbour(-x))).toBeLessThanOrEqual(exp(-x));
      }),
    );
  });

  it('turns sums into products to 14 digits', () => {
    const exponent = fc.double({ min: -300, max: 300, noNaN: true });
    fc.assert(
      fc.property(exponent, exponent, (x, y) => {
        const sum = x + y;
        // Of the two roundings of the arguments only this one matters; it is put back.
        const larger = Math.abs(x) > Math.abs(y) ? x : y;
        const lost = larger === x ? y - (sum - x) : x - (sum - y);
        expect(expOfSum(sum, lost) / (exp(x) * exp(y))).toBeCloseTo(1, 14);
      }),
    );
  });
});

describe('expOfSum', () => {
  it('takes account of a low part that the sum would round away', () => {
    const low = 2 ** -54;
    expect(1 + low).toBe(1);
    expect(expOfSum(700, 2 ** -45)).toBeGreaterThan(exp(700));
    expect(expOfSum(700, -(2 ** -45))).toBeLessThan(exp(700));
  });

  it('overflows and underflows like exp', () => {
    expect(expOfSum(Number.NaN, 0)).toBeNaN();
    expect(expOfSum(718.1, 1e-5)).toBe(Number.POSITIVE_INFINITY);
    expect(expOfSum(-746.5, 1e-5)).toBe(0);
  });
});
