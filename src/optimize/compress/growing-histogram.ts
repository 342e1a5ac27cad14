/** Bins of equal width, as many below 0 as above. */
const HALF_BINS = 1_024;
/** Before a side would have more, neighbouring bins are merged. */
const HALF_BINS_MAX = 4_096;

/**
 * Counts of a stream of values in equal bins over [−limit, limit], 0 on the border of two. The first values
 * that are not all 0 set the width of a bin to (greatest |value|) ÷ 1,024. A value beyond the limit adds whole
 * bins on both sides, so that no count ever moves to another bin; where that would be more than 8,192 bins,
 * neighbours are merged first. So a histogram has at most 8,192 counts whatever it is shown, which
 * onnxruntime's calibrators, keeping every activation until the end, do not promise.
 */
export class GrowingHistogram {
  #counts: Float64Array = new Float64Array(0);
  #binWidth = 0;
  #zeros = 0;
  #low = 0;
  #high = 0;

  observe(values: ArrayLike<number>): void {
    const limit = this.#widen(values);
    if (this.#binWidth === 0 && limit > 0) {
      this.#binWidth = limit / HALF_BINS;
      this.#counts = new Float64Array(2 * HALF_BINS);
    }
    if (this.#binWidth > 0) this.#growTo(limit);
    for (let i = 0; i < values.length; i += 1) this.#count(values[i] as number);
  }

  get binWidth(): number {
    return this.#binWidth;
  }

  /** The least value seen, at most 0. */
  get low(): number {
    return this.#low;
  }

  /** The greatest value seen, at least 0. */
  get high(): number {
    return this.#high;
  }

  /** How many values were 0; they are in no bin. */
  get zeros(): number {
    return this.#zeros;
  }

  /** Of the values other than 0, from the lowest bin to the highest. */
  counts(): Float64Array {
    return this.#counts.slice();
  }

  /** Takes the values into the range, and gives the greatest |value| of it. */
  #widen(values: ArrayLike<number>): number {
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i] as number;
      if (value < this.#low) this.#low = value;
      if (value > this.#high) this.#high = value;
    }
    const limit = Math.max(-this.#low, this.#high);
    if (limit === Infinity) throw new RangeError('an activation is infinite');
    return limit;
  }

  #growTo(limit: number): void {
    while (Math.ceil(limit / this.#binWidth) > HALF_BINS_MAX) {
      this.#counts = mergedInPairs(this.#counts.length % 4 === 0 ? this.#counts : padded(this.#counts, 1));
      this.#binWidth *= 2;
    }
    const half = this.#counts.length / 2;
    const needed = Math.ceil(limit / this.#binWidth);
    if (needed > half) this.#counts = padded(this.#counts, needed - half);
  }

  #count(value: number): void {
    if (value === 0) this.#zeros += 1;
    if (value === 0 || Number.isNaN(value)) return;
    const last = this.#counts.length - 1;
    const bin = Math.floor(value / this.#binWidth) + (last + 1) / 2;
    const held = Math.min(Math.max(bin, 0), last);
    this.#counts[held] = (this.#counts[held] as number) + 1;
  }
}

/** With that many empty bins more on both sides. */
function padded(counts: Float64Array, binCount: number): Float64Array {
  const grown = new Float64Array(counts.length + 2 * binCount);
  grown.set(counts, binCount);
  return grown;
}

/** As many bins on either side of 0 as can be told in pairs, so that 0 stays on a border. */
function mergedInPairs(counts: Float64Array): Float64Array {
  return Float64Array.from(
    { length: counts.length / 2 },
    (_, i) => (counts[2 * i] as number) + (counts[2 * i + 1] as number),
  );
}
