import { encodeModel } from '../../../onnx/model-proto.ts';
import { compressionBounds } from '../../compress/choose-compression.ts';
import { gzipSizeBytes } from '../../compress/gzip-size.ts';
import type { ModelTables } from '../../compress/model-tables.ts';
import { tablesGraph } from '../../compress/tables-graph.ts';
import type { CompressionPart, Latency } from '../../optimization-report.ts';
import type { MadeModel } from '../../pipeline/make-model.ts';

/**
 * Every form on the holdout. The choice was made before, on out-of-fold rows of the development part.
 *
 * @param latencies of each form, in the order of `compressed.forms`
 */
export function composeCompression(
  { compressed, comparedForms, outcome }: MadeModel,
  latencies: readonly (readonly Latency[])[],
): CompressionPart {
  const { flipShareMax, aucLossMax, rowCountMin } = compressionBounds;
  return {
    steps: comparedForms.map(({ joint, heads }, i) => ({
      form: joint.name,
      sizeBytes: joint.sizeBytes,
      gzippedBytes: joint.gzipBytes,
      onnxGzippedBytes: onnxGzippedBytes(compressed.forms[i]?.model),
      flipShare: joint.flips.flipShare,
      oppositeFlips: joint.flips.opposites,
      actingShare: joint.flips.eitherActs / joint.flips.rowCount,
      heads: heads.map(({ auc, logLoss, calibrationError, logLossDifference: { mean, interval } }, h) => ({
        name: outcome.heads[h]?.name ?? String(h),
        auc,
        logLoss,
        ece: calibrationError,
        logLossChange: { value: mean, low: interval.low, high: interval.high },
      })),
      latencies: latencies[i] ?? [],
      detail: detailOf(compressed, i),
    })),
    chosen: compressed.chosen.name,
    bounds: { flipShareMax, aucLossMax },
    rows: rowCountMin,
    rowsDetail: 'a smoothed bootstrap of the holdout',
  };
}

const onnxGzippedBytes = (model: ModelTables | undefined): number =>
  model === undefined ? NaN : gzipSizeBytes(encodeModel(tablesGraph('model', model)));

function detailOf({ forms, chosen, refusals }: MadeModel['compressed'], i: number): string {
  const form = forms[i];
  if (form === chosen) return i === 0 ? 'no smaller form kept the bounds' : 'the smallest within the bounds';
  if (i === 0) return 'what the others are measured against';
  const reasons = refusals.get(form?.name ?? '') ?? [];
  return reasons.length === 0 ? 'within the bounds, but larger' : reasons.join('; ');
}
