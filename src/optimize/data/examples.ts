import type { Bar } from '../../features/bar.ts';
import type { FeatureSet } from '../../features/vector.ts';
import { featureTable } from './feature-table.ts';

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
  /** Index of the example's bar in the bars they were built from. */
  readonly barIndex: Int32Array;
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
  const width = set.indicators.length;
  const table = featureTable(bars, set);
  const barIndex: number[] = [];
  for (let i = first; i <= last; i += 1) {
    if (table.subarray(i * width, (i + 1) * width).every(Number.isFinite)) barIndex.push(i);
  }
  const features = new Float32Array(barIndex.length * width);
  barIndex.forEach((i, row) => {
    features.set(table.subarray(i * width, (i + 1) * width), row * width);
  });
  const growth = (i: number, length: number): number =>
    openAt(bars, i + 1 + length) / openAt(bars, i + 1) - 1;
  return {
    count: barIndex.length,
    featureCount: width,
    features,
    barIndex: Int32Array.from(barIndex),
    atMs: Float64Array.from(barIndex, (i) => (bars[i] as Bar).tMs),
    horizonReturns: Float64Array.from(barIndex, (i) => growth(i, horizonBars)),
    nextReturns: Float64Array.from(barIndex, (i) => growth(i, 1)),
  };
}

const openAt = (bars: readonly Bar[], index: number): number => (bars[index] as Bar).open;
