import { log } from '../../core/log.ts';
import type { Calibrator, ValueRange } from './calibrator.ts';
import { GrowingHistogram } from './growing-histogram.ts';

/** Levels of int8 on one scale, coarsened as TensorRT and onnxruntime do, so that a bin is wider than a level. */
const LEVELS = 128;
/** Stands in for a probability of 0, so that the divergence stays finite. */
const SMOOTHING = 0.0001;

/**
 * The range [−t, t], cut to what was seen, whose distribution loses the least by being told in 128 levels:
 * the least Kullback-Leibler divergence between the values held to ±t and their quantized form (Migacz, 2017,
 * "8-bit inference with TensorRT"; onnxruntime's entropy calibrator, which looks at every t that is a whole
 * number of bins).
 */
export function entropyCalibrator(): Calibrator {
  const histogram = new GrowingHistogram();
  return {
    observe: (values) => histogram.observe(values),
    range(): ValueRange {
      const counts = histogram.counts();
      const half = counts.length / 2;
      let bestBins = half;
      let bestDivergence = Infinity;
      // Coarser than every bin, finer than a level: the divergence is flat at that scale.
      const stride = Math.max(1, Math.floor(half / 256));
      for (let bins = LEVELS / 2; bins <= half; bins += stride) {
        const divergence = divergenceAt(counts, bins);
        if (divergence < bestDivergence) {
          bestDivergence = divergence;
          bestBins = bins;
        }
      }
      const limit = bestBins * histogram.binWidth;
      return { low: Math.max(-limit, histogram.low), high: Math.min(limit, histogram.high) };
    },
  };
}

/** Divergence of the counts held to the middle 2 × `bins` bins from the same in {@link LEVELS} levels. */
function divergenceAt(counts: Float64Array, bins: number): number {
  const from = counts.length / 2 - bins;
  const inside = counts.slice(from, from + 2 * bins);
  const held = inside.slice();
  const last = held.length - 1;
  held[0] = (held[0] as number) + sumOf(counts.subarray(0, from));
  held[last] = (held[last] as number) + sumOf(counts.subarray(from + 2 * bins));
  return divergence(smoothed(held), smoothed(inLevels(inside, held)));
}

/** Each level's count spread evenly over those of its bins that hold anything. */
function inLevels(inside: Float64Array, held: Float64Array): Float64Array {
  const spread = new Float64Array(inside.length);
  for (let level = 0; level < LEVELS; level += 1) {
    const start = Math.floor((level * inside.length) / LEVELS);
    const end = Math.floor(((level + 1) * inside.length) / LEVELS);
    let filled = 0;
    for (let bin = start; bin < end; bin += 1) filled += held[bin] === 0 ? 0 : 1;
    const share = sumOf(inside.subarray(start, end)) / Math.max(1, filled);
    for (let bin = start; bin < end; bin += 1) spread[bin] = held[bin] === 0 ? 0 : share;
  }
  return spread;
}

/** Shares that sum to 1, none of them 0; all alike where there is nothing. */
function smoothed(counts: Float64Array): Float64Array {
  const total = sumOf(counts);
  const shares = counts.map((count) => Math.max(total > 0 ? count / total : 0, SMOOTHING / counts.length));
  const sum = sumOf(shares);
  return shares.map((share) => share / sum);
}

function divergence(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i += 1) sum += (p[i] as number) * log((p[i] as number) / (q[i] as number));
  return sum;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
