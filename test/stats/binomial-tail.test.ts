import { describe, expect, it } from 'vitest';
import { binomialTail } from '../../src/stats/binomial-tail.ts';

describe('binomialTail', () => {
  it('counts the outcomes of a few tosses', () => {
    expect(binomialTail(3, 3)).toBe(1 / 8);
    expect(binomialTail(2, 3)).toBe(4 / 8);
    expect(binomialTail(17, 20)).toBe(1351 / 1_048_576);
  });

  it('is 1 for no heads and 0 for more heads than tosses', () => {
    expect(binomialTail(0, 10)).toBe(1);
    expect(binomialTail(-1, 10)).toBe(1);
    expect(binomialTail(11, 10)).toBe(0);
  });

  it('leaves as much above half as below it, at the largest number of tosses', () => {
    expect(binomialTail(501, 1_000) + binomialTail(500, 1_000)).toBeCloseTo(1, 12);
    // P(X ≥ 550) by the sum of exact integers.
    expect(binomialTail(550, 1_000) / exactTail(550n, 1_000n)).toBeCloseTo(1, 11);
  });

  it.each([0, -1, 1.5, 1_001, NaN])('refuses %s tosses', (tosses) => {
    expect(() => binomialTail(1, tosses)).toThrow(RangeError);
  });
});

function exactTail(hits: bigint, tosses: bigint): number {
  let coefficient = 1n;
  let above = 0n;
  for (let k = 0n; k <= tosses; k += 1n) {
    if (k >= hits) above += coefficient;
    coefficient = (coefficient * (tosses - k)) / (k + 1n);
  }
  return Number((above << 64n) >> tosses) / 2 ** 64;
}
