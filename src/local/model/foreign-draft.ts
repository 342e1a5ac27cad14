import { sha256Hex } from '../../core/digest.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { roundTo6 } from '../../core/round-to-6.ts';
import type { FeatureSet } from '../../features/vector.ts';
import type { Manifest } from '../../models/manifest.ts';
import type { BundleDraft } from '../../models/release.ts';
import { choosePolicy } from '../../optimize/measure/choose-policy.ts';
import { logLoss } from '../../optimize/train/log-loss.ts';
import { calibrationZ } from '../../stats/calibration-z.ts';
import { expectedCalibrationError } from '../../stats/expected-calibration-error.ts';
import type { ModelFile } from './model-file.ts';
import type { ReleaseOptions } from './release-options.ts';
import type { TrainingRowsFile } from './training-rows-file.ts';

export interface ForeignModel {
  readonly options: ReleaseOptions;
  readonly file: ModelFile;
  /** The graph as bundles have it. */
  readonly model: Uint8Array;
  readonly featureSet: FeatureSet;
  readonly domain: Manifest['domain'];
  readonly rows: TrainingRowsFile;
  /** Of the rows: a column a head. */
  readonly scores: readonly Float64Array[];
}

/** Beyond it chance alone leaves one honest model in a thousand. */
const CALIBRATION_Z_MAX = 3.29;
const CALIBRATION_BINS = 10;

/** Figures by head of how far its scores are probabilities, on the rows that were given; none without labels. */
export function calibrationOf({
  options,
  rows,
  scores,
}: ForeignModel): Result<Readonly<Record<string, number>>, string> {
  const figures: Record<string, number> = {};
  for (const [h, labels] of rows.labels.entries()) {
    const head = options.heads[h] ?? '';
    const said = scores[h] ?? new Float64Array();
    const z = calibrationZ(said, labels);
    if (!(Math.abs(z) <= CALIBRATION_Z_MAX))
      return err(
        `the ${head} scores are no probabilities of these labels: Spiegelhalter's z is ${z.toFixed(2)}, beyond ±${CALIBRATION_Z_MAX}; calibrate the model before it is exported`,
      );
    figures[`${head}.calibrationZ`] = roundTo6(z);
    figures[`${head}.calibrationError`] = roundTo6(expectedCalibrationError(said, labels, CALIBRATION_BINS));
    figures[`${head}.logLoss`] = roundTo6(logLoss(said, labels));
    figures[`${head}.baseRate`] = roundTo6(labels.reduce((sum, label) => sum + label, 0) / rows.count);
  }
  return ok(figures);
}

/** What the bundle of a model from elsewhere states: what was said of it, what was measured, and what nobody knows. */
export function foreignDraft(foreign: ForeignModel): BundleDraft {
  const { options, file, model, featureSet, domain, rows } = foreign;
  return {
    name: options.name,
    purpose: options.purpose,
    model,
    featureSet,
    heads: options.heads,
    target: options.target,
    symbols: [...options.symbols],
    interval: options.interval,
    calendar: options.calendar,
    policy: policyOf(foreign),
    domain,
    data: {
      source: 'rows given at the release',
      sha256: rows.sha256,
      rows: rows.count,
      from: rows.from,
      to: rows.to,
    },
    lineage: {
      seed: 0,
      recipe: 'brought from elsewhere',
      codeCommit: 'unknown',
      trials: 0,
      parameters: {
        producer: file.model.producerName || 'unknown',
        fileSha256: sha256Hex(file.bytes),
        trials: 'unknown',
        calibration: options.isLabelled ? 'measured on the rows given' : 'not measured',
      },
      reproducible: false,
    },
  };
}

function policyOf({
  options,
  scores: [direction = new Float64Array(), risk],
}: ForeignModel): Manifest['policy'] {
  const { actingShare, bounds, riskHoldAtLeast } = options;
  const measured = choosePolicy({
    thresholds: { kind: 'shares', buy: actingShare, sell: actingShare },
    direction,
    risk,
    nextReturns: new Float64Array(),
    costPerSide: 0,
  });
  return { ...measured, ...bounds, riskHoldAtLeast: riskHoldAtLeast ?? measured.riskHoldAtLeast };
}
