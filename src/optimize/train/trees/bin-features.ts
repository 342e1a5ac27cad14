import { sortedFloats } from './sorted-floats.ts';
import { thresholdBetween } from './threshold-between.ts';

/**
 * Features as small integers, made once and used by any number of fits. A feature has a bin for each interval
 * between its thresholds and, where a value is missing (NaN), one more after them.
 */
export interface BinnedFeatures {
  readonly count: number;
  readonly width: number;
  /** u8[width × count], column-major: the bin of each row by feature. */
  readonly bins: Uint8Array;
  readonly columns: readonly BinnedColumn[];
}

export interface BinnedColumn {
  /**
   * Ascending, exact f32. A value is in the first bin b with `value ≤ thresholds[b]`, in the last if there is
   * none, so that a split by bins and a split by values in f32 are the same decision.
   */
  readonly thresholds: Float32Array;
  /** Whether bin `thresholds.length + 1` holds missing values. */
  readonly hasMissing: boolean;
}

interface Features {
  readonly count: number;
  readonly width: number;
  /** f32[count × width], row-major. NaN is a missing value, −∞ and ∞ are values. */
  readonly features: Float32Array;
}

/**
 * Each distinct value its own bin where at most `binsMax` exist, otherwise bins of about equally many rows.
 *
 * @param binsMax bins for values in a feature, in [2, 255]; the bin of missing values is not counted
 */
export function binFeatures({ count, width, features }: Features, binsMax: number): BinnedFeatures {
  if (!(Number.isInteger(binsMax) && binsMax >= 2 && binsMax <= 255))
    throw new RangeError(`binsMax is ${binsMax}, not an integer in [2, 255]`);
  if (features.length !== count * width)
    throw new RangeError(`${features.length} values are not ${count} rows of ${width}`);
  const bins = new Uint8Array(count * width);
  const values = new Float32Array(count);
  const columns = Array.from({ length: width }, (_, feature) => {
    for (let row = 0; row < count; row += 1) values[row] = features[row * width + feature] as number;
    const sorted = sortedFloats(values);
    const thresholds = thresholdsOf(sorted, binsMax);
    assignBins(values, thresholds, bins.subarray(feature * count, (feature + 1) * count));
    return { thresholds, hasMissing: sorted.length < count };
  });
  return { count, width, bins, columns };
}

/** `sorted`: ascending. At most `binsMax − 1` thresholds, each strictly between two values. */
function thresholdsOf(sorted: Float32Array, binsMax: number): Float32Array {
  const { values, counts } = distinct(sorted);
  const ends = values.length <= binsMax ? undefined : binEnds(counts, sorted.length, binsMax);
  const last = ends ? ends.length : Math.max(values.length - 1, 0);
  return Float32Array.from({ length: last }, (_, i) => {
    const end = ends ? (ends[i] as number) : i;
    return thresholdBetween(values[end] as number, values[end + 1] as number);
  });
}

function distinct(sorted: Float32Array): { readonly values: Float32Array; readonly counts: Uint32Array } {
  const values = new Float32Array(sorted.length);
  const counts = new Uint32Array(sorted.length);
  let size = 0;
  for (let i = 0; i < sorted.length; i += 1) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) {
      values[size] = sorted[i] as number;
      size += 1;
    }
    counts[size - 1] = (counts[size - 1] as number) + 1;
  }
  return { values: values.subarray(0, size), counts: counts.subarray(0, size) };
}

/**
 * Index of the last distinct value of each bin but the last. Values that fill a bin's share alone get their
 * own; the others are put together until a bin is nearest to its share of the rows that are left (after
 * LightGBM's GreedyFindBin).
 */
function binEnds(counts: Uint32Array, total: number, binsMax: number): number[] {
  const isFrequent = (i: number): boolean => (counts[i] as number) * binsMax >= total;
  let frequentLeft = 0;
  let rareRowsLeft = total;
  counts.forEach((count, i) => {
    if (!isFrequent(i)) return;
    frequentLeft += 1;
    rareRowsLeft -= count;
  });
  const ends: number[] = [];
  let inBin = 0;
  for (let i = 0; i < counts.length - 1 && ends.length < binsMax - 1; i += 1) {
    const count = counts[i] as number;
    const share = rareRowsLeft / Math.max(binsMax - ends.length - frequentLeft, 1);
    if (isFrequent(i)) frequentLeft -= 1;
    else inBin += count;
    const isFull = isFrequent(i + 1) ? inBin * 2 >= share : inBin + (counts[i + 1] as number) / 2 > share;
    if (!isFull && !isFrequent(i)) continue;
    ends.push(i);
    rareRowsLeft -= inBin;
    inBin = 0;
  }
  return ends;
}

function assignBins(values: Float32Array, thresholds: Float32Array, bins: Uint8Array): void {
  const missing = thresholds.length + 1;
  // Filled up with ∞ to a power of two, a search is eight comparisons for every value.
  const padded = new Float32Array(256).fill(Number.POSITIVE_INFINITY);
  padded.set(thresholds);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    let bin = 0;
    for (let step = 128; step > 0; step >>= 1) {
      if (value > (padded[bin + step - 1] as number)) bin += step;
    }
    bins[row] = Number.isNaN(value) ? missing : bin;
  }
}
