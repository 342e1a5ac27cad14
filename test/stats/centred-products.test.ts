import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { centredProducts } from '../../src/stats/centred-products.ts';
import { groupsOfSpan, pairedGain } from '../../src/stats/paired-gain.ts';

const ROWS = 1_008;

/** Scores that remember, as a trend does, and labels that go with them by `link`. */
function drawn(random: SeededRandom, link: number) {
  let trend = random.normal();
  const scores = Float64Array.from({ length: ROWS }, () => {
    trend = 0.98 * trend + 0.2 * random.normal();
    return 0.5 + 0.1 * trend;
  });
  const labels = Uint8Array.from(scores, (score) => (random.uniform() < 0.54 + link * (score - 0.5) ? 1 : 0));
  return { scores, labels };
}

function shownShare(seed: number, link: number, level: number, runs: number): number {
  const random = new SeededRandom(seed);
  let shown = 0;
  for (let run = 0; run < runs; run += 1) {
    const { scores, labels } = drawn(random, link);
    const products = centredProducts(scores, labels);
    if (pairedGain(products, level, groupsOfSpan(ROWS, 2)).low > 0) shown += 1;
  }
  return shown / runs;
}

describe('centredProducts', () => {
  it('has the covariance for its mean', () => {
    const products = centredProducts(Float64Array.of(0.2, 0.4, 0.9), Uint8Array.of(0, 0, 1));
    expect(products.reduce((sum, value) => sum + value, 0) / 3).toBeCloseTo((0.4 * 1) / 3, 12);
  });

  it.each([0.05, 0.0125, 0.00125])(
    'shows knowledge where there is none at no more than its level: %d',
    (level) => {
      const seed = 77;
      const runs = 4_000;
      const most = level + 3 * Math.sqrt(level / runs);
      expect(shownShare(seed, 0, level, runs), `seed ${seed}`).toBeLessThanOrEqual(most);
    },
  );

  it('is not taken in by a rate that drifted: every constant covaries with nothing', () => {
    const labels = Uint8Array.from({ length: 50 }, () => 1);
    expect(
      centredProducts(new Float64Array(50).fill(0.7), labels).every((value) => Math.abs(value) < 1e-15),
    ).toBe(true);
  });

  it('shows an AUC of about 0.58 at the level of a look nearly always', () => {
    expect(shownShare(5, 1.5, 0.00125, 200)).toBeGreaterThan(0.95);
  });
});
