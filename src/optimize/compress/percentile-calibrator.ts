import type { Calibrator } from './calibrator.ts';
import { GrowingHistogram } from './growing-histogram.ts';

/**
 * The range that holds `percentile` % of the values, what is left out split evenly between both ends, to the
 * width of a histogram bin; never wider than what was seen. 99.99 leaves out one value in twenty thousand on
 * either side, enough that a single outlier does not stretch every code.
 *
 * @param percentile in (50, 100]
 */
export function percentileCalibrator(percentile: number): Calibrator {
  if (!(percentile > 50 && percentile <= 100))
    throw new RangeError(`percentile ${percentile} is not in (50, 100]`);
  const histogram = new GrowingHistogram();
  return {
    observe: (values) => histogram.observe(values),
    range() {
      const counts = histogram.counts();
      const middle = counts.length / 2;
      if (counts.length > 0) counts[middle] = (counts[middle] as number) + histogram.zeros;
      const total = counts.reduce((sum, count) => sum + count, 0);
      const cut = (total * (100 - percentile)) / 200;
      const edge = (bin: number): number => (bin - middle) * histogram.binWidth;
      const low = edge(binsWithin(counts, cut));
      const high = edge(counts.length - binsWithin(counts.toReversed(), cut));
      return {
        low: Math.min(0, Math.max(low, histogram.low)),
        high: Math.max(0, Math.min(high, histogram.high)),
      };
    },
  };
}

/** How many of the first bins together hold at most `share`. */
function binsWithin(counts: Float64Array, share: number): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin += 1) {
    sum += counts[bin] as number;
    if (sum > share) return bin;
  }
  return 0;
}
