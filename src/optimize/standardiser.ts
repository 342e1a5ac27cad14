/** z = clip((x − mean) × inverseDeviation, ±limit), feature by feature. */
export interface Standardiser {
  readonly mean: Float64Array;
  readonly inverseDeviation: Float64Array;
  readonly limit: number;
}

/** Deviations beyond it count as this far: one crash day must not outweigh a year, nor stretch int8 scales. */
const DEVIATIONS_MAX = 4;

/** A constant feature gets the factor 0, so that it says nothing. */
export function fitStandardiser(features: Float32Array, count: number): Standardiser {
  const featureCount = features.length / count;
  const mean = new Float64Array(featureCount);
  const inverseDeviation = new Float64Array(featureCount);
  for (let j = 0; j < featureCount; j += 1) {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += features[i * featureCount + j] as number;
    const average = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i += 1) {
      const deviation = (features[i * featureCount + j] as number) - average;
      squares += deviation * deviation;
    }
    mean[j] = Math.fround(average);
    inverseDeviation[j] = squares === 0 ? 0 : Math.fround(1 / Math.sqrt(squares / count));
  }
  return { mean, inverseDeviation, limit: DEVIATIONS_MAX };
}

/** The standardised rows, row-major. */
export function standardise(standardiser: Standardiser, features: ArrayLike<number>): Float64Array {
  const { mean, inverseDeviation, limit } = standardiser;
  const width = mean.length;
  return Float64Array.from(features, (value, i) => {
    const z = (value - (mean[i % width] as number)) * (inverseDeviation[i % width] as number);
    return Math.min(Math.max(z, -limit), limit);
  });
}
