import { describe, expect, it } from 'vitest';
import { fitDomain, insideDomain } from '../../../src/optimize/measure/domain.ts';

const rows = Float32Array.of(0, 10, 4, 20, 2, 12);

describe('fitDomain', () => {
  it('is the range of each feature, widened by the margin, with the mean row as baseline', () => {
    expect(fitDomain(rows, 2, 0.25)).toEqual({ min: [-1, 7.5], max: [5, 22.5], baseline: [2, 14] });
  });

  it('holds the rows it was made from', () => {
    const drawn = Float32Array.from({ length: 300 }, (_, i) => 1e6 + (i % 7) / 8);
    expect(insideDomain(fitDomain(drawn, 3, 0.25), drawn).every(Boolean)).toBe(true);
    const constant = new Float32Array(30).fill(0.123456789);
    expect(insideDomain(fitDomain(constant, 3, 0.25), constant).every(Boolean)).toBe(true);
    expect(insideDomain(fitDomain(rows, 2, 0), rows)).toEqual([true, true, true]);
  });
});

describe('insideDomain', () => {
  const domain = { min: [0, 0], max: [1, 2], baseline: [0, 0] };
  it('counts the bounds in, and what is not a number out', () => {
    const asked = Float32Array.of(0, 2, 1, 0, 1.001, 0, 0.5, -0.001, NaN, 1);
    expect(insideDomain(domain, asked)).toEqual([true, true, false, false, false]);
  });
});
