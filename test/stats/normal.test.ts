import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../src/stats/normal.ts';

/** x and Φ(x) by mpmath 1.3.0 with 40 digits. */
const CDF: readonly (readonly [number, number])[] = [
  [-37, 5.725571222524577e-300],
  [-20.5, 1.0764673258790961e-93],
  [-12.4884, 4.318659688848695e-36],
  [-8, 6.220960574271784e-16],
  [-5.6568, 7.711064856975553e-9],
  [-3.3, 0.0004834241423837775],
  [-1.5, 0.06680720126885807],
  [-0.7, 0.24196365222307303],
  [-0.6629, 0.2536973008682368],
  [-0.3, 0.3820885778110474],
  [-1e-9, 0.49999999960105773],
  [0.25, 0.5987063256829237],
  [0.6, 0.7257468822499265],
  [1.2, 0.8849303297782917],
  [2.5, 0.9937903346742238],
  [4, 0.9999683287581669],
  [7, 0.9999999999987201],
];

/** p and Φ⁻¹(p), likewise. */
const QUANTILES: readonly (readonly [number, number])[] = [
  [1e-300, -37.0470962993612],
  [2.2e-50, -14.880680687577849],
  [1e-12, -7.034483825301132],
  [1e-5, -4.264890793922825],
  [0.005, -2.575829303548901],
  [0.0249, -1.961677869063786],
  [0.0751, -1.43882539275254],
  [0.3, -0.5244005127080408],
  [0.5, 0],
  [0.61, 0.27931903444745415],
  [0.924, 1.4325027208258119],
  [0.926, 1.4466320671589787],
  [0.975, 1.9599639845400538],
  [0.9999, 3.7190164854557084],
];

describe('normalCdf', () => {
  it('has the reference values to 10⁻¹⁵, in the far lower tail too', () => {
    for (const [x, expected] of CDF)
      expect(Math.abs(normalCdf(x) / expected - 1), `${x}`).toBeLessThan(1e-15);
  });

  it('is symmetric about ½ and ends at 0 and 1', () => {
    for (const [x] of CDF) expect(normalCdf(x) + normalCdf(-x), `${x}`).toBeCloseTo(1, 15);
    expect(normalCdf(0)).toBe(0.5);
    expect([normalCdf(-Infinity), normalCdf(-1e200), normalCdf(1e200), normalCdf(Infinity)]).toEqual([
      0, 0, 1, 1,
    ]);
    expect(normalCdf(NaN)).toBeNaN();
  });
});

describe('normalQuantile', () => {
  it('has the reference values to 10⁻¹⁵', () => {
    for (const [p, expected] of QUANTILES) {
      const scale = Math.max(1, Math.abs(expected));
      expect(Math.abs(normalQuantile(p) - expected) / scale, `${p}`).toBeLessThan(1e-15);
    }
  });

  it('is infinite at 0 and 1 and undefined beyond', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect([normalQuantile(-0.1), normalQuantile(1.1), normalQuantile(NaN)]).toEqual([NaN, NaN, NaN]);
  });
});
