import { SeededRandom } from '../../core/seeded-random.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import { blockBootstrap } from '../../stats/block-bootstrap.ts';
import type { Estimate, Scores } from '../optimization-report.ts';
import { rowLoss, rowLosses } from '../train/log-loss.ts';

interface Predictions {
  /** Oldest first. */
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  /** Share of label 1 among what the scores were learnt from. */
  readonly baseRate: number;
  /** Rows that depend on each other, as of overlapping labels. */
  readonly blockLength: number;
  readonly seed: number;
}

/** How good scores are on rows that did not shape them, with 95 % intervals over blocks of rows. */
export function scoreRows({ scores, labels, baseRate, blockLength, seed }: Predictions): Scores {
  const count = labels.length;
  const losses = rowLosses(scores, labels);
  const gains = losses.map((loss, i) => rowLoss(baseRate, labels[i] as number) - loss);
  const squares = losses.map((_, i) => squared((scores[i] as number) - (labels[i] as number)));
  const estimate = (statistic: (indices: Int32Array) => number): Estimate => ({
    value: statistic(Int32Array.from({ length: count }, (_, i) => i)),
    ...blockBootstrap(
      { count, blockLength, resamples: RESAMPLES, confidence: 0.95, random: new SeededRandom(seed) },
      statistic,
    ),
  });
  return {
    rows: count,
    positiveShare: meanOf(
      labels,
      Int32Array.from({ length: count }, (_, i) => i),
    ),
    auc: estimate((indices) => areaUnderCurve(taken(scores, indices), taken(labels, indices))),
    logLoss: estimate((indices) => meanOf(losses, indices)),
    brier: estimate((indices) => meanOf(squares, indices)),
    gain: estimate((indices) => meanOf(gains, indices)),
  };
}

const RESAMPLES = 500;

const squared = (x: number): number => x * x;

const taken = (values: ArrayLike<number>, indices: Int32Array): Float64Array =>
  Float64Array.from(indices, (i) => values[i] as number);

function meanOf(values: ArrayLike<number>, indices: Int32Array): number {
  let sum = 0;
  for (const i of indices) sum += values[i] as number;
  return sum / indices.length;
}
