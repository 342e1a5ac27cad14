import { exp } from '../../core/exp.ts';
import { solveLower } from '../../stats/cholesky.ts';
import { cholesky, solveUpper } from './cholesky.ts';
import { dot } from './dot.ts';
import {
  kernelMatrix,
  LOG_NOISE_MEAN,
  logScaleMean,
  posterior,
  precisionsAt,
  type Slope,
} from './gaussian-process-posterior.ts';

/**
 * Gaussian process regression with a Matérn-5/2 kernel, a length scale for each input (automatic relevance
 * determination), a constant mean of 0 and noise.
 *
 * Sources: Rasmussen and Williams, "Gaussian processes for machine learning" (2006), algorithm 2.1 and equations 5.8,
 * 5.9; the form of the length scales' prior: Hvarfner, Hellsten and Nardi, "Vanilla Bayesian optimization performs great in
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
      const next = (at[i] as number) - Math.sign(slope) * (steps[i] as number);
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
