import type { Fold } from '../validation/fold.ts';

/**
 * Three folds in time order over `count` rows: the last half of the rows in three parts, each judged by what was
 * fitted on all rows before it but the `gap` nearest, whose labels may look into it.
 */
export function walkForwardFolds(count: number, gap: number): readonly Fold[] {
  return [0, 1, 2].map((k) => {
    const testStart = Math.floor((count * (3 + k)) / 6);
    const testEnd = Math.floor((count * (4 + k)) / 6);
    if (testStart - gap < 1 || testEnd === testStart) {
      throw new RangeError(`${count} rows are too few for three folds with a gap of ${gap}`);
    }
    return { train: indices(0, testStart - gap), test: indices(testStart, testEnd) };
  });
}

const indices = (start: number, end: number): Int32Array =>
  Int32Array.from({ length: end - start }, (_, i) => start + i);
