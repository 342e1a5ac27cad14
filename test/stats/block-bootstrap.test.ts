import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { blockBootstrap } from '../../src/stats/block-bootstrap.ts';

const meanOf = (values: readonly number[], indices: Int32Array): number =>
  indices.reduce((sum, i) => sum + (values[i] as number), 0) / indices.length;

function interval(values: readonly number[], blockLength: number): { low: number; high: number } {
  const random = new SeededRandom(5);
  const options = { count: values.length, blockLength, resamples: 500, confidence: 0.95, random };
  return blockBootstrap(options, (indices) => meanOf(values, indices));
}

describe('blockBootstrap', () => {
  const random = new SeededRandom(3);
  const independent = Array.from({ length: 400 }, () => random.normal());

  it('gives about ±1.96 standard errors for the mean of independent values', () => {
    const { low, high } = interval(independent, 1);
    expect((high - low) / 2).toBeGreaterThan(0.075);
    expect((high - low) / 2).toBeLessThan(0.12);
  });

  it('is wider over blocks where neighbours move together', () => {
    const runs = independent.map((_, i) => independent[Math.floor(i / 20)] as number);
    const alone = interval(runs, 1);
    const blocks = interval(runs, 40);
    expect(blocks.high - blocks.low).toBeGreaterThan(2 * (alone.high - alone.low));
  });

  it('gives the same interval for the same seed', () => {
    expect(interval(independent, 10)).toEqual(interval(independent, 10));
  });
});
