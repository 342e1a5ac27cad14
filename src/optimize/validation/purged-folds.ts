import { err, ok, type Result } from '../../core/result.ts';
import type { LabelSpans } from '../data/label-spans.ts';
import type { Fold } from './fold.ts';

interface FoldOptions {
  readonly spans: LabelSpans;
  /** Examples to make folds of, ascending: all, or a fold's training part for folds inside it. */
  readonly within: Int32Array;
  /** ≥ 1. */
  readonly foldCount: number;
  /** Share of `within` that only ever trains, in (0, 1); the rest is tested on, in blocks of equal size. */
  readonly firstTrainShare: number;
  /** Bars between the end of the last training label and the start of the first test label, ≥ 0. */
  readonly embargoBars: number;
  readonly walk: Walk;
}

/** `expanding`: trains on all of the past; `rolling`: on its last `trainCountMax` examples. */
export type Walk =
  | { readonly kind: 'expanding' }
  | { readonly kind: 'rolling'; readonly trainCountMax: number };

/**
 * Walk-forward folds: each trains on its past and is tested on the block after it.
 *
 * Guarantee: a fold's training examples are older than its test examples, and no training span touches the bars
 * from `embargoBars` before the first start of a test span to `embargoBars` after its last end. Source: M. López de
 * Prado, Advances in Financial Machine Learning (2018), §7.4 (purging and embargo), with the future left out.
 *
 * Fails where a fold would have no example to train or to test on.
 */
export function purgedFolds(options: FoldOptions): Result<readonly Fold[], string> {
  const { spans, within, foldCount, firstTrainShare, embargoBars, walk } = options;
  if (!(Number.isInteger(foldCount) && foldCount >= 1)) throw new RangeError(`${foldCount} folds`);
  if (!(firstTrainShare > 0 && firstTrainShare < 1)) {
    throw new RangeError(`a first training share of ${firstTrainShare} is not in (0, 1)`);
  }
  const first = Math.floor(within.length * firstTrainShare);
  const testCount = within.length - first;
  const folds: Fold[] = [];
  for (let fold = 0; fold < foldCount; fold += 1) {
    const start = first + Math.floor((fold * testCount) / foldCount);
    const end = first + Math.floor(((fold + 1) * testCount) / foldCount);
    const test = within.slice(start, end);
    const past = purge(spans, within.subarray(0, start), test, embargoBars);
    const train = walk.kind === 'rolling' ? past.slice(Math.max(0, past.length - walk.trainCountMax)) : past;
    if (train.length === 0 || test.length === 0) {
      return err(
        `${within.length} examples are too few for ${foldCount} folds with an embargo of ${embargoBars} bars: ` +
          `fold ${fold + 1} would train on ${train.length} and test on ${test.length}`,
      );
    }
    folds.push({ train, test });
  }
  return ok(folds);
}

interface HoldoutOptions {
  readonly spans: LabelSpans;
  /** Ascending. */
  readonly within: Int32Array;
  /** Share of `within` that is held out, its newest, in (0, 1). */
  readonly share: number;
  readonly embargoBars: number;
}

interface Holdout {
  /** Everything that may be looked at as often as one likes. */
  readonly development: Int32Array;
  readonly holdout: Int32Array;
}

/** Cuts off the newest examples under the guarantee of {@link purgedFolds}. */
export function cutHoldout({ spans, within, share, embargoBars }: HoldoutOptions): Result<Holdout, string> {
  const folds = purgedFolds({
    spans,
    within,
    foldCount: 1,
    firstTrainShare: 1 - share,
    embargoBars,
    walk: { kind: 'expanding' },
  });
  if (!folds.ok) return err(`no holdout of ${share}: ${folds.error}`);
  const [fold] = folds.value as [Fold];
  return ok({ development: fold.train, holdout: fold.test });
}

/** Those of `past` whose label ends more than `embargoBars` before any label of `test` begins. */
function purge(spans: LabelSpans, past: Int32Array, test: Int32Array, embargoBars: number): Int32Array {
  if (!(embargoBars >= 0)) throw new RangeError(`an embargo of ${embargoBars} bars`);
  const testStart = test.reduce(
    (least, i) => Math.min(least, spans.start[i] as number),
    Number.MAX_SAFE_INTEGER,
  );
  return past.filter((i) => (spans.end[i] as number) + embargoBars < testStart);
}
