import type { PairedGain } from '../../stats/paired-gain.ts';
import { rowLosses } from '../measure/score-rows.ts';
import type { GateFacts } from '../release/gates.ts';
import type { ComparedForm } from './compress-model.ts';
import { type HoldoutOutcome, upperBound } from './judge-holdout.ts';
import type { Candidate } from './make-candidate.ts';
import type { TrainedModel } from './train-model.ts';

/** What the gates are held against, from what was found. */
export function gateFacts(
  { leaks, trained, compressed }: Candidate,
  outcome: HoldoutOutcome,
  comparedForms: readonly ComparedForm[],
  gain: PairedGain,
  level: number,
  exportDifferenceMax: number,
): GateFacts {
  const { actions, heads, followed, incumbentFollowed, reference } = outcome;
  const form = comparedForms[compressed.forms.indexOf(compressed.chosen)]?.joint;
  return {
    ...leaks,
    nestedGain: nestedGain(trained),
    gain,
    reference,
    level,
    headGains: heads.map(({ name, gains }) => ({ name, high: upperBound(gains) })),
    earnedMore:
      incumbentFollowed &&
      upperBound(followed.returns.map((value, i) => value - (incumbentFollowed.returns[i] as number))),
    actingShare: actions.filter((action) => action !== 'HOLD').length / actions.length,
    exportDifferenceMax,
    compression:
      compressed.chosen === compressed.forms[0] || form === undefined
        ? undefined
        : { flipShare: form.flips.flipShare, opposites: form.flips.opposites, aucLoss: form.aucLoss },
  };
}

/** Mean over folds and rows of what all heads together gain over the base rates of their training. */
function nestedGain({ folds }: TrainedModel): number | undefined {
  if (folds.length === 0) return undefined;
  let sum = 0;
  let count = 0;
  for (const { heads, fold } of folds) {
    count += fold.test.length;
    for (const { scores, labels, baseRate } of heads) {
      const base = rowLosses(new Float64Array(labels.length).fill(baseRate), labels);
      rowLosses(scores, labels).forEach((loss, row) => {
        sum += (base[row] as number) - loss;
      });
    }
  }
  return sum / count;
}
