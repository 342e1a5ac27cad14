import { roundTo6 } from '../../core/round-to-6.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import { calibrationBins } from '../measure/calibration-bins.ts';
import { equityFigures } from '../measure/policy-equity.ts';
import type { MadeModel } from '../pipeline/make-model.ts';
import { rowLosses } from '../train/log-loss.ts';

/** What a bundle was measured to be worth on its holdout, by name: for people, beside the bundle and outside its hash. */
export function measurementsOf({
  outcome,
  comparedForms,
  compressed,
  look,
  comparisons,
}: MadeModel): Record<string, number> {
  const { heads, followed, buyAndHold, actions } = outcome;
  const form = comparedForms[compressed.forms.indexOf(compressed.chosen)]?.joint;
  const share = (wanted: string): number =>
    actions.filter((action) => action === wanted).length / actions.length;
  const figures = {
    holdoutExamples: actions.length,
    holdoutLook: look.index,
    holdoutGain: comparisons.reduce((sum, { gain }) => sum + gain, 0),
    holdoutGrowth: equityFigures(followed).growth,
    holdoutGrowthBuyAndHold: equityFigures(buyAndHold).growth,
    // On the others it abstains: they lie outside what it was trained on.
    holdoutCoverage: outcome.rows.filter((row) => row !== undefined).length / outcome.rows.length,
    holdoutBuyShare: share('BUY'),
    holdoutSellShare: share('SELL'),
    compressionSaving: form?.saving ?? 0,
    compressionFlipShare: form?.flips.flipShare ?? 0,
    compressionOpposites: form?.flips.opposites ?? 0,
    compressionActingShare: Math.min(...(form?.flips.actingShares ?? [0])),
    compressionAucLoss: form?.aucLoss ?? 0,
    ...Object.fromEntries(
      heads.flatMap(({ name, scores, labels, gains: own }) => [
        [`${name}Auc`, areaUnderCurve(scores, labels)],
        [`${name}CalibrationError`, calibrationBins(scores, labels).ece],
        [`${name}LogLoss`, mean(rowLosses(scores, labels))],
        [`${name}Gain`, mean(own)],
      ]),
    ),
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, roundTo6(value)]));
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
