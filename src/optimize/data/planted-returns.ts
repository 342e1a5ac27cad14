import { exp } from '../../core/exp.ts';
import { SeededRandom } from '../../core/seeded-random.ts';

interface PlantedReturns {
  /** f32[count × names], row-major. */
  readonly features: Float32Array;
  readonly featureNames: readonly string[];
  readonly count: number;
  /** Deviations that a deviation of the signal moves a return by; 0 leaves noise. */
  readonly pull: number;
  readonly seed: number;
}

/**
 * Returns that are drawn, and that features do tell something of: their size goes with a volatility and part of their
 * sign with a trend, turned around where the trend is stretched. What a factory must find, and what a model that exists
 * to act can be taught.
 */
export function plantedReturns({ features, featureNames, count, pull, seed }: PlantedReturns): Float64Array {
  const width = featureNames.length;
  const scoresOf = (name: string): Float64Array => {
    const place = featureNames.indexOf(name);
    if (place < 0) throw new RangeError(`there is no feature ${name}`);
    return standardScores(
      Float64Array.from({ length: count }, (_, i) => features[i * width + place] as number),
    );
  };
  const trend = scoresOf('sma_distance_50');
  const stretch = scoresOf('bollinger_percent_b_20');
  const size = scoresOf('ewma_volatility');
  const random = new SeededRandom(seed);
  return trend.map((score, i) => {
    const signal = (stretch[i] as number) > 1 ? -score : score;
    return RETURN_SIZE * exp(0.5 * (size[i] as number)) * (random.normal() + pull * signal);
  });
}

const RETURN_SIZE = 0.01;

/** Deviations from the mean, held to two. */
function standardScores(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
  return values.map((value) => Math.min(Math.max((value - mean) / Math.sqrt(variance), -2), 2));
}
