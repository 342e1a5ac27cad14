import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { logNormalMass, normalCdf, normalQuantile } from '../../src/stats/normal-distribution.ts';
import { scaledErfc } from '../../src/stats/scaled-erfc.ts';

const relativeError = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

describe('scaledErfc', () => {
  it.each([
    [0, 1],
    [0.1, 0.8964569799691268],
    [0.4, 0.6707877852947615],
    [0.47, 0.6314005166600344],
    [1, 0.427583576155807],
    [3.9, 0.14031418160068973],
    [4.1, 0.13383411641865198],
    [50, 0.011281536265323772],
    [1e6, 5.641895835474742e-7],
  ])('of %d is that of scipy.special.erfcx', (x, expected) => {
    expect(relativeError(scaledErfc(x), expected)).toBeLessThan(1e-15);
  });
});

describe('normalCdf', () => {
  it.each([
    [-37, 5.7255712225239266e-300],
    [-20, 2.7536241186061556e-89],
    [-5, 2.866515718791933e-7],
    [-1, 0.15865525393145707],
    [-0.67, 1 - 0.7485711049046899],
    [-0.6, 0.2742531177500736],
    [0.1, 0.539827837277029],
    [0.66, 0.7453730853286639],
    [3, 0.9986501019683699],
    [9, 1],
  ])('of %d is that of scipy.special.ndtr', (x, expected) => {
    expect(relativeError(normalCdf(x), expected)).toBeLessThan(4e-16 * (2 + x * x));
  });

  it('ends at 0 and 1 and passes NaN on', () => {
    expect([-Infinity, -60, 60, Infinity, NaN].map(normalCdf)).toEqual([0, 0, 1, 1, NaN]);
  });
});

describe('normalQuantile', () => {
  it.each([
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798409],
    [0.01, -2.3263478740408408],
    [0.07, -1.4757910281791706],
    [0.2, -0.8416212335729142],
    [0.6, 0.2533471031357997],
    [0.93, 1.475791028179171],
  ])('of %d is that of scipy.special.ndtri', (probability, expected) => {
    expect(relativeError(normalQuantile(probability), expected)).toBeLessThan(2e-15);
  });

  it('undoes the distribution function', () => {
    const random = new SeededRandom(5);
    for (let i = 0; i < 2000; i += 1) {
      const x = -8 * random.uniform() + 1;
      expect(Math.abs(normalQuantile(normalCdf(x)) - x), `seed 5, x ${x}`).toBeLessThan(1e-13);
    }
  });

  it('is infinite at the ends and undefined beyond them', () => {
    expect([0, 0.5, 1, -0.1, 1.1, NaN].map(normalQuantile)).toEqual([-Infinity, 0, Infinity, NaN, NaN, NaN]);
  });
});

describe('logNormalMass', () => {
  it('is the logarithm of a difference of distribution functions where that can be taken', () => {
    for (const [low, high] of [
      [-1, 2],
      [-3, -1],
      [0.5, 4],
      [-0.1, 0.1],
    ] as const) {
      const expected = Math.log(normalCdf(high) - normalCdf(low));
      expect(logNormalMass(low, high)).toBeCloseTo(expected, 12);
    }
  });

  it('does not underflow far out, on either side: log mass(50..51) by the asymptotic tail', () => {
    // log Q(50) = −1250 − log(50·√2π) + log(1 − 1/50² + 3/50⁴ − …); the rest from 51 on is e^−50.5 of it.
    const expected = -1250 - Math.log(50 * Math.sqrt(2 * Math.PI)) + Math.log(1 - 1 / 2500 + 3 / 6250000);
    expect(logNormalMass(50, 51)).toBeCloseTo(expected, 8);
    expect(logNormalMass(-51, -50)).toBe(logNormalMass(50, 51));
  });

  it('is −∞ of nothing and 0 of everything', () => {
    expect(logNormalMass(1, 1)).toBe(-Infinity);
    expect(logNormalMass(-Infinity, Infinity)).toBe(0);
    expect(logNormalMass(1, Infinity)).toBeCloseTo(Math.log(normalCdf(-1)), 14);
  });
});
