import { sigmoid } from '../../core/sigmoid.ts';
import type { FitScorer } from '../select/fit-scorer.ts';
import { type SelectFeaturesOptions, type Selection, selectFeatures } from '../select/select-features.ts';
import { selectionTrees } from '../select/selection-trees.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import { weightedLogLoss } from '../train/log-loss.ts';
import {
  type FittedMembers,
  fitMembers,
  type MemberLogits,
  type MemberOptions,
  type MemberStop,
  memberLogits,
  memberNames,
} from '../train/members.ts';
import { memberOptions, middlePoint } from './member-space.ts';

/** A piece of heavy work that stands for itself: everything it needs is in it, its seed included. */
export type Task = SelectTask | EvaluateTask | PredictTask | FitTask;

/** Chooses the columns that are worth having. */
interface SelectTask extends Pick<SelectFeaturesOptions, 'rows' | 'folds' | 'settings' | 'seed'> {
  readonly kind: 'select';
}

/** Judges one trial of the search on one fold. */
interface EvaluateTask extends Fitting {
  readonly kind: 'evaluate';
  readonly test: LabelledRows;
}

/** Log-odds of rows that did not shape the members. */
interface PredictTask extends Fitting {
  readonly kind: 'predict';
  readonly features: Float32Array;
}

interface FitTask extends Fitting {
  readonly kind: 'fit';
}

interface Fitting {
  readonly train: LabelledRows;
  readonly stop: MemberStop;
  readonly options: MemberOptions;
  readonly seed: number;
}

interface Evaluation {
  /** Weighted log-loss of the plain mean of the members' log-odds on the test rows, in nats. */
  readonly loss: number;
  readonly epochs: number;
  readonly trees: number;
}

interface Results {
  readonly select: Selection;
  readonly evaluate: Evaluation;
  readonly predict: MemberLogits;
  readonly fit: FittedMembers;
}

export type ResultOf<T extends Task> = Results[T['kind']];

/** Does the work. Pure: the same task gives the same bits on every engine. */
export function perform<T extends Task>(task: T): ResultOf<T>;
export function perform(task: Task): Results[Task['kind']] {
  switch (task.kind) {
    case 'select':
      return selectFeatures({
        ...task,
        fitTrees: selectionTrees,
        fitScorer: ensembleScorer,
        progress: () => undefined,
      });
    case 'evaluate':
      return evaluate(task);
    case 'predict':
      return memberLogits(fitted(task).members, task.features);
    case 'fit':
      return fitted(task);
  }
}

const fitted = ({ train, stop, options, seed }: Fitting): FittedMembers =>
  fitMembers(train, stop, options, seed);

/** What the features are for: the ensemble itself, at the middle of what the search chooses among. */
const ensembleScorer: FitScorer = (rows, seed) => {
  const stop = { kind: 'counts', epochs: 6, trees: 40 } as const;
  const { members } = fitMembers(rows, stop, memberOptions(middlePoint), seed);
  return (features) => meanProbabilities(memberLogits(members, features));
};

function evaluate(task: EvaluateTask): Evaluation {
  const { members, epochs, trees } = fitted(task);
  const { features, labels, weights } = task.test;
  const probabilities = meanProbabilities(memberLogits(members, features));
  return { loss: weightedLogLoss(probabilities, labels, weights), epochs, trees };
}

/** Of the plain mean of the members' log-odds: before anything is known about which of them to believe. */
const meanProbabilities = (logits: MemberLogits): Float64Array =>
  logits.logistic.map((_, i) => {
    let sum = 0;
    for (const name of memberNames) sum += logits[name][i] as number;
    return sigmoid(sum / memberNames.length);
  });
