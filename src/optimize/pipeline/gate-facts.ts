import { meanOf } from '../../stats/mean-of.ts';
import { pairedGain, pairedInterval } from '../../stats/paired-gain.ts';
import type { FormFacts, WorthFacts } from '../release/gates.ts';
import { rowLosses } from '../train/log-loss.ts';
import type { ComparedForm } from './compare-forms.ts';
import type { HoldoutOutcome } from './judge-holdout.ts';
import type { Candidate, TrainedCandidate } from './make-candidate.ts';
import type { TrainedModel } from './train-model.ts';

/** What the candidate showed on the holdout and before it. `level`: chance of error that this look may spend. */
export function worthFacts(
  { leaks, trained }: TrainedCandidate,
  outcome: HoldoutOutcome,
  level: number,
): WorthFacts {
  const { heads, comparisons, followed, incumbentFollowed } = outcome;
  const levelEach = level / comparisons.length;
  return {
    ...leaks,
    nestedGain: nestedGain(trained),
    comparisons: comparisons.map(({ head, reference, gains, tested, groups }) => {
      const { low, pValue } = pairedGain(tested, levelEach, groups);
      return { head, reference, gain: meanOf(gains), low, pValue };
    }),
    levelEach,
    headGains: heads.map(({ name, gains }) => ({ name, high: pairedInterval(gains).high })),
    earnedMore:
      incumbentFollowed &&
      pairedInterval(followed.returns.map((value, i) => value - (incumbentFollowed.returns[i] as number)))
        .high,
  };
}

export function formFacts(
  { compressed }: Candidate,
  { actions }: HoldoutOutcome,
  comparedForms: readonly ComparedForm[],
  differences: Pick<FormFacts, 'roundingDifferenceMax' | 'exportDifferenceMax'>,
): FormFacts {
  const form = comparedForms[compressed.forms.indexOf(compressed.chosen)]?.joint;
  return {
    actingShare: actions.filter((action) => action !== 'HOLD').length / actions.length,
    ...differences,
    compression:
      compressed.chosen === compressed.forms[0] || form === undefined
        ? undefined
        : { flipShare: form.flips.flipShare, opposites: form.flips.opposites, aucLoss: form.aucLoss },
  };
}

/** Mean over folds and rows of what all heads together gain over the base rates of their training. */
function nestedGain({ folds }: TrainedModel): number {
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
