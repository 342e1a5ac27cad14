/** The last `size` numbers of a series, in a ring of that size. Index 0 is the oldest. */
export class Window {
  readonly size: number;
  /** A plain array: with typed ones, V8 spent half the time of a vector on making its forty windows. */
  readonly #values: number[];
  #count = 0;
  #oldest = 0;
  /** Numbers that were ever taken in; what was computed at one count is known until the next. */
  #taken = 0;
  #meanAt = -1;
  #mean = 0;
  #varianceAt = -1;
  #variance = 0;

  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`window size ${size} is not a positive integer`);
    this.size = size;
    this.#values = new Array<number>(size);
  }

  get isFull(): boolean {
    return this.#count === this.size;
  }

  push(value: number): void {
    this.#taken += 1;
    if (this.#count < this.size) {
      this.#values[this.#count] = value;
      this.#count += 1;
      return;
    }
    this.#values[this.#oldest] = value;
    this.#oldest = this.#oldest + 1 === this.size ? 0 : this.#oldest + 1;
  }

  /** The value at `index` from the oldest; `0 ≤ index < size`, and the window must be full. */
  at(index: number): number {
    const place = this.#oldest + index;
    return this.#values[place < this.size ? place : place - this.size] as number;
  }

  get newest(): number {
    return this.at(this.size - 1);
  }

  /** Of a full window, and so is `min`: either is the same in any order, so the ring is not walked by age. */
  get max(): number {
    const values = this.#values;
    let max = values[0] as number;
    for (let i = 1; i < values.length; i += 1) max = Math.max(max, values[i] as number);
    return max;
  }

  get min(): number {
    const values = this.#values;
    let min = values[0] as number;
    for (let i = 1; i < values.length; i += 1) min = Math.min(min, values[i] as number);
    return min;
  }

  get sum(): number {
    let sum = 0;
    for (let i = 0; i < this.size; i += 1) sum += this.at(i);
    return sum;
  }

  /**
   * Summed as distances from the oldest value, so that the mean of equal values is that value, not what their
   * sum rounds to: a flat window has deviations, and moments, of exactly 0.
   */
  get mean(): number {
    if (this.#meanAt === this.#taken) return this.#mean;
    const values = this.#values;
    const origin = values[this.#oldest] as number;
    let distance = 0;
    for (let i = this.#oldest; i < this.size; i += 1) distance += (values[i] as number) - origin;
    for (let i = 0; i < this.#oldest; i += 1) distance += (values[i] as number) - origin;
    this.#meanAt = this.#taken;
    this.#mean = origin + distance / this.size;
    return this.#mean;
  }

  /** Mean of (x − mean)^order over the window. */
  centralMoment(order: 2 | 3 | 4): number {
    if (order === 2 && this.#varianceAt === this.#taken) return this.#variance;
    const moment = this.#powerSum(order) / this.size;
    if (order === 2) {
      this.#varianceAt = this.#taken;
      this.#variance = moment;
    }
    return moment;
  }

  #powerSum(order: 2 | 3 | 4): number {
    const mean = this.mean;
    let sum = 0;
    for (let i = 0; i < this.size; i += 1) {
      const deviation = this.at(i) - mean;
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
