import { exp } from '../../core/exp.ts';
import { log } from '../../core/log.ts';
import { cholesky, inverseOf, solveLower, solveUpper } from './cholesky.ts';

/**
 * Gaussian process regression with a Matérn-5/2 kernel, a length scale for each input (automatic relevance
 * determination), a constant mean of 0 and noise.
 *
 * Sources: Rasmussen and Williams, "Gaussian processes for machine learning" (2006), algorithm 2.1 and equations 5.8,
 * 5.9; the prior of the length scales: Hvarfner, Hellsten and Nardi, "Vanilla Bayesian optimization performs great in
 * high dimensions", ICML 2024.
 */
export interface GaussianProcess {
  /** Each input's square of the length scale, inverted. */
  readonly precisions: Float64Array;
  /** Variance of the function itself, in units of the targets'. */
  readonly signalVariance: number;
  /** Variance of the noise, as a share of the signal's. */
  readonly noiseShare: number;
  readonly inputs: readonly Float64Array[];
  readonly lower: Float64Array;
  /** K⁻¹ · targets, for K of signal variance 1. */
  readonly weights: Float64Array;
}

export interface Prediction {
  readonly mean: number;
  /** Standard deviation of the function without noise; > 0. */
  readonly deviation: number;
}

/** How input columns share a length scale: `scaleOf[column]` is the scale's index, 0 … scaleCount − 1. */
export interface InputScales {
  readonly scaleOf: readonly number[];
  readonly scaleCount: number;
}

/**
 * Fits to standardised `targets` by the greatest posterior density of length scales and noise, the signal's variance
 * following from them in closed form. Resilient backpropagation (iRprop−: Igel and Hüsken, 2003) from a fixed start
 * for a fixed number of steps, so the same data always gives the same process.
 */
export function fitGaussianProcess(
  inputs: readonly Float64Array[],
  targets: Float64Array,
  scales: InputScales,
): GaussianProcess {
  const distances = squaredDistances(inputs, scales);
  const start = new Float64Array(scales.scaleCount + 1).fill(logScaleMean(scales.scaleCount));
  start[scales.scaleCount] = LOG_NOISE_MEAN;
  const logParameters = descend(start, (at) => posterior(at, distances, targets));
  return processAt(logParameters, inputs, targets, scales, distances);
}

/**
 * Log-normal priors: of length scales with a median of √scales / 4, of the noise's share with one of 10⁻⁴. Hvarfner et
 * al. have it grow with the root as well, but at 4.1 · √scales; with a free signal variance that let the first dozen
 * trials pass for noise around a plane, and the search for corners of the cube.
 */
const logScaleMean = (scaleCount: number): number => 0.5 * log(scaleCount) - 1.4;
const LOG_SCALE_VARIANCE = 1;
const LOG_NOISE_MEAN = -9.2;
const LOG_NOISE_VARIANCE = 4;
/** e^±: bounds of length scales, and of the noise's share, whose lower one keeps K well conditioned. */
const LOG_SCALE_BOUNDS = [-5, 6] as const;
const LOG_NOISE_BOUNDS = [-13.8, 0] as const;

/** By scale, [n × n]: squared distances of the inputs in the columns that share it. */
function squaredDistances(
  inputs: readonly Float64Array[],
  { scaleOf, scaleCount }: InputScales,
): Float64Array[] {
  const size = inputs.length;
  const distances = Array.from({ length: scaleCount }, () => new Float64Array(size * size));
  for (const [i, a] of inputs.entries()) {
    for (const [j, b] of inputs.entries()) {
      for (const [column, scale] of scaleOf.entries()) {
        const gap = (a[column] as number) - (b[column] as number);
        const into = distances[scale] as Float64Array;
        into[i * size + j] = (into[i * size + j] as number) + gap * gap;
      }
    }
  }
  return distances;
}

interface Slope {
  readonly loss: number;
  readonly gradient: Float64Array;
}

/** −log of the posterior density, up to a constant, and its gradient in the logarithms of scales and noise. */
function posterior(
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

const precisionsAt = (logParameters: Float64Array, scaleCount: number): Float64Array =>
  logParameters.slice(0, scaleCount).map((value) => exp(-2 * value));

/**
 * K of signal variance 1, and by pair the factor that its slope in any log length scale has in common: with
 * k(r) = (1 + √5·r + 5r²/3) · e^(−√5·r), ∂k / ∂log ℓ = 5/3 · (1 + √5·r) · e^(−√5·r) · d² / ℓ².
 */
function kernelMatrix(
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

/** The best of what {@link STEPS} steps of iRprop− saw. */
function descend(start: Float64Array, slopeAt: (at: Float64Array) => Slope): Float64Array {
  const at = start.slice();
  const steps = new Float64Array(at.length).fill(0.3);
  const before = new Float64Array(at.length);
  let best = start;
  let bestLoss = Number.POSITIVE_INFINITY;
  for (let step = 0; step < STEPS; step += 1) {
    const { loss, gradient } = slopeAt(at);
    if (loss < bestLoss) {
      best = at.slice();
      bestLoss = loss;
    }
    for (let i = 0; i < at.length; i += 1) {
      const agreement = (gradient[i] as number) * (before[i] as number);
      if (agreement > 0) steps[i] = Math.min(1, (steps[i] as number) * 1.2);
      if (agreement < 0) steps[i] = Math.max(1e-3, (steps[i] as number) * 0.5);
      const slope = agreement < 0 ? 0 : (gradient[i] as number);
      before[i] = slope;
      const [low, high] = i < at.length - 1 ? LOG_SCALE_BOUNDS : LOG_NOISE_BOUNDS;
      const next =
        (at[i] as number) -
        Number(slope > 0) * (steps[i] as number) +
        Number(slope < 0) * (steps[i] as number);
      at[i] = Math.min(high, Math.max(low, next));
    }
  }
  return best;
}

const STEPS = 30;

function processAt(
  logParameters: Float64Array,
  inputs: readonly Float64Array[],
  targets: Float64Array,
  { scaleOf, scaleCount }: InputScales,
  distances: readonly Float64Array[],
): GaussianProcess {
  const size = targets.length;
  const scalePrecisions = precisionsAt(logParameters, scaleCount);
  const noiseShare = exp(logParameters[scaleCount] as number);
  const { kernel } = kernelMatrix(distances, scalePrecisions, noiseShare, size);
  const lower = cholesky(kernel, size);
  if (lower === undefined) throw new RangeError('The kernel matrix is not positive definite');
  const weights = solveUpper(lower, size, solveLower(lower, size, targets));
  return {
    precisions: Float64Array.from(scaleOf, (scale) => scalePrecisions[scale] as number),
    signalVariance: Math.max(dot(targets, weights) / size, Number.MIN_VALUE),
    noiseShare,
    inputs,
    lower,
    weights,
  };
}

export function predict(process: GaussianProcess, input: Float64Array): Prediction {
  const { inputs, precisions, lower, weights, signalVariance } = process;
  const covariances = Float64Array.from(inputs, (other) => {
    let squared = 0;
    for (let i = 0; i < input.length; i += 1) {
      const gap = (input[i] as number) - (other[i] as number);
      squared += gap * gap * (precisions[i] as number);
    }
    const reach = Math.sqrt(5 * squared);
    return (1 + reach + (reach * reach) / 3) * exp(-reach);
  });
  const explained = solveLower(lower, inputs.length, covariances);
  const share = Math.max(1 - dot(explained, explained), 1e-12);
  return { mean: dot(covariances, weights), deviation: Math.sqrt(signalVariance * share) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
