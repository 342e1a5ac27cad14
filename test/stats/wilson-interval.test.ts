import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../src/stats/wilson-interval.ts';

describe('wilsonInterval', () => {
  it('gives the textbook interval of 8 in 10', () => {
    const { low, high } = wilsonInterval(8, 10);
    expect(low).toBeCloseTo(0.4901625, 6);
    expect(high).toBeCloseTo(0.9433178, 6);
  });

  it('has some length at both ends and stays inside [0, 1]', () => {
    const none = wilsonInterval(0, 20);
    expect(none.low).toBe(0);
    expect(none.high).toBeCloseTo(0.1611252, 6);
    const all = wilsonInterval(20, 20);
    expect(all.high).toBe(1);
    expect(all.low).toBeCloseTo(1 - none.high, 12);
  });

  it('holds the share it was drawn from about 95 times in 100', () => {
    // Exact coverage at n = 50, p = 0.3: the binomial probability of all counts whose interval holds p.
    const [count, share] = [50, 0.3];
    let probability = 1;
    for (let i = 0; i < count; i += 1) probability *= 1 - share;
    let covered = 0;
    for (let positives = 0; positives <= count; positives += 1) {
      const { low, high } = wilsonInterval(positives, count);
      if (low <= share && share <= high) covered += probability;
      probability *= ((count - positives) / (positives + 1)) * (share / (1 - share));
    }
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.97);
  });

  it('refuses what is no share', () => {
    expect(() => wilsonInterval(1, 0)).toThrow(RangeError);
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(-1, 2)).toThrow(RangeError);
  });
});
