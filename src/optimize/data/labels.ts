import type { Split } from '../validation/split.ts';

export interface Labels {
  /** Returns above it are labelled 1. */
  readonly hurdle: number;
  readonly train: Uint8Array;
  readonly validation: Uint8Array;
  readonly test: Uint8Array;
}

/**
 * Label 1: the return over the horizon lies above the median of the training part. An index drifts upwards, so
 * plain direction teaches a model to say "up" always; against the median a score above ½ means better than
 * usual, and both sides are equally common in training.
 */
export function labelSplit(split: Split): Labels {
  const hurdle = median(split.train.horizonReturns);
  const labelled = (returns: Float64Array): Uint8Array =>
    Uint8Array.from(returns, (value) => (value > hurdle ? 1 : 0));
  return {
    hurdle,
    train: labelled(split.train.horizonReturns),
    validation: labelled(split.validation.horizonReturns),
    test: labelled(split.test.horizonReturns),
  };
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
