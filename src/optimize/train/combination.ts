import { sigmoid } from '../../core/sigmoid.ts';
import { type MemberLogits, memberNames } from './members.ts';

/** probability = sigmoid(Σ share × member's log-odds + offset). */
export interface Combination {
  /** Of each member in the order of {@link memberNames}, ≥ 0. */
  readonly shares: readonly number[];
  readonly offset: number;
}

/**
 * Stacks and calibrates in one: logistic regression of the labels on the members' log-odds, with shares held at
 * or above 0 and a normal prior around equal shares that sum to 1, which is the plain mean. The sum of the shares
 * is the slope of Platt's scaling. Rows must be out of fold: on rows that shaped the members every share would be
 * too large.
 *
 * The prior counts like a few dozen rows of well-spread log-odds: a weak model's log-odds spread so little that
 * a few thousand labels cannot tell a slope from 0, and chance must not turn the model off or around.
 *
 * The offset has a prior around 0, worth some thousands of rows: the members carry the base rate of what they were
 * trained on, and the out-of-fold rows are the later ones, so a free offset would mostly learn how these years went.
 *
 * Cyclic coordinate descent with Newton's step in each coordinate; the problem is convex, so there is one answer.
 */
export function fitCombination(
  logits: MemberLogits,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
): Combination {
  const columns = memberNames.map((name) => logits[name]);
  const prior = 1 / columns.length;
  const shares = columns.map(() => prior);
  const sums = combinedLogits(logits, { shares, offset: 0 });
  let offset = 0;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    let largest = 0;
    columns.forEach((column, m) => {
      const { slope, curvature } = derivatives(sums, labels, weights, column);
      const share = shares[m] as number;
      const step = (slope + PRIOR_PRECISION * (share - prior)) / (curvature + PRIOR_PRECISION);
      const next = Math.max(0, share - step);
      move(sums, column, next - share);
      shares[m] = next;
      largest = Math.max(largest, Math.abs(next - share));
    });
    const { slope, curvature } = derivatives(sums, labels, weights, undefined);
    const step = -(slope + OFFSET_PRECISION * offset) / (curvature + OFFSET_PRECISION);
    move(sums, undefined, step);
    offset += step;
    if (Math.max(largest, Math.abs(step)) < TOLERANCE) break;
  }
  return { shares, offset };
}

/** Calibrated probabilities of rows by their members' log-odds. */
export const combine = (logits: MemberLogits, combination: Combination): Float64Array =>
  combinedLogits(logits, combination).map(sigmoid);

const PRIOR_PRECISION = 8;
const OFFSET_PRECISION = 1_000;
const SWEEPS_MAX = 500;
const TOLERANCE = 1e-10;

function combinedLogits(logits: MemberLogits, { shares, offset }: Combination): Float64Array {
  const sums = new Float64Array(logits.logistic.length).fill(offset);
  memberNames.forEach((name, m) => {
    move(sums, logits[name], shares[m] as number);
  });
  return sums;
}

/** First and second derivative of the weighted loss by the factor of a column; of a column of ones if undefined. */
function derivatives(
  sums: Float64Array,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
  column: Float64Array | undefined,
): { readonly slope: number; readonly curvature: number } {
  let slope = 0;
  let curvature = 1e-9;
  for (let i = 0; i < sums.length; i += 1) {
    const x = column === undefined ? 1 : (column[i] as number);
    const probability = sigmoid(sums[i] as number);
    const weight = weights[i] as number;
    slope += weight * (probability - (labels[i] as number)) * x;
    curvature += weight * probability * (1 - probability) * x * x;
  }
  return { slope, curvature };
}

function move(sums: Float64Array, column: Float64Array | undefined, factor: number): void {
  for (let i = 0; i < sums.length; i += 1) {
    sums[i] = (sums[i] as number) + factor * (column === undefined ? 1 : (column[i] as number));
  }
}
