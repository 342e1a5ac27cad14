import { areaUnderCurve } from '../../../stats/area-under-curve.ts';
import { pairedInterval } from '../../../stats/paired-gain.ts';
import { equityFigures } from '../../measure/policy-equity.ts';
import type { CompressionPart, DecisionsPart, Estimate } from '../../optimization-report.ts';
import type { MadeModel } from '../../pipeline/make-model.ts';
import { bytes, decimals, estimate, integer, percent, quantity, senses, signed } from '../format.ts';

/** What the figures allow to be said, in words that do not depend on who reads them. */
export function composeWords(
  made: MadeModel,
  { followed }: DecisionsPart,
  compression: CompressionPart,
): string[] {
  return [
    verdictWord(made),
    ...headWords(made),
    ...ewmaWords(made),
    earningsWord(made),
    worthWord(followed.sharpe),
    sizeWord(compression),
  ];
}

function verdictWord({ isReleased, gates }: MadeModel): string {
  const failed = gates
    .filter(({ passed }) => !passed)
    .map(
      ({ name, statistic, sense, bound, unit }) =>
        `"${name}" (${quantity(statistic, unit)}, has to be ${senses[sense]} ${quantity(bound, unit)})`,
    );
  if (isReleased && gates.some(({ waived }) => waived)) {
    return 'Every gate that a test bundle is asked passed: the bundle is released for tests. What it is worth was measured and not asked.';
  }
  return isReleased
    ? 'Every gate passed: the bundle is released.'
    : `Refused, and nothing was written that serves: ${failed.join(', ')} did not hold.`;
}

const headWords = ({ outcome, trained }: MadeModel): string[] =>
  outcome.heads.map(({ name, scores, labels, gains }, h) => {
    const auc = areaUnderCurve(scores, labels).toFixed(3);
    const known = trained.heads[h]?.selection?.kept.length === 0;
    const selection = known
      ? ' The feature selection found nothing that tells it; it looks at the best-ranked features all the same.'
      : '';
    return `On the holdout the ${name} head ${baseRateWords(gains)}: ${gainText(gains)}, AUC ${auc}.${selection}`;
  });

/** Of gains over the base rate, row by row. */
export function baseRateWords(gains: Float64Array): string {
  const { low, high } = pairedInterval(gains);
  if (low > 0) return 'knows more than its base rate';
  return high < 0 ? 'knows less than its base rate' : 'is not shown to know more than its base rate';
}

const ewmaWords = ({ outcome }: MadeModel): string[] =>
  outcome.heads.flatMap(({ gainsOverEwma }) =>
    gainsOverEwma === undefined ? [] : [ewmaSentence(gainsOverEwma)],
  );

export function ewmaSentence(gains: Float64Array): string {
  const beats = pairedInterval(gains).low > 0 ? 'beats' : 'does not beat';
  return `The risk head ${beats} EWMA volatility out of sample: ${gainText(gains)}.`;
}

function gainText(gains: Float64Array): string {
  const { mean, low, high } = pairedInterval(gains);
  return `${signedNats(mean)} nats a row (95\u202f%: ${signedNats(low)} to ${signedNats(high)})`;
}

function earningsWord({ outcome }: MadeModel): string {
  const policy = equityFigures(outcome.followed);
  const holding = equityFigures(outcome.buyAndHold);
  return `Followed over the holdout, after costs, the policy returned ${growth(policy.growth)} with a greatest fall of ${percent(1)(policy.drawdownMax)}, invested ${percent(0)(outcome.followed.exposure)} of the time; buying and holding returned ${growth(holding.growth)} with a greatest fall of ${percent(1)(holding.drawdownMax)}.`;
}

/** No gate asks that acting pays, so whether it does has to be said. */
function worthWord(sharpe: Estimate): string {
  const { value, low, high } = sharpe;
  if (value === null || low === null || high === null) return 'The policy never took a position.';
  const worth =
    low > 0
      ? 'earned more than doing nothing would have, beyond noise'
      : high < 0
        ? 'lost against doing nothing, beyond noise'
        : 'is not shown to earn more than doing nothing';
  return `The policy ${worth}, and no gate asks that it does: Sharpe ratio ${estimate(sharpe, decimals(2))} a year.`;
}

function sizeWord({ steps, chosen }: CompressionPart): string {
  const [whole] = steps;
  const step = steps.find(({ form }) => form === chosen);
  if (whole === undefined || step === undefined || step === whole) {
    return 'No compressed form kept the bounds, so the f32 form is the candidate.';
  }
  const saving = percent(1)(1 - step.gzippedBytes / whole.gzippedBytes);
  const opposites = step.oppositeFlips === 0 ? 'none' : integer(step.oppositeFlips);
  return `Compressed, its tables take ${bytes(step.gzippedBytes)} gzipped, ${saving} less than in f32, and its ONNX file ${bytes(step.onnxGzippedBytes)} instead of ${bytes(whole.onnxGzippedBytes)}; ${percent(2)(step.flipShare)} of the decisions where either form acts differ, ${opposites} of them from BUY to SELL or back.`;
}

const signedNats = signed(decimals(4));
const growth = signed(percent(1));
