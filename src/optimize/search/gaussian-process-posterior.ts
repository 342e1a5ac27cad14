import { exp } from '../../core/exp.ts';
import { log } from '../../core/log.ts';
import { solveLower } from '../../stats/cholesky.ts';
import { cholesky, inverseOf, solveUpper } from './cholesky.ts';
import { dot } from './dot.ts';

export interface Slope {
  readonly loss: number;
  readonly gradient: Float64Array;
}

/** −log of the posterior density, up to a constant, and its gradient in the logarithms of scales and noise. */
export function posterior(
  logParameters: Float64Array,
  distances: readonly Float64Array[],
  targets: Float64Array,
): Slope {
  const size = targets.length;
  const scaleCount = distances.length;
  const precisions = precisionsAt(logParameters, scaleCount);
  const noise = exp(logParameters[scaleCount] as number);
  const { kernel, slopes } = kernelMatrix(distances, precisions, noise, size);
  const lower = cholesky(kernel, size);
  if (lower === undefined)
    return { loss: Number.POSITIVE_INFINITY, gradient: new Float64Array(scaleCount + 1) };
  const weights = solveUpper(lower, size, solveLower(lower, size, targets));
  const variance = dot(targets, weights) / size;
  const inverse = inverseOf(lower, size);
  // ½ tr(M · ∂K) with M = K⁻¹ − w·wᵀ / variance, folded into M once for all scales.
  let noiseSlope = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      const at = i * size + j;
      const share =
        0.5 * ((inverse[at] as number) - ((weights[i] as number) * (weights[j] as number)) / variance);
      if (i === j) noiseSlope += share * noise;
      slopes[at] = (slopes[at] as number) * share;
    }
  }
  const gradient = new Float64Array(scaleCount + 1);
  for (const [scale, squared] of distances.entries()) {
    gradient[scale] = dot(slopes, squared) * (precisions[scale] as number);
  }
  gradient[scaleCount] = noiseSlope;
  let logDeterminant = 0;
  for (let i = 0; i < size; i += 1) logDeterminant += 2 * log(lower[i * size + i] as number);
  const likelihood = 0.5 * (size * log(variance) + logDeterminant);
  return { loss: likelihood + addPriors(logParameters, gradient), gradient };
}

/** Adds the priors' part to the gradient and gives their loss. */
function addPriors(logParameters: Float64Array, gradient: Float64Array): number {
  const scaleCount = logParameters.length - 1;
  let loss = 0;
  for (const [i, value] of logParameters.entries()) {
    const offset = value - (i < scaleCount ? logScaleMean(scaleCount) : LOG_NOISE_MEAN);
    const variance = i < scaleCount ? LOG_SCALE_VARIANCE : LOG_NOISE_VARIANCE;
    loss += (0.5 * offset * offset) / variance;
    gradient[i] = (gradient[i] as number) + offset / variance;
  }
  return loss;
}

export const precisionsAt = (logParameters: Float64Array, scaleCount: number): Float64Array =>
  logParameters.slice(0, scaleCount).map((value) => exp(-2 * value));

/**
 * K of signal variance 1, and by pair the factor that its slope in any log length scale has in common: with
 * k(r) = (1 + √5·r + 5r²/3) · e^(−√5·r), ∂k / ∂log ℓ = 5/3 · (1 + √5·r) · e^(−√5·r) · d² / ℓ².
 */
export function kernelMatrix(
  distances: readonly Float64Array[],
  precisions: Float64Array,
  noise: number,
  size: number,
): { readonly kernel: Float64Array; readonly slopes: Float64Array } {
  const kernel = new Float64Array(size * size);
  const slopes = new Float64Array(size * size);
  for (const [scale, squared] of distances.entries()) {
    const precision = precisions[scale] as number;
    for (let at = 0; at < kernel.length; at += 1) {
      kernel[at] = (kernel[at] as number) + (squared[at] as number) * precision;
    }
  }
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const reach = Math.sqrt(5 * (kernel[i * size + j] as number));
      const decay = exp(-reach);
      const value = (1 + reach + (reach * reach) / 3) * decay + (i === j ? noise : 0);
      const slope = (5 / 3) * (1 + reach) * decay;
      for (const at of [i * size + j, j * size + i]) {
        kernel[at] = value;
        slopes[at] = slope;
      }
    }
  }
  return { kernel, slopes };
}

/**
 * Log-normal priors: of length scales with a median of √scales / 4, of the noise's share with one of 10⁻⁴. Hvarfner et
 * al. have it grow with the root as well, but at 4.1 · √scales; with a free signal variance that let the first dozen
 * trials pass for noise around a plane, and the search for corners of the cube.
 */
export const logScaleMean = (scaleCount: number): number => 0.5 * log(scaleCount) - 1.4;
const LOG_SCALE_VARIANCE = 1;
export const LOG_NOISE_MEAN = -9.2;
const LOG_NOISE_VARIANCE = 4;
