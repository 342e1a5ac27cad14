import type { SeededRandom } from '../core/seeded-random.ts';
import { quantile } from './quantile.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

interface BlockBootstrapOptions {
  /** Length of the series. */
  readonly count: number;
  /** Longer than the dependence in the series, such as overlapping labels. */
  readonly blockLength: number;
  readonly resamples: number;
  /** Two-sided, e.g. 0.95. */
  readonly confidence: number;
  readonly random: SeededRandom;
}

/**
 * Percentile interval of a statistic of a dependent series, by the circular block bootstrap (Politis and
 * Romano, 1992). `statistic` gets indices into the series; resamples where it is NaN are left out. NaN bounds
 * when none is left.
 */
export function blockBootstrap(
  options: BlockBootstrapOptions,
  statistic: (indices: Int32Array) => number,
): Interval {
  const { count, blockLength, resamples, confidence, random } = options;
  const indices = new Int32Array(count);
  const statistics: number[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    for (let filled = 0; filled < count; filled += blockLength) {
      const start = random.below(count);
      const length = Math.min(blockLength, count - filled);
      for (let i = 0; i < length; i += 1) indices[filled + i] = (start + i) % count;
    }
    const value = statistic(indices);
    if (!Number.isNaN(value)) statistics.push(value);
  }
  statistics.sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return { low: quantile(statistics, tail), high: quantile(statistics, 1 - tail) };
}
