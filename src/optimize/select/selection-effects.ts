import { SeededRandom } from '../../core/seeded-random.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import { blockBootstrap } from '../../stats/block-bootstrap.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import { logLoss } from '../train/log-loss.ts';
import { takeColumns } from '../train/take-columns.ts';
import { takeRows } from '../train/take-rows.ts';
import type { Fold } from '../validation/fold.ts';
import type { FitScorer } from './fit-scorer.ts';

export interface Comparison {
  readonly withAll: number;
  readonly withKept: number;
  /** withKept − withAll, with its paired block-bootstrap interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** What narrowing the features does to the model on rows that neither it nor the selection has seen. */
export interface SelectionEffect {
  /** Mean of the folds, greater is better. */
  readonly areaUnderCurve: Comparison;
  /** Nats a row over all folds, less is better. */
  readonly logLoss: Comparison;
  /** Features kept in each fold. */
  readonly keptCounts: readonly number[];
}

export interface EffectsOptions<Step extends string> {
  readonly folds: readonly Fold[];
  readonly steps: readonly Step[];
  /** Runs the selection on a fold's training rows alone, and gives the features kept after each step. */
  readonly selectOn: (train: LabelledRows, fold: number) => Readonly<Record<Step, readonly number[]>>;
  readonly fitScorer: FitScorer;
  readonly blockLength: number;
  readonly resamples: number;
  readonly confidence: number;
  readonly seed: number;
}

/**
 * The effect of each step of a selection that is made anew in every fold. It is that of the procedure, on as many
 * rows as a fold has, and not of the one set that a selection on all rows keeps: no row could judge that one.
 */
export function selectionEffects<Step extends string>(
  rows: LabelledRows,
  options: EffectsOptions<Step>,
): Readonly<Record<Step, SelectionEffect>> {
  const outcomes = options.folds.map((fold, k) => foldOutcome(rows, fold, k, options));
  const random = new SeededRandom(options.seed);
  const effects = options.steps.map((step) => [step, effectOf(outcomes, step, options, random)] as const);
  return Object.fromEntries(effects) as Record<Step, SelectionEffect>;
}

type Probabilities = ArrayLike<number>;

interface FoldOutcome<Step extends string> {
  readonly labels: Uint8Array;
  readonly withAll: Probabilities;
  readonly withKept: Readonly<Record<Step, Probabilities>>;
  readonly kept: Readonly<Record<Step, readonly number[]>>;
}

function foldOutcome<Step extends string>(
  rows: LabelledRows,
  fold: Fold,
  index: number,
  { steps, selectOn, fitScorer, seed }: EffectsOptions<Step>,
): FoldOutcome<Step> {
  const train = takeRows(rows, fold.train);
  const test = takeRows(rows, fold.test);
  const kept = selectOn(train, index);
  const known = new Map<string, Probabilities>();
  const withKept = steps.map((step) => {
    // A step that dropped nothing needs no model of its own.
    const key = kept[step].join();
    const probabilities = known.get(key) ?? probabilitiesWith(train, test, kept[step], fitScorer, seed);
    known.set(key, probabilities);
    return [step, probabilities] as const;
  });
  return {
    labels: test.labels,
    withAll: fitScorer(train, seed)(test.features),
    withKept: Object.fromEntries(withKept) as Record<Step, Probabilities>,
    kept,
  };
}

/** Without features a model can only know the share of positives. */
function probabilitiesWith(
  train: LabelledRows,
  test: LabelledRows,
  columns: readonly number[],
  fitScorer: FitScorer,
  seed: number,
): Probabilities {
  if (columns.length > 0) {
    return fitScorer(takeColumns(train, columns), seed)(takeColumns(test, columns).features);
  }
  let positives = 0;
  for (let i = 0; i < train.count; i += 1) {
    positives += (train.labels[i] as number) * (train.weights[i] as number);
  }
  return new Float64Array(test.count).fill(positives / train.count);
}

function effectOf<Step extends string>(
  outcomes: readonly FoldOutcome<Step>[],
  step: Step,
  options: EffectsOptions<Step>,
  random: SeededRandom,
): SelectionEffect {
  const counts = outcomes.map(({ labels }) => labels.length);
  const labels = outcomes.flatMap((outcome) => [...outcome.labels]);
  const withAll = outcomes.flatMap((outcome) => Array.from(outcome.withAll));
  const withKept = outcomes.flatMap((outcome) => Array.from(outcome.withKept[step]));
  const compare = (statistic: (scores: readonly number[], indices: Int32Array) => number): Comparison => {
    const everyRow = Int32Array.from(labels, (_, i) => i);
    const differenceOn = (indices: Int32Array): number =>
      statistic(withKept, indices) - statistic(withAll, indices);
    return {
      withAll: statistic(withAll, everyRow),
      withKept: statistic(withKept, everyRow),
      difference: differenceOn(everyRow),
      ...blockBootstrap({ ...options, count: labels.length, random }, differenceOn),
    };
  };
  return {
    areaUnderCurve: compare((scores, indices) => meanAreaUnderCurve(scores, labels, indices, counts)),
    logLoss: compare((scores, indices) => logLoss(taken(scores, indices), taken(labels, indices))),
    keptCounts: outcomes.map(({ kept }) => kept[step].length),
  };
}

/** Over the folds in which both labels occur: scores of two folds' models have no common order. */
function meanAreaUnderCurve(
  scores: readonly number[],
  labels: readonly number[],
  indices: Int32Array,
  counts: readonly number[],
): number {
  let start = 0;
  let sum = 0;
  let defined = 0;
  for (const count of counts) {
    const end = start + count;
    const within = indices.filter((i) => i >= start && i < end);
    const area = areaUnderCurve(taken(scores, within), taken(labels, within));
    start = end;
    if (Number.isNaN(area)) continue;
    sum += area;
    defined += 1;
  }
  return sum / defined;
}

const taken = (values: readonly number[], indices: Int32Array): Float64Array =>
  Float64Array.from(indices, (i) => values[i] as number);
