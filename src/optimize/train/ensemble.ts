import { sigmoid } from '../../core/sigmoid.ts';
import { type Calibration, calibrate, fitCalibration } from './calibration.ts';
import { logLoss } from './log-loss.ts';
import { type LogisticParameters, logisticLogits, trainLogistic } from './logistic.ts';
import {
  type PerceptronOptions,
  type PerceptronParameters,
  perceptronLogits,
  trainPerceptron,
} from './multilayer-perceptron.ts';
import { fitStandardiser, type Standardiser, standardise } from './standardiser.ts';
import type { TrainingRows } from './training-rows.ts';

/** The calibrated mean of the probabilities of a logistic regression and a small perceptron. */
export interface Ensemble {
  readonly standardiser: Standardiser;
  readonly logistic: LogisticParameters;
  readonly perceptron: PerceptronParameters;
  readonly calibration: Calibration;
}

/** One part of the split with its labels. */
interface LabelledPart {
  readonly features: Float32Array;
  readonly labels: Uint8Array;
}

export interface EnsembleOptions {
  /** Ridge penalties to choose from by validation loss. */
  readonly ridges: readonly number[];
  readonly perceptron: PerceptronOptions;
}

/** Parameters are fitted on `train`; penalty, stopping epoch and calibration are chosen on `validation`. */
export function trainEnsemble(
  train: LabelledPart,
  validation: LabelledPart,
  options: EnsembleOptions,
): Ensemble {
  const standardiser = fitStandardiser(train.features, train.labels.length);
  const trainRows = rowsOf(standardiser, train);
  const validationRows = rowsOf(standardiser, validation);
  const logistic = bestLogistic(trainRows, validationRows, options.ridges);
  const perceptron = trainPerceptron(trainRows, validationRows, options.perceptron);
  const raw = meanProbabilities(logistic, perceptron, validationRows.inputs);
  return { standardiser, logistic, perceptron, calibration: fitCalibration(raw, validation.labels) };
}

/** Scores in f64, straight from the parameters: what every exported form is checked against. */
export function ensembleScores(ensemble: Ensemble, features: Float32Array): Float64Array {
  const inputs = standardise(ensemble.standardiser, features);
  return meanProbabilities(ensemble.logistic, ensemble.perceptron, inputs).map((probability) =>
    calibrate(ensemble.calibration, probability),
  );
}

function rowsOf(standardiser: Standardiser, { features, labels }: LabelledPart): TrainingRows {
  const inputs = standardise(standardiser, features);
  return { count: labels.length, width: standardiser.mean.length, inputs, labels };
}

function bestLogistic(
  train: TrainingRows,
  validation: TrainingRows,
  ridges: readonly number[],
): LogisticParameters {
  const candidates = ridges.map((ridge) => {
    const parameters = trainLogistic(train, ridge);
    const loss = logLoss(logisticLogits(parameters, validation.inputs).map(sigmoid), validation.labels);
    return { parameters, loss };
  });
  return candidates.reduce((best, candidate) => (candidate.loss < best.loss ? candidate : best)).parameters;
}

function meanProbabilities(
  logistic: LogisticParameters,
  perceptron: PerceptronParameters,
  inputs: Float64Array,
): Float64Array {
  const second = perceptronLogits(perceptron, inputs);
  return logisticLogits(logistic, inputs).map(
    (logit, i) => 0.5 * sigmoid(logit) + 0.5 * sigmoid(second[i] as number),
  );
}
