export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Finds the range of one activation that int8 codes shall cover, from values given batch by batch. What is
 * kept does not grow with the number of values. NaN is passed over; an infinite value is a programmer's error.
 */
export interface Calibrator {
  observe(values: ArrayLike<number>): void;
  /** low ≤ 0 ≤ high: 0 stays exact. {0, 0} before anything but 0 was observed. */
  range(): ValueRange;
}
