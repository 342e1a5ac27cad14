import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { plantedReturns } from '../../../src/optimize/data/planted-returns.ts';

const COUNT = 4_000;
const featureNames = ['ewma_volatility', 'other', 'sma_distance_50', 'bollinger_percent_b_20'];
const random = new SeededRandom(9);
const features = Float32Array.from({ length: COUNT * 4 }, () => random.normal());
const planted = (pull: number, seed = 1): Float64Array =>
  plantedReturns({ features, featureNames, count: COUNT, pull, seed });
const column = (place: number): Float64Array =>
  Float64Array.from({ length: COUNT }, (_, i) => features[i * 4 + place] as number);

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: Float64Array, mx: number, y: Float64Array, my: number): number =>
    x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] as number) - my), 0);
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}

describe('plantedReturns', () => {
  it('follow the trend, and turn around where it is stretched', () => {
    const returns = planted(0.6);
    const [trend, stretch] = [column(2), column(3)];
    const where = (wanted: (i: number) => boolean): number => {
      const kept = Array.from({ length: COUNT }, (_, i) => i).filter(wanted);
      const at = (x: Float64Array) => Float64Array.from(kept, (i) => x[i] as number);
      return correlation(at(returns), at(trend));
    };
    expect(where((i) => (stretch[i] as number) < 0.9)).toBeGreaterThan(0.3);
    expect(where((i) => (stretch[i] as number) > 1.1)).toBeLessThan(-0.3);
  });

  it('are larger where the volatility is, with and without a pull', () => {
    for (const pull of [0, 0.6]) {
      expect(correlation(planted(pull).map(Math.abs), column(0))).toBeGreaterThan(0.2);
    }
  });

  it('tell no direction without a pull', () => {
    for (const place of [0, 1, 2, 3]) {
      expect(Math.abs(correlation(planted(0), column(place)))).toBeLessThan(0.06);
    }
  });

  it('are the same for the same seed and others for another', () => {
    expect(planted(0.6)).toEqual(planted(0.6));
    expect(planted(0.6, 2)).not.toEqual(planted(0.6));
  });

  it('throw where a feature they hang on is not there', () => {
    const names = ['a', 'b', 'c', 'd'];
    expect(() => plantedReturns({ features, featureNames: names, count: COUNT, pull: 1, seed: 1 })).toThrow(
      'there is no feature sma_distance_50',
    );
  });
});
