import type { Bar } from '../../features/bar.ts';
import { type FeatureSet, featureVector } from '../../features/vector.ts';

/**
 * What a model may learn from, oldest first; row i of `features` belongs to index i of the others. A decision
 * is taken after the close of its bar and filled at the next bar's open, so nothing an example knows is later
 * than its bar, and nothing it predicts is earlier than its fill.
 */
export interface Examples {
  readonly count: number;
  readonly featureCount: number;
  /** f32[count × featureCount], the numbers the served model would get. */
  readonly features: Float32Array;
  /** Start of the example's bar, epoch milliseconds. */
  readonly atMs: Float64Array;
  /** From the fill to the open `horizonBars` bars after it: what is predicted. */
  readonly horizonReturns: Float64Array;
  /** From the fill to the next open: what a unit position earns until the next decision can change it. */
  readonly nextReturns: Float64Array;
}

/** Bars without a defined vector (a flat window) give no example. Empty when there are too few bars. */
export function buildExamples(bars: readonly Bar[], set: FeatureSet, horizonBars: number): Examples {
  const first = set.windowBars - 1;
  const last = bars.length - 1 - (horizonBars + 1);
  const features: number[] = [];
  const atMs: number[] = [];
  const horizonReturns: number[] = [];
  const nextReturns: number[] = [];
  for (let i = first; i <= last; i += 1) {
    const vector = featureVector(set, bars.slice(i - first, i + 1));
    if (vector.undefinedNames.length > 0) continue;
    const fill = openAt(bars, i + 1);
    features.push(...vector.values);
    atMs.push((bars[i] as Bar).tMs);
    horizonReturns.push(openAt(bars, i + 1 + horizonBars) / fill - 1);
    nextReturns.push(openAt(bars, i + 2) / fill - 1);
  }
  return {
    count: atMs.length,
    featureCount: set.indicators.length,
    features: Float32Array.from(features),
    atMs: Float64Array.from(atMs),
    horizonReturns: Float64Array.from(horizonReturns),
    nextReturns: Float64Array.from(nextReturns),
  };
}

/** The examples from `start` up to and without `end`. */
export function sliceExamples(examples: Examples, start: number, end: number): Examples {
  const width = examples.featureCount;
  return {
    count: end - start,
    featureCount: width,
    features: examples.features.slice(start * width, end * width),
    atMs: examples.atMs.slice(start, end),
    horizonReturns: examples.horizonReturns.slice(start, end),
    nextReturns: examples.nextReturns.slice(start, end),
  };
}

const openAt = (bars: readonly Bar[], index: number): number => (bars[index] as Bar).open;
