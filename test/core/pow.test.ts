import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pow } from '../../src/core/pow.ts';
import { expectWithinUlps, outwardNeighbour } from './math-reference.ts';

const special = [0, 0.5, 1, 2, 3, 2 ** 53 - 1, 2 ** 53, 5e-324, Number.MAX_VALUE, Number.POSITIVE_INFINITY];
const specials = [...special, ...special.map((x) => -x), Number.NaN];

describe('pow', () => {
  it('lies within 0.51 ulp of the true value, for subnormal arguments and results too', () => {
    expectWithinUlps('pow', 0.51, pow);
  });

  it('treats zeros, infinities, NaN, signs and parities as ECMAScript does', () => {
    for (const base of specials) {
      for (const exponent of specials) {
        // The platform's own operator says the kind; ordinary results may differ in the last place at near ties.
        const expected = base ** exponent;
        const isOrdinary = Number.isFinite(expected) && expected !== 0;
        const ratio = isOrdinary ? pow(base, exponent) / expected : 1;
        expect(isOrdinary ? expected : pow(base, exponent), `${base} ** ${exponent}`).toBe(expected);
        expect(ratio, `${base} ** ${exponent}`).toBeCloseTo(1, 14);
      }
    }
  });

  it.each([
    [2, 1023, 2 ** 1023],
    [2, 1024, Number.POSITIVE_INFINITY],
    [2, -1074, 5e-324],
    [2, -1075, 0],
    [2, -1080, 0],
    [-2, 1025, Number.NEGATIVE_INFINITY],
    [-2, -1075, -0],
    [10, 308, 1e308],
    [10, -323, 1e-323],
    [9, 0.5, 3],
    [1.0000000000000002, 1e300, Number.POSITIVE_INFINITY],
    [0.9999999999999999, 1e300, 0],
    [1e300, 1e-300, 1],
    [3.09483651900682e-309, -1.010883156697513, Number.POSITIVE_INFINITY],
    [-8, 1 / 3, Number.NaN],
  ])('of %d and %d is %d', (base, exponent, value) => {
    expect(pow(base, exponent)).toBe(value);
  });

  it('is exact wherever the power of an integer fits an f64', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), fc.nat({ max: 12 }), (base, exponent) => {
        const exact = BigInt(base) ** BigInt(exponent);
        fc.pre(exact < 2n ** 53n && exact > -(2n ** 53n));
        expect(pow(base, exponent)).toBe(Number(exact));
      }),
    );
  });

  it('of 2 differs from the product by one unit in the last place at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-150, max: 1e150, noNaN: true }), (x) => {
        expect(Math.abs(pow(x, 2) - x * x)).toBeLessThanOrEqual(x * x * Number.EPSILON);
      }),
    );
  });

  it('never falls from one base to the next for a positive exponent', () => {
    const base = fc.double({ min: 1e-50, max: 1e50, noNaN: true });
    fc.assert(
      fc.property(base, fc.double({ min: 0.1, max: 6, noNaN: true }), (x, exponent) => {
        expect(pow(outwardNeighbour(x), exponent)).toBeGreaterThanOrEqual(pow(x, exponent));
      }),
    );
  });
});
