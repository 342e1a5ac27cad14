import { describe, expect, it } from 'vitest';
import { studentTCdf, studentTQuantile } from '../../src/stats/student-t.ts';

/** degrees, t and the chance of at most t, by SciPy 1.17.1. */
const CDF: readonly (readonly [number, number, number])[] = [
  [2, -3.1, 0.04510036506509436],
  [2, 0.9, 0.7684474938223521],
  [12, -3.1, 0.004594998189195668],
  [12, -0.4, 0.3480926526963336],
  [12, 2.7, 0.9903453155036864],
  [30, -3.1, 0.0020922424302753724],
  [30, 0.9, 0.8123558566131159],
];

const QUANTILES: readonly (readonly [number, number, number])[] = [
  [2, 0.995, 9.924843200918287],
  [12, 0.995, 3.0545395893929013],
  [12, 0.975, 2.1788128296672284],
  [30, 0.9, 1.3104150253913955],
];

describe('studentTCdf', () => {
  it('has the reference values', () => {
    for (const [degrees, t, chance] of CDF) expect(studentTCdf(t, degrees)).toBeCloseTo(chance, 14);
  });

  it('ends at 0 and 1 and refuses odd degrees, for which it is not algebraic', () => {
    expect([studentTCdf(-Infinity, 12), studentTCdf(0, 12), studentTCdf(Infinity, 12)]).toEqual([0, 0.5, 1]);
    for (const degrees of [0, 1, 13, 2.5]) expect(() => studentTCdf(1, degrees)).toThrow(RangeError);
  });
});

describe('studentTQuantile', () => {
  it('has the reference values, mirrored below ½', () => {
    for (const [degrees, chance, t] of QUANTILES) {
      expect(studentTQuantile(chance, degrees)).toBeCloseTo(t, 12);
      expect(studentTQuantile(1 - chance, degrees)).toBeCloseTo(-t, 11);
    }
  });
});
