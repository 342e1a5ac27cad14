import { meanOf } from './mean-of.ts';
import { studentTCdf, studentTQuantile } from './student-t.ts';

export interface PairedGain {
  /** Of the differences, in their unit. */
  readonly mean: number;
  /** The mean's one-sided lower confidence bound; above 0 the gain is shown at the level asked for. */
  readonly low: number;
  /** Chance of a mean at least as high, relative to its noise, if the true one were 0. */
  readonly pValue: number;
}

/**
 * One-sided lower bound of the mean of `differences`, oldest first: what one model gained over another row by row,
 * in a series that depends on its past and whose size changes for long times.
 *
 * The series is cut into consecutive groups and Student's t is taken over their means. A t-test of
 * group means keeps its level, at every level up to 8 %, whatever variance each group has (Ibragimov and Müller,
 * t-Statistic Based Correlation and Heterogeneity Robust Inference, J. of Business & Economic Statistics 28, 2010;
 * Bakirov and Székely, 2006), so calm and loud years cost power and not the error rate. It asks that a group be
 * long against the dependence, so that group means are nearly independent: {@link DEPENDENT_GROUPS} where nothing is
 * known of it, with 1,000 rows 76 in each; {@link groupsOfSpan} where it ends with the label's span.
 * A bootstrap of blocks was not taken: at levels near 0.5 % its percentile is too small for such series.
 *
 * @param groups odd, ≥ 3, so that the degrees of freedom are even
 * @param level chance of a bound above the true mean, in (0, 0.08]
 * @throws RangeError with fewer than {@link GROUP_ROWS_MIN} differences a group, a level out of range or a non-finite difference
 */
export function pairedGain(differences: ArrayLike<number>, level: number, groups: number): PairedGain {
  if (differences.length < GROUP_ROWS_MIN * groups) {
    throw new RangeError(`${differences.length} differences are too few for ${groups} groups`);
  }
  if (!(level > 0 && level <= LEVEL_MAX)) throw new RangeError(`level ${level} is not in (0, ${LEVEL_MAX}]`);
  const means = groupMeans(differences, groups);
  const mean = meanOf(means);
  let squares = 0;
  for (const value of means) squares += (value - mean) * (value - mean);
  const degrees = groups - 1;
  const error = Math.sqrt(squares / (degrees * groups));
  if (!Number.isFinite(error)) throw new RangeError('a difference is not finite');
  const low = mean - studentTQuantile(1 - level, degrees) * error;
  // No noise at all: a constant series. A mean of 0 shows nothing.
  const t = error > 0 ? mean / error : mean === 0 ? 0 : mean * Number.POSITIVE_INFINITY;
  return { mean, low, pValue: 1 - studentTCdf(t, degrees) };
}

/** The mean between its bounds at 2.5 % on either side: an interval of 95 %, above 0 where a gain is shown, below where a loss is. */
export function pairedInterval(differences: Float64Array): {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
} {
  const { mean, low } = pairedGain(differences, ONE_SIDE, DEPENDENT_GROUPS);
  const reversed = differences.map((difference) => -difference);
  return { mean, low, high: -pairedGain(reversed, ONE_SIDE, DEPENDENT_GROUPS).low };
}

const ONE_SIDE = 0.025;

/**
 * Groups for differences that depend on each other nobody knows how far. The t of 12 degrees asks for 3.05 errors at
 * 0.5 %, the normal for 2.58.
 */
export const DEPENDENT_GROUPS = 13;
const GROUP_ROWS_MIN = 10;
export const PAIRED_ROWS_MIN = GROUP_ROWS_MIN * DEPENDENT_GROUPS;
const LEVEL_MAX = 0.08;

/**
 * Groups for differences that, where there is no gain, depend on each other only as far as labels overlap: five spans
 * long at least. More than a hundred would add no power.
 *
 * @param spanRows rows that one label looks at, ≥ 2: from the fill on, and the horizon
 * @returns odd, {@link DEPENDENT_GROUPS}..99
 */
export function groupsOfSpan(rows: number, spanRows: number): number {
  const groups = Math.floor(rows / Math.max(GROUP_ROWS_MIN, SPANS_A_GROUP * spanRows));
  const odd = groups % 2 === 0 ? groups - 1 : groups;
  return Math.min(SPAN_GROUPS_MAX, Math.max(DEPENDENT_GROUPS, odd));
}

const SPANS_A_GROUP = 5;
const SPAN_GROUPS_MAX = 99;

/** Of consecutive groups whose lengths differ by at most one. */
function groupMeans(values: ArrayLike<number>, groups: number): Float64Array {
  return Float64Array.from({ length: groups }, (_, group) => {
    const start = Math.floor((group * values.length) / groups);
    const end = Math.floor(((group + 1) * values.length) / groups);
    let sum = 0;
    for (let i = start; i < end; i += 1) sum += values[i] as number;
    return sum / (end - start);
  });
}
