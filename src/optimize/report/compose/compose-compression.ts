import { compressionBounds } from '../../compress/choose-compression.ts';
import type { MadeModel } from '../../pipeline/make-model.ts';
import type { CompressionPart } from '../optimization-report.ts';

/** Every form on the holdout. The choice was made before, on out-of-fold rows of the development part. */
export function composeCompression({ compressed, comparedForms }: MadeModel): CompressionPart {
  const { flipShareMax, aucLossMax, rowCountMin } = compressionBounds;
  return {
    steps: comparedForms.map(({ joint, heads }, i) => ({
      form: joint.name,
      sizeBytes: joint.sizeBytes,
      gzippedBytes: joint.gzipBytes,
      auc: joint.auc,
      logLoss: heads.reduce((sum, { logLoss }) => sum + logLoss, 0),
      ece: joint.calibrationError,
      flipShare: joint.flips.flipShare,
      oppositeFlips: joint.flips.opposites,
      actingShare: joint.flips.eitherActs / joint.flips.rowCount,
      logLossChange: {
        value: joint.logLossDifference.mean,
        low: joint.logLossDifference.interval.low,
        high: joint.logLossDifference.interval.high,
      },
      latencies: [],
      detail: detailOf(compressed, i),
    })),
    chosen: compressed.chosen.name,
    bounds: { flipShareMax, aucLossMax },
    rows: rowCountMin,
    rowsDetail:
      'smoothed bootstrap of the holdout; AUC, ECE and the change of log-loss are of the direction head, log-loss is of all heads',
  };
}

function detailOf({ forms, chosen, refusals }: MadeModel['compressed'], i: number): string {
  const form = forms[i];
  if (form === chosen) return i === 0 ? 'no smaller form kept the bounds' : 'the smallest within the bounds';
  if (i === 0) return 'what the others are measured against';
  const reasons = refusals.get(form?.name ?? '') ?? [];
  return reasons.length === 0 ? 'within the bounds, but larger' : reasons.join('; ');
}
