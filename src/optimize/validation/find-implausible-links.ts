import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import type { Fold } from './fold.ts';

/** How well one feature alone foretells the label out of sample. */
export interface FeatureLink {
  readonly name: string;
  /** Mean over the folds; ½ says nothing. */
  readonly auc: number;
  /** The same with the feature of `lagRows` rows before. */
  readonly laggedAuc: number;
  readonly suspicion: Suspicion | undefined;
}

/** `implausible`: no honest feature does as well. `collapses`: it does very well, and only without the lag. */
type Suspicion = 'implausible' | 'collapses';

export interface LinkBounds {
  /** Above it a link is implausible. */
  readonly aucMax: number;
  /** Above it a link must survive the lag. */
  readonly aucSuspect: number;
}

/**
 * What is known of markets: a day's or a week's direction is close to noise (the best single feature of daily-v1 has
 * 0.545 on the S&P 500, 0.54 on Brent and WTI), while volatility clusters, so that a large move can be foretold well
 * (0.75 there). A leak too weak to exceed `aucSuspect` is not seen here; `findLookAhead` sees it where features are
 * computed from bars.
 */
export const linkBounds = {
  direction: { aucMax: 0.65, aucSuspect: 0.58 },
  risk: { aucMax: 0.95, aucSuspect: 0.84 },
} as const satisfies Record<string, LinkBounds>;

interface LinkOptions {
  readonly names: readonly string[];
  /** [rows × names], row-major, oldest first; NaN counts as a value of its own. */
  readonly features: ArrayLike<number>;
  /** 0 or 1, one a row. */
  readonly labels: Uint8Array;
  readonly folds: readonly Fold[];
  readonly bounds: LinkBounds;
  /** Rows that a label's span covers (horizon + 1): from there on an honest feature has lost little, a leak all. */
  readonly lagRows: number;
}

/**
 * Tests each feature alone for a link with the label that no honest feature has. In each fold the feature is cut
 * into {@link BIN_COUNT} bins of equal size by training; a test row scores its bin's share of positives in training.
 * So a link of any shape counts, such as that of tomorrow's return with the size of tomorrow's move.
 *
 * A feature collapses when it is suspiciously good and is shown to lose more than half of its advantage over ½ under
 * the lag: what is known honestly today (a trend, a volatility) is nearly as well known some days before. Shown is
 * what remains below the half by {@link NOISE_DEVIATIONS} deviations of an AUC of nothing; without that allowance a
 * quarter of honest features of an AUC near 0.59, planted into the S&P 500, were taken for leaks.
 *
 * Answers every feature, in order; leaks are those with a suspicion.
 */
export function findImplausibleLinks(options: LinkOptions): readonly FeatureLink[] {
  const { names, bounds, lagRows } = options;
  const noise = NOISE_DEVIATIONS * aucDeviation(options);
  return names.map((name, place) => {
    const auc = walkForwardAuc(options, place, 0);
    const laggedAuc = walkForwardAuc(options, place, lagRows);
    return { name, auc, laggedAuc, suspicion: suspicionOf(auc, laggedAuc, noise, bounds) };
  });
}

const BIN_COUNT = 16;
const SURVIVING_SHARE_MIN = 0.5;
/** One side of 2.5 %. */
const NOISE_DEVIATIONS = 1.96;

function suspicionOf(
  auc: number,
  laggedAuc: number,
  noise: number,
  { aucMax, aucSuspect }: LinkBounds,
): Suspicion | undefined {
  if (auc > aucMax) return 'implausible';
  if (auc > aucSuspect && laggedAuc + noise - 0.5 < SURVIVING_SHARE_MIN * (auc - 0.5)) return 'collapses';
  return undefined;
}

/** Of the AUC of a feature without a link, over the rows of all folds (Mann and Whitney, 1947). */
function aucDeviation({ labels, folds }: LinkOptions): number {
  let count = 0;
  let positives = 0;
  for (const { test } of folds) {
    count += test.length;
    for (const row of test) positives += labels[row] as number;
  }
  return Math.sqrt((count + 1) / (12 * positives * (count - positives)));
}

/** Folds whose test rows are all of one class say nothing and are left out. */
function walkForwardAuc({ names, features, labels, folds }: LinkOptions, place: number, lag: number): number {
  const valueAt = (row: number): number =>
    row < lag ? NaN : (features[(row - lag) * names.length + place] as number);
  let sum = 0;
  let count = 0;
  for (const { train, test } of folds) {
    const scoreOf = fitBins(Float64Array.from(train, valueAt), (i) => labels[train[i] as number] as number);
    const auc = areaUnderCurve(
      Float64Array.from(test, (row) => scoreOf(valueAt(row))),
      Uint8Array.from(test, (row) => labels[row] as number),
    );
    if (Number.isNaN(auc)) continue;
    sum += auc * test.length;
    count += test.length;
  }
  return sum / count;
}

/** The share of positives in the bin of a value, drawn to ½ by two rows more; NaN has a bin of its own. */
function fitBins(values: Float64Array, labelOf: (index: number) => number): (value: number) => number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
  const edges = Array.from({ length: BIN_COUNT - 1 }, (_, i) => {
    return sorted[Math.floor(((i + 1) * sorted.length) / BIN_COUNT)] ?? 0;
  });
  const binOf = (value: number): number => {
    if (Number.isNaN(value)) return BIN_COUNT;
    let bin = 0;
    while (bin < edges.length && value >= (edges[bin] as number)) bin += 1;
    return bin;
  };
  const counts = new Float64Array(BIN_COUNT + 1).fill(2);
  const positives = new Float64Array(BIN_COUNT + 1).fill(1);
  values.forEach((value, i) => {
    const bin = binOf(value);
    counts[bin] = (counts[bin] as number) + 1;
    positives[bin] = (positives[bin] as number) + labelOf(i);
  });
  return (value) => (positives[binOf(value)] as number) / (counts[binOf(value)] as number);
}
