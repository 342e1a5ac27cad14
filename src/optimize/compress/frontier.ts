import { SeededRandom } from '../../core/seeded-random.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import { blockBootstrap, type Interval } from '../../stats/block-bootstrap.ts';
import { expectedCalibrationError } from '../../stats/expected-calibration-error.ts';
import { logLoss } from '../train/log-loss.ts';
import { type ActionThresholds, type DecisionFlips, decisionFlips } from './decision-flips.ts';
import { gzipSizeBytes } from './gzip-size.ts';

/** One form of a model with its scores, head by head where it has several: a head a form. */
export interface CompressionForm {
  readonly name: string;
  /** Its kernel tables, the same container for every form. */
  readonly file: Uint8Array;
  /** On the held-out rows, in their order of time. */
  readonly heldOutScores: ArrayLike<number>;
  /** On the smoothed rows; see `smoothed-rows.ts`. */
  readonly smoothedScores: ArrayLike<number>;
  /** Time of one row where somebody measured it. */
  readonly rowUs: number | undefined;
}

interface FrontierOptions {
  /** The f32 model that the others are compared with. */
  readonly reference: CompressionForm;
  readonly candidates: readonly CompressionForm[];
  /** Of the held-out rows, 0 or 1. */
  readonly labels: ArrayLike<number>;
  readonly thresholds: ActionThresholds;
  /** Rows whose labels overlap or depend on each other otherwise; see `blockBootstrap`. */
  readonly blockLength: number;
  readonly seed: number;
}

/** What one form costs and gives up, against the f32 model on the same rows. Losses in nats. */
export interface FrontierStep {
  readonly name: string;
  readonly sizeBytes: number;
  readonly gzipBytes: number;
  /** 1 − gzipped bytes ÷ those of the f32 model. */
  readonly saving: number;
  readonly logLoss: number;
  readonly auc: number;
  readonly calibrationError: number;
  /** AUC of the f32 model less this one's; negative where this one ranks better. */
  readonly aucLoss: number;
  /** Mean of this loss less the f32 model's, row by row, with its 95 % interval. */
  readonly logLossDifference: { readonly mean: number; readonly interval: Interval };
  /** f32 against this form, on the smoothed rows. */
  readonly flips: DecisionFlips;
  readonly rowUs: number | undefined;
}

/** The reference first, then the candidates in their order. */
export function frontier(options: FrontierOptions): FrontierStep[] {
  return [options.reference, ...options.candidates].map((form) => stepOf(form, options));
}

function stepOf(
  form: CompressionForm,
  { reference, labels, thresholds, blockLength, seed }: FrontierOptions,
): FrontierStep {
  const gzipBytes = gzipSizeBytes(form.file);
  const auc = areaUnderCurve(form.heldOutScores, labels);
  const differences = lossDifferences(form.heldOutScores, reference.heldOutScores, labels);
  const bootstrap = { count: labels.length, blockLength, resamples: 1_000, confidence: 0.95 };
  return {
    name: form.name,
    sizeBytes: form.file.length,
    gzipBytes,
    saving: 1 - gzipBytes / gzipSizeBytes(reference.file),
    logLoss: logLoss(form.heldOutScores, labels),
    auc,
    calibrationError: expectedCalibrationError(form.heldOutScores, labels, CALIBRATION_BINS),
    aucLoss: areaUnderCurve(reference.heldOutScores, labels) - auc,
    logLossDifference: {
      mean: meanAt(differences, undefined),
      interval: blockBootstrap({ ...bootstrap, random: new SeededRandom(seed) }, (indices) =>
        meanAt(differences, indices),
      ),
    },
    flips: decisionFlips(reference.smoothedScores, form.smoothedScores, thresholds),
    rowUs: form.rowUs,
  };
}

const CALIBRATION_BINS = 15;

function lossDifferences(
  scores: ArrayLike<number>,
  reference: ArrayLike<number>,
  labels: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(labels, (label, i) => {
    return logLoss([scores[i] as number], [label]) - logLoss([reference[i] as number], [label]);
  });
}

function meanAt(values: Float64Array, indices: Int32Array | undefined): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[indices?.[i] ?? i] as number;
  return sum / values.length;
}
