import { finestIndexOf, middleOf, SCALE_MAX } from './bucket-index.ts';
import { BucketWindow } from './bucket-window.ts';

/**
 * What a histogram holds, as plain data in the layout of an OTLP ExponentialHistogramDataPoint: entry i of
 * `counts` counts the values in (b^(offset + i), b^(offset + i + 1)] with b = 2^(2^−scale). There are no
 * negative values.
 */
export interface HistogramSnapshot {
  readonly scale: number;
  readonly count: number;
  readonly sum: number;
  /** Undefined while the count is 0, like `max`. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly zeroCount: number;
  readonly offset: number;
  readonly counts: readonly number[];
}

interface HistogramOptions {
  /**
   * Buckets kept, a power of two in [4, 65536], 8 bytes each. When values span more, neighbours merge and the
   * resolution halves. Default 2048: in 16 KB values may differ by a factor of 2³² (1 µs to over an hour) at full
   * resolution; the 160 buckets that OpenTelemetry's SDKs keep would blur the p99 of such a range by 9 %.
   */
  readonly bucketsMax?: number;
}

/**
 * Base-2 exponential histogram of values from 0 on (OpenTelemetry metrics data model, "Exponential Histogram").
 * Memory is fixed, and the same values give the same counts on every engine and in every order: buckets come
 * from a value's bits and a table, never from a platform's logarithm.
 */
export class Histogram {
  #count = 0;
  #zeroCount = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  readonly #buckets: BucketWindow;

  constructor({ bucketsMax = 2048 }: HistogramOptions = {}) {
    const isPowerOfTwo = Number.isInteger(bucketsMax) && (bucketsMax & (bucketsMax - 1)) === 0;
    if (!isPowerOfTwo || bucketsMax < 4 || bucketsMax > 65_536) {
      throw new RangeError(`bucketsMax is ${bucketsMax}, not a power of two in [4, 65536]`);
    }
    this.#buckets = new BucketWindow(bucketsMax);
  }

  /** Counts a finite value from 0 on; throws a RangeError on any other. */
  record(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`A histogram counts finite values from 0 on, not ${value}`);
    }
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (value > 0) this.#buckets.add(finestIndexOf(value), SCALE_MAX, 1);
    else this.#zeroCount++;
  }

  /**
   * The value of rank ⌈q · count⌉ for q in [0, 1]; undefined while empty. Its relative error is at most
   * (b − 1)/(b + 1): 0.54 % at scale 6, about twice that at each scale below. The first and the last rank are exact.
   */
  quantile(q: number): number | undefined {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`q is ${q}, not in [0, 1]`);
    if (this.#count === 0) return undefined;
    const rank = Math.ceil(q * this.#count);
    if (rank <= 1) return this.#min;
    if (rank === this.#count) return this.#max;
    if (rank <= this.#zeroCount) return 0;
    const middle = middleOf(this.#buckets.indexOfRank(rank - this.#zeroCount), this.#buckets.scale);
    return Math.min(this.#max, Math.max(this.#min, middle));
  }

  /**
   * Adds what another histogram holds. Counts, minimum and maximum become exactly those of one histogram that
   * recorded everything, at the lower of both scales or one the joint range demands; the sum does, but for rounding.
   */
  merge(other: HistogramSnapshot): void {
    this.#count += other.count;
    this.#sum += other.sum;
    this.#zeroCount += other.zeroCount;
    this.#min = Math.min(this.#min, other.min ?? this.#min);
    this.#max = Math.max(this.#max, other.max ?? this.#max);
    other.counts.forEach((times, position) => {
      this.#buckets.add(other.offset + position, other.scale, times);
    });
  }

  snapshot(): HistogramSnapshot {
    const isEmpty = this.#count === 0;
    return {
      scale: this.#buckets.scale,
      count: this.#count,
      sum: this.#sum,
      min: isEmpty ? undefined : this.#min,
      max: isEmpty ? undefined : this.#max,
      zeroCount: this.#zeroCount,
      offset: this.#buckets.offset,
      counts: this.#buckets.counts(),
    };
  }
}
