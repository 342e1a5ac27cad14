import { exp } from '../../core/exp.ts';
import { SeededRandom } from '../../core/seeded-random.ts';

interface PlantedIn {
  /** f32[count × names], row-major. */
  readonly features: Float32Array;
  readonly featureNames: readonly string[];
  readonly count: number;
}

interface PlantedReturns extends PlantedIn {
  /** Deviations that a deviation of the signal moves a return by; 0 leaves noise. */
  readonly pull: number;
  readonly seed: number;
}

/**
 * Returns that are drawn, and that features do tell something of: their size goes with a volatility and part of their
 * sign with a trend, turned around where the trend is stretched. What a factory must find, and what a model that exists
 * to act can be taught.
 */
export function plantedReturns({ pull, seed, ...set }: PlantedReturns): Float64Array {
  const signal = plantedSignal(set);
  const size = scoresOf(set, 'ewma_volatility');
  const random = new SeededRandom(seed);
  return signal.map(
    (score, i) => RETURN_SIZE * exp(0.5 * (size[i] as number)) * (random.normal() + pull * score),
  );
}

/** What the sign of a planted return is drawn around, in deviations, one an example: the trend, turned around where it is stretched. */
export function plantedSignal(set: PlantedIn): Float64Array {
  const trend = scoresOf(set, 'sma_distance_50');
  const stretch = scoresOf(set, 'bollinger_percent_b_20');
  return trend.map((score, i) => ((stretch[i] as number) > 1 ? -score : score));
}

function scoresOf({ features, featureNames, count }: PlantedIn, name: string): Float64Array {
  const place = featureNames.indexOf(name);
  if (place < 0) throw new RangeError(`there is no feature ${name}`);
  const width = featureNames.length;
  return standardScores(
    Float64Array.from({ length: count }, (_, i) => features[i * width + place] as number),
  );
}

const RETURN_SIZE = 0.01;

/** Deviations from the mean, held to two. */
function standardScores(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
  return values.map((value) => Math.min(Math.max((value - mean) / Math.sqrt(variance), -2), 2));
}
