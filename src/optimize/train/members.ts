import { roundStandardiser } from './coarse/round-standardiser.ts';
import { standardiserTables } from './coarse/standardiser-tables.ts';
import { snapThresholds, ThresholdGrid } from './coarse/threshold-grid.ts';
import type { LabelledRows } from './labelled-rows.ts';
import { type LogisticParameters, logisticLogits, trainLogistic } from './logistic.ts';
import {
  type PerceptronOptions,
  type PerceptronParameters,
  type PerceptronStop,
  perceptronLogits,
  trainPerceptron,
} from './multilayer-perceptron.ts';
import { fitStandardiser, type Standardiser, standardise } from './standardiser.ts';
import { toTrainingRows } from './training-rows.ts';
import { trainTrees } from './trees/train-trees.ts';
import type { TreeEnsemble } from './trees/tree-ensemble.ts';
import { treeLogits } from './trees/tree-logits.ts';
import type { TreeOptions } from './trees/tree-options.ts';

/** The members of an ensemble, in the order of its shares. */
export const memberNames = ['logistic', 'perceptron', 'trees'] as const;

/** Three models of one label on the same columns. The trees look at raw values, the others at standardised ones. */
export interface Members {
  readonly standardiser: Standardiser;
  readonly logistic: LogisticParameters;
  readonly perceptron: PerceptronParameters;
  readonly trees: TreeEnsemble;
}

/** Log-odds of each row by each member. */
export type MemberLogits = Readonly<Record<(typeof memberNames)[number], Float64Array>>;

export interface MemberOptions {
  /** Ridge penalty of the logistic regression. */
  readonly ridge: number;
  readonly perceptron: Omit<PerceptronOptions, 'seed'>;
  readonly trees: Omit<TreeOptions, 'seed' | 'treesMax' | 'patience'>;
}

/** When training ends: after stated counts, or by the loss on later rows. */
export type MemberStop =
  | { readonly kind: 'counts'; readonly epochs: number; readonly trees: number }
  | {
      readonly kind: 'validation';
      readonly rows: LabelledRows;
      readonly epochsMax: number;
      readonly treesMax: number;
      readonly patience: number;
    };

export interface FittedMembers {
  readonly members: Members;
  /** Epochs and trees at which training stopped. */
  readonly epochs: number;
  readonly trees: number;
}

/**
 * Everything that is learnt from rows, the scaling included, is learnt from `train`. Scaling and thresholds are made
 * coarse here, where what that costs is measured with everything else out of sample, so that compression need not
 * move them later and with them the decisions of a model that was chosen already.
 */
export function fitMembers(
  train: LabelledRows,
  stop: MemberStop,
  options: MemberOptions,
  seed: number,
): FittedMembers {
  const standardiser = coarseStandardiser(fitStandardiser(train.features, train.count));
  const rows = toTrainingRows(standardiser, train);
  const { parameters, epochs } = trainPerceptron(rows, perceptronStop(stop, standardiser), {
    ...options.perceptron,
    seed,
  });
  const trees = onGrid(fitTrees(train, stop, options, seed), standardiser);
  const logistic = trainLogistic(rows, options.ridge);
  return {
    members: { standardiser, logistic, perceptron: parameters, trees },
    epochs,
    trees: trees.trees.length,
  };
}

/** `features`: f32[rows × width], raw. */
export function memberLogits(members: Members, features: Float32Array): MemberLogits {
  const inputs = standardise(members.standardiser, features);
  return {
    logistic: logisticLogits(members.logistic, inputs),
    perceptron: perceptronLogits(members.perceptron, inputs),
    trees: Float64Array.from(treeLogits(members.trees, features)),
  };
}

/** In floats of two bytes where they do. */
function coarseStandardiser(standardiser: Standardiser): Standardiser {
  const { mean, inverseDeviation, min, max } = roundStandardiser(standardiserTables(standardiser), 2);
  return { mean: Float64Array.from(mean), inverseDeviation: Float64Array.from(inverseDeviation), min, max };
}

/** With thresholds at whole 64ths of a deviation, which small integers tell. */
const onGrid = (trees: TreeEnsemble, standardiser: Standardiser): TreeEnsemble =>
  snapThresholds(trees, new ThresholdGrid(standardiserTables(standardiser), GRID_BITS));

const GRID_BITS = 6;

const perceptronStop = (stop: MemberStop, standardiser: Standardiser): PerceptronStop =>
  stop.kind === 'counts'
    ? { kind: 'epochs', epochs: stop.epochs }
    : {
        kind: 'validation',
        rows: toTrainingRows(standardiser, stop.rows),
        epochsMax: stop.epochsMax,
        patience: stop.patience,
      };

const fitTrees = (
  train: LabelledRows,
  stop: MemberStop,
  { trees }: MemberOptions,
  seed: number,
): TreeEnsemble =>
  stop.kind === 'counts'
    ? trainTrees(train, undefined, { ...trees, seed, treesMax: stop.trees, patience: 1 })
    : trainTrees(train, stop.rows, { ...trees, seed, treesMax: stop.treesMax, patience: stop.patience });
