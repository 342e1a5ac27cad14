import { areaUnderCurve } from '../../../stats/area-under-curve.ts';
import { pairedGain } from '../../../stats/paired-gain.ts';
import { equityFigures } from '../../measure/policy-equity.ts';
import { upperBound } from '../../pipeline/judge-holdout.ts';
import type { MadeModel } from '../../pipeline/make-model.ts';

/** What the figures allow to be said, in words that do not depend on who reads them. */
export function composeWords(made: MadeModel): string[] {
  return [verdictWord(made), ...headWords(made), ...ewmaWords(made), earningsWord(made), sizeWord(made)];
}

function verdictWord({ isReleased, gates }: MadeModel): string {
  const failed = gates.filter(({ passed }) => !passed).map(({ name }) => `"${name}"`);
  return isReleased
    ? 'Every gate passed: the bundle is released.'
    : `Refused, and nothing was written that serves: ${failed.join(', ')} did not hold.`;
}

const headWords = ({ outcome, trained }: MadeModel): string[] =>
  outcome.heads.map(({ name, scores, labels, gains }, h) => {
    const auc = areaUnderCurve(scores, labels).toFixed(3);
    const { low, mean } = pairedGain(gains, 0.025);
    const known = trained.heads[h]?.selection?.kept.length === 0;
    const selection = known
      ? ' The feature selection found nothing that tells it; it looks at the best-ranked features all the same.'
      : '';
    const worth =
      low > 0
        ? `knows more than its base rate: ${nats(mean)} a row, at least ${nats(low)}`
        : `is not shown to know more than its base rate: ${nats(mean)} a row, but as little as ${nats(low)}, and at most ${nats(upperBound(gains))}`;
    return `Out of sample the ${name} head ${worth} (97.5 % bounds), AUC ${auc}.${selection}`;
  });

const ewmaWords = ({ outcome }: MadeModel): string[] =>
  outcome.heads.flatMap(({ gainsOverEwma }) => {
    if (gainsOverEwma === undefined) return [];
    return [ewmaSentence(gainsOverEwma)];
  });

export function ewmaSentence(gains: Float64Array): string {
  const { low, mean } = pairedGain(gains, 0.025);
  return low > 0
    ? `The risk head beats EWMA volatility out of sample by ${nats(mean)} a row, at least ${nats(low)} (97.5 % bound).`
    : `The risk head does not beat EWMA volatility out of sample: ${nats(mean)} a row, but as little as ${nats(low)} (97.5 % bound).`;
}

function earningsWord({ outcome }: MadeModel): string {
  const policy = equityFigures(outcome.followed);
  const holding = equityFigures(outcome.buyAndHold);
  return `Followed over the holdout after costs it grew ${percent(policy.growth)} with a drawdown of ${percent(policy.drawdownMax)}, invested ${percent(outcome.followed.exposure)} of the time; holding grew ${percent(holding.growth)} with a drawdown of ${percent(holding.drawdownMax)}.`;
}

function sizeWord({ compressed, comparedForms }: MadeModel): string {
  const step = comparedForms[compressed.forms.indexOf(compressed.chosen)]?.joint;
  if (step === undefined || compressed.chosen === compressed.forms[0]) {
    return 'No compressed form kept the bounds, so the f32 form is the candidate.';
  }
  return `Compressed (${step.name}), its tables take ${step.gzipBytes} bytes gzipped, ${percent(step.saving)} fewer than in f32; ${percent(step.flips.flipShare)} of the decisions where either form acts differ, ${step.flips.opposites} of them from BUY to SELL or back.`;
}

const nats = (x: number): string => `${x.toFixed(4)} nats`;
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
