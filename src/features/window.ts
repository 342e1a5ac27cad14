import { Series } from './series.ts';

/** The last `size` numbers of a series. Index 0 is the oldest. */
export class Window {
  readonly size: number;
  readonly #series: Series;
  #meanAt = -1;
  #mean = 0;
  #varianceAt = -1;
  #variance = 0;

  /** @param series shared with other windows, which then push for this one too; its length is at least `size` */
  constructor(size: number, series?: Series) {
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`window size ${size} is not a positive integer`);
    this.size = size;
    this.#series = series ?? new Series(size);
  }

  get isFull(): boolean {
    return this.#series.taken >= this.size;
  }

  push(value: number): void {
    this.#series.push(value);
  }

  /** Where the window's numbers stand, from the oldest at `from` on; for whoever walks them all. */
  get values(): readonly number[] {
    return this.#series.values;
  }

  get from(): number {
    return this.#series.end - this.size;
  }

  /** The value at `index` from the oldest; `0 ≤ index < size`, and the window must be full. */
  at(index: number): number {
    return this.#series.values[this.#series.end - this.size + index] as number;
  }

  get newest(): number {
    return this.at(this.size - 1);
  }

  /** Of a full window of positive numbers, and so is `min`. `Math.max` would ask of each about NaN and the sign of 0. */
  get max(): number {
    const { values, end } = this.#series;
    let max = 0;
    for (let i = end - this.size; i < end; i += 1) {
      const value = values[i] as number;
      if (value > max) max = value;
    }
    return max;
  }

  get min(): number {
    const { values, end } = this.#series;
    let min = Number.POSITIVE_INFINITY;
    for (let i = end - this.size; i < end; i += 1) {
      const value = values[i] as number;
      if (value < min) min = value;
    }
    return min;
  }

  get sum(): number {
    const { values, end } = this.#series;
    let sum = 0;
    for (let i = end - this.size; i < end; i += 1) sum += values[i] as number;
    return sum;
  }

  /**
   * Summed as distances from the oldest value, so that the mean of equal values is that value, not what their
   * sum rounds to: a flat window has deviations, and moments, of exactly 0.
   */
  get mean(): number {
    const { values, end, taken } = this.#series;
    if (this.#meanAt === taken) return this.#mean;
    const origin = values[end - this.size] as number;
    let distance = 0;
    for (let i = end - this.size; i < end; i += 1) distance += (values[i] as number) - origin;
    this.#meanAt = taken;
    this.#mean = origin + distance / this.size;
    return this.#mean;
  }

  /** Mean of (x − mean)^order over the window. */
  centralMoment(order: 2 | 3 | 4): number {
    const { taken } = this.#series;
    if (order === 2 && this.#varianceAt === taken) return this.#variance;
    const moment = this.#powerSum(order) / this.size;
    if (order === 2) {
      this.#varianceAt = taken;
      this.#variance = moment;
    }
    return moment;
  }

  #powerSum(order: 2 | 3 | 4): number {
    const { mean } = this;
    const { values, end } = this.#series;
    let sum = 0;
    for (let i = end - this.size; i < end; i += 1) {
      const deviation = (values[i] as number) - mean;
      const square = deviation * deviation;
      sum += order === 2 ? square : order === 3 ? square * deviation : square * square;
    }
    return sum;
  }

  /** √ of the second central moment (divisor n, not n − 1). */
  get standardDeviation(): number {
    return Math.sqrt(this.centralMoment(2));
  }
}
