import { type Examples, sliceExamples } from '../data/examples.ts';

export interface SplitShares {
  readonly train: number;
  readonly validation: number;
}

export interface Split {
  readonly train: Examples;
  readonly validation: Examples;
  /** What the shares leave. Looked at once, for the report. */
  readonly test: Examples;
}

/**
 * Cuts in time order. `embargo` examples before each cut belong to no part: their labels look at prices of
 * the part after it (López de Prado, Advances in Financial Machine Learning, ch. 7).
 */
export function splitByTime(examples: Examples, shares: SplitShares, embargo: number): Split {
  const trainEnd = Math.floor(examples.count * shares.train);
  const validationEnd = Math.floor(examples.count * (shares.train + shares.validation));
  if (trainEnd <= embargo || validationEnd - trainEnd <= embargo || validationEnd >= examples.count) {
    throw new RangeError(`${examples.count} examples are too few to split with an embargo of ${embargo}`);
  }
  return {
    train: sliceExamples(examples, 0, trainEnd - embargo),
    validation: sliceExamples(examples, trainEnd, validationEnd - embargo),
    test: sliceExamples(examples, validationEnd, examples.count),
  };
}
