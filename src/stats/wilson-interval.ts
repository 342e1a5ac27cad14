import type { Interval } from './block-bootstrap.ts';

/** Two-sided 95 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * Two-sided 95 % interval of a share, from `positives` of `count` independent draws (E. B. Wilson, 1927); inside
 * [0, 1], and of sensible length at both ends. `count` ≥ 1.
 */
export function wilsonInterval(positives: number, count: number): Interval {
  if (!(count >= 1 && positives >= 0 && positives <= count)) {
    throw new RangeError(`${positives} of ${count} is no share`);
  }
  const share = positives / count;
  const scale = 1 + (Z * Z) / count;
  const centre = (share + (Z * Z) / (2 * count)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / count + (Z * Z) / (4 * count * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
