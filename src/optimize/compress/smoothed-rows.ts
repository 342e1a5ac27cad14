import { pow } from '../../core/pow.ts';
import { SeededRandom } from '../../core/seeded-random.ts';

interface SmoothedRowsOptions {
  /** Rows to draw. */
  readonly count: number;
  readonly width: number;
  /** Least and greatest value of each feature that a service would accept; drawn values are held inside. */
  readonly min: ArrayLike<number>;
  readonly max: ArrayLike<number>;
  readonly seed: number;
}

/**
 * Distinct rows that look like the given ones, by the smoothed bootstrap (Efron, 1979; Silverman, 1986, §6.4):
 * a row drawn with replacement, plus normal noise for each feature on its own with the bandwidth
 * 1.06 × min(deviation, interquartile range ÷ 1.34) × n^(−1/5), by Silverman's rule (§3.4.2). A feature whose
 * interquartile range is 0 takes its deviation. Where a model's forms are compared, a hundred thousand such
 * rows try its thresholds between the few thousand places that were observed; they are no new evidence about
 * the market.
 *
 * Missing values (NaN) stay missing. Same seed, same rows.
 *
 * @param rows f32[n × width], row-major, n ≥ 2
 * @returns f32[count × width], and from which row each was drawn
 */
export function smoothedRows(
  rows: Float32Array,
  { count, width, min, max, seed }: SmoothedRowsOptions,
): { readonly rows: Float32Array; readonly sources: Int32Array } {
  const n = rows.length / width;
  if (!Number.isInteger(n) || n < 2) throw new RangeError(`${rows.length} values are not rows of ${width}`);
  const bandwidths = Array.from({ length: width }, (_, j) => bandwidthOf(columnOf(rows, width, j)));
  const random = new SeededRandom(seed);
  const drawn = new Float32Array(count * width);
  const sources = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    const source = random.below(n);
    sources[i] = source;
    for (let j = 0; j < width; j += 1) {
      const value = (rows[source * width + j] as number) + (bandwidths[j] as number) * random.normal();
      drawn[i * width + j] = Math.min(Math.max(value, min[j] as number), max[j] as number);
    }
  }
  return { rows: drawn, sources };
}

/** The values that are not missing, ascending. */
function columnOf(rows: Float32Array, width: number, feature: number): Float64Array {
  const column = Float64Array.from(
    { length: rows.length / width },
    (_, i) => rows[i * width + feature] as number,
  );
  return column.filter((value) => !Number.isNaN(value)).sort();
}

function bandwidthOf(sorted: Float64Array): number {
  if (sorted.length < 2) return 0;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance =
    sorted.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (sorted.length - 1);
  const deviation = Math.sqrt(variance);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
  const spread = (at(0.75) - at(0.25)) / 1.34;
  return (1.06 * (spread > 0 ? Math.min(deviation, spread) : deviation)) / pow(sorted.length, 0.2);
}
