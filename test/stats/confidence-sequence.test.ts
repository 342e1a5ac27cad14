import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { confidenceSequence } from '../../src/stats/confidence-sequence.ts';

describe('confidenceSequence', () => {
  it('holds the mean at all times in at least 1 − α of all series', () => {
    const seed = 17;
    const random = new SeededRandom(seed);
    const runs = 300;
    let left = 0;
    for (let run = 0; run < runs; run += 1) {
      const observations = Array.from({ length: 200 }, () => (random.uniform() < 0.6 ? 0.5 : -0.75));
      // Intervals of a sequence never grow, so the last one holds the mean exactly where all of them do.
      const { low, high } = confidenceSequence(observations, 0.1);
      if (low > 0 || high < 0) left += 1;
    }
    expect(left, `seed ${seed}`).toBeLessThanOrEqual(0.1 * runs);
  });

  it('never grows, narrows with what comes, and is everything before anything came', () => {
    const random = new SeededRandom(23);
    const observations = Array.from({ length: 400 }, () => 0.2 + 0.3 * (2 * random.uniform() - 1));
    let before = confidenceSequence([], 0.05);
    expect(before).toEqual({ low: -1, high: 1 });
    for (const count of [20, 50, 100, 200, 400]) {
      const { low, high } = confidenceSequence(observations.slice(0, count), 0.05);
      expect(low).toBeGreaterThanOrEqual(before.low);
      expect(high).toBeLessThanOrEqual(before.high);
      before = { low, high };
    }
    expect(before.low).toBeGreaterThan(0.1);
    expect(before.high).toBeLessThan(0.3);
  });

  it('is mirrored where the observations are', () => {
    const observations = [0.5, -0.2, 0.9, 0.1, -1, 1, 0.3];
    const { low, high } = confidenceSequence(observations, 0.5);
    const mirrored = confidenceSequence(
      observations.map((observation) => -observation),
      0.5,
    );
    expect(mirrored).toEqual({ low: -high, high: -low });
  });
});
