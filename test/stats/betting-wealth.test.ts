import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { createBettingWealth } from '../../src/stats/betting-wealth.ts';

const wealthOf = (observations: readonly number[], mean = 0) => {
  const gambler = createBettingWealth(mean);
  for (const observation of observations) gambler.add(observation);
  return gambler;
};

describe('createBettingWealth', () => {
  it.each([
    { name: 'coins', next: (random: SeededRandom) => (random.uniform() < 0.5 ? 1 : -1) },
    { name: 'rare large losses', next: (random: SeededRandom) => (random.uniform() < 0.1 ? -0.9 : 0.1) },
    { name: 'rare large gains', next: (random: SeededRandom) => (random.uniform() < 0.1 ? 0.9 : -0.1) },
    { name: 'small ones', next: (random: SeededRandom) => 0.1 * (2 * random.uniform() - 1) },
  ])('rarely ever reaches 1 ÷ α in 1,000 looks where the mean is 0: $name', ({ next }) => {
    const seed = 41;
    const random = new SeededRandom(seed);
    const runs = 2_000;
    const alphas = [0.2, 0.05, 0.01];
    const found = alphas.map(() => 0);
    for (let run = 0; run < runs; run += 1) {
      const gambler = createBettingWealth(0);
      for (let i = 0; i < 1_000; i += 1) gambler.add(next(random));
      alphas.forEach((alpha, i) => {
        if (gambler.peak() >= 1 / alpha) found[i] = (found[i] ?? 0) + 1;
      });
    }
    alphas.forEach((alpha, i) => {
      expect(found[i], `seed ${seed}, α ${alpha}`).toBeLessThanOrEqual(
        alpha * runs + 3 * Math.sqrt(alpha * runs),
      );
    });
  });

  it('is worth one on average where the mean is 0: all eight courses of three fair coins', () => {
    let sum = 0;
    for (let course = 0; course < 8; course += 1) {
      sum += wealthOf([0, 1, 2].map((bit) => ((course >> bit) & 1 ? 1 : -1))).wealth();
    }
    expect(sum / 8).toBeCloseTo(1, 14);
  });

  it('shows a mean of 0.1 at a deviation of 0.3 within 400 observations nearly always', () => {
    const random = new SeededRandom(5);
    let shown = 0;
    for (let run = 0; run < 300; run += 1) {
      const noise = () => 0.1 + 0.3 * Math.sqrt(3) * (2 * random.uniform() - 1);
      if (wealthOf(Array.from({ length: 400 }, noise)).peak() >= 20) shown += 1;
    }
    expect(shown / 300).toBeGreaterThan(0.97);
  });

  it('keeps its peak when the wealth is lost, never owes, and stays a number', () => {
    const lost = wealthOf([...Array(20).fill(1), ...Array(5_000).fill(-1)]);
    expect(lost.peak()).toBeGreaterThan(1_000);
    expect(lost.wealth()).toBeGreaterThanOrEqual(0);
    expect(lost.wealth()).toBeLessThan(1);
    expect(wealthOf(Array(5_000).fill(1)).wealth()).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('is the lower, the higher the mean that it bets against', () => {
    const random = new SeededRandom(9);
    const observations = Array.from({ length: 200 }, () => 2 * random.uniform() - 1);
    const wealths = [-0.9, -0.5, 0, 0.4, 1].map((mean) => wealthOf(observations, mean).wealth());
    expect(wealths).toEqual([...wealths].sort((a, b) => b - a));
  });

  it('refuses what is out of its range', () => {
    for (const observation of [1.01, -1.01, Number.NaN]) {
      expect(() => createBettingWealth(0).add(observation)).toThrow('not in');
    }
  });
});
