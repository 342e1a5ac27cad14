import { describe, expect, it } from 'vitest';
import { pairedDifference, type Stance } from '../../src/experiments/paired-difference.ts';

const terms = { roundTripCost: 0.001, gainMax: 0.02 };
const buy: Stance = { action: 'BUY', size: 1 };
const sell: Stance = { action: 'SELL', size: 0.5 };
const hold: Stance = { action: 'HOLD', size: 0 };

describe('pairedDifference', () => {
  it('is what the candidate earned more, after costs, over the gain that counts most', () => {
    expect(pairedDifference(buy, hold, 0.01, terms)).toBeCloseTo((0.01 - 0.001) / 0.02, 12);
    expect(pairedDifference(hold, buy, 0.01, terms)).toBeCloseTo(-(0.01 - 0.001) / 0.02, 12);
    expect(pairedDifference(buy, sell, 0.004, terms)).toBeCloseTo(
      (0.004 - 0.001 - (-0.002 - 0.0005)) / 0.02,
      12,
    );
  });

  it('is 0 where both do the same, whatever came', () => {
    for (const stance of [buy, sell, hold]) expect(pairedDifference(stance, stance, 0.3, terms)).toBe(0);
  });

  it('is bounded', () => {
    expect(pairedDifference(buy, sell, 0.5, terms)).toBe(1);
    expect(pairedDifference(buy, sell, -0.5, terms)).toBe(-1);
  });
});
