import type { LabelledRows } from '../train/labelled-rows.ts';
import { rowLosses } from '../train/log-loss.ts';
import { type Judges, judgeOnFolds } from './judge-on-folds.ts';
import type { RedundancyFeature } from './redundancy.ts';

export type SparedFeature =
  | RedundancyFeature
  /** `lossRise`: of the model's mean log-loss on the folds' test rows without it, in nats, > 0. */
  | { readonly feature: number; readonly r2: number; readonly verdict: 'needed'; readonly lossRise: number };

/**
 * Gives back those redundant features that the model does worse without. A combination of kept features holds no
 * information that they lack, but a tree that splits along axes needs many splits to find it. They leave one at a
 * time, the least important first, and each has to be missed by the model without those before it. Copies of one
 * kept feature have no such excuse.
 *
 * @param findings the most important first
 */
export function spareNeeded(
  rows: LabelledRows,
  findings: readonly RedundancyFeature[],
  judges: Judges,
): readonly SparedFeature[] {
  let standing = findings.filter(({ verdict }) => verdict === 'kept' || verdict === 'redundant');
  let loss: number | undefined;
  const rises = new Map<number, number>();
  for (const finding of standing.toReversed()) {
    if (finding.verdict !== 'redundant') continue;
    loss ??= heldOutLoss(rows, standing, judges);
    const without = standing.filter((other) => other !== finding);
    const lossWithout = heldOutLoss(rows, without, judges);
    if (lossWithout > loss) {
      rises.set(finding.feature, lossWithout - loss);
    } else {
      standing = without;
      loss = lossWithout;
    }
  }
  return findings.map((finding) => {
    const lossRise = rises.get(finding.feature);
    return lossRise === undefined
      ? finding
      : { feature: finding.feature, r2: finding.r2, verdict: 'needed', lossRise };
  });
}

function heldOutLoss(rows: LabelledRows, features: readonly RedundancyFeature[], judges: Judges): number {
  const columns = features.map(({ feature }) => feature);
  let sum = 0;
  let weightSum = 0;
  for (const { score, heldOut } of judgeOnFolds(rows, columns, judges)) {
    const losses = rowLosses(score(heldOut.features), heldOut.labels);
    for (let i = 0; i < losses.length; i += 1) {
      sum += (heldOut.weights[i] as number) * (losses[i] as number);
      weightSum += heldOut.weights[i] as number;
    }
  }
  return sum / weightSum;
}
