/** z = clip((x − mean) × inverseDeviation, min, max), feature by feature. */
export interface Standardiser {
  readonly mean: Float64Array;
  readonly inverseDeviation: Float64Array;
  readonly min: number;
  readonly max: number;
}

/**
 * Deviations beyond these count as this far: one crash day must not outweigh a year, nor stretch int8 scales.
 * They are −128/32 and 127/32, so at the scale that quantization finds for them, 1/32, clipping and the
 * saturation of int8 are the same; onnxruntime may leave out a Clip before QuantizeLinear.
 */
const DEVIATIONS_MIN = -4;
const DEVIATIONS_MAX = 3.96875;

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
  return { mean, inverseDeviation, min: DEVIATIONS_MIN, max: DEVIATIONS_MAX };
}

/** The standardised rows, row-major. */
export function standardise(standardiser: Standardiser, features: ArrayLike<number>): Float64Array {
  const { mean, inverseDeviation, min, max } = standardiser;
  const width = mean.length;
  return Float64Array.from(features, (value, i) => {
    const z = (value - (mean[i % width] as number)) * (inverseDeviation[i % width] as number);
    return Math.min(Math.max(z, min), max);
  });
}
