import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { calibrationZ } from '../../src/stats/calibration-z.ts';

describe('calibrationZ', () => {
  it('is about standard normal of scores that are the probabilities', () => {
    const random = new SeededRandom(11);
    const zs = Array.from({ length: 400 }, () => {
      const scores = Array.from({ length: 200 }, () => random.uniform());
      return calibrationZ(
        scores,
        scores.map((score) => (random.uniform() < score ? 1 : 0)),
      );
    });
    const mean = zs.reduce((sum, z) => sum + z, 0) / zs.length;
    const deviation = Math.sqrt(zs.reduce((sum, z) => sum + (z - mean) ** 2, 0) / zs.length);
    expect(Math.abs(mean)).toBeLessThan(0.2);
    expect(deviation).toBeGreaterThan(0.85);
    expect(deviation).toBeLessThan(1.15);
  });

  it('is large and negative of scores that say too little, large and positive of those that say too much', () => {
    const labels = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 0 : 1));
    expect(
      calibrationZ(
        labels.map(() => 0.6),
        labels,
      ),
    ).toBeLessThan(-3.29);
    expect(
      calibrationZ(
        labels.map(() => 0.999),
        labels,
      ),
    ).toBeGreaterThan(3.29);
  });

  it('is NaN where nothing can be told', () => {
    expect(calibrationZ([0.5, 0.5], [0, 1])).toBeNaN();
  });
});
