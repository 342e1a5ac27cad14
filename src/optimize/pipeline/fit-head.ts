import { err, ok, type Result } from '../../core/result.ts';
import type { Selection } from '../select/select-features.ts';
import { quickSelection, thoroughSelection } from '../select/selection-settings.ts';
import { combine, fitCombination } from '../train/combination.ts';
import type { Head } from '../train/ensemble.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import type { MemberLogits, memberNames } from '../train/members.ts';
import { takeColumns } from '../train/take-columns.ts';
import type { Fold } from '../validation/fold.ts';
import { blockLengthOf } from './block-length.ts';
import { deriveSeed } from './derive-seed.ts';
import type { Executor } from './executor.ts';
import { expandingFolds } from './expanding-folds.ts';
import { type Labelling, type LearningSet, labelledRows, labelling, type Question } from './learning-set.ts';
import { memberOptions } from './member-space.ts';
import { type SearchOutcome, searchMembers } from './search-members.ts';
import type { FactorySettings } from './settings.ts';
import type { WorkClock } from './work-clock.ts';

/** Everything that fitting a head takes. Nothing outside `within` has a part in what comes out. */
export interface HeadFitting {
  /** Names the seed's purpose and the progress: `final`, `fold 1`. */
  readonly job: string;
  readonly set: LearningSet;
  readonly question: Question;
  /** Examples to learn from, ascending. */
  readonly within: Int32Array;
  readonly settings: FactorySettings;
  readonly seed: number;
  readonly executor: Executor;
  readonly clock: WorkClock;
}

export interface FittedHead {
  readonly head: Head;
  readonly labelling: Labelling;
  /** Undefined where the settings ask for none. */
  readonly selection: Selection | undefined;
  readonly search: SearchOutcome;
  /** Scores of examples by members that did not see them: what may choose a policy. */
  readonly outOfFold: OutOfFold;
}

export interface OutOfFold {
  /** Of examples, ascending. */
  readonly indices: Int32Array;
  readonly scores: Float64Array;
}

/**
 * One head from a range of examples: label → select → search → stack and calibrate → fit. Selection, search,
 * stacking and calibration judge on walk-forward folds inside the range, so a caller that keeps examples back tests
 * the whole procedure on them.
 */
export async function fitHead(fitting: HeadFitting): Promise<Result<FittedHead, string>> {
  const { job, set, question, within, seed, executor } = fitting;
  const labels = labelling(question, within);
  const folds = innerFolds(fitting);
  if (!folds.ok) return folds;
  const selection = await select(fitting, labels, folds.value);
  const columns = columnsOf(selection, set.width);
  const rowsAt = (indices: Int32Array): LabelledRows =>
    takeColumns(labelledRows(set, question, labels, indices), columns);
  const search = await searchMembers({ ...fitting, folds: folds.value, rowsAt });
  if (!search.ok) return search;
  const { point, epochs, trees } = search.value;
  const training = {
    options: memberOptions(point),
    stop: { kind: 'counts', epochs, trees } as const,
    seed: deriveSeed(seed, job, question.name, 'fit'),
  };
  const [fitted, ...predicted] = await Promise.all([
    executor.run({ kind: 'fit', train: rowsAt(within), ...training }),
    ...folds.value.map(({ train, test }) =>
      executor.run({
        kind: 'predict',
        train: rowsAt(train),
        features: rowsAt(test).features,
        ...training,
      }),
    ),
  ]);
  const tested = rowsAt(joined(folds.value.map(({ test }) => test)));
  const logits = joinedLogits(predicted);
  const combination = fitCombination(logits, tested.labels, tested.weights);
  return ok({
    head: { name: question.name, columns, members: fitted.members, combination },
    labelling: labels,
    selection,
    search: search.value,
    outOfFold: {
      indices: joined(folds.value.map(({ test }) => test)),
      scores: combine(logits, combination),
    },
  });
}

/**
 * Columns that a head looks at, at least. Where the selection keeps fewer, the next in its ranking fill up: on a few
 * hundred rows it misses much, and an ensemble of one feature is a rule. Where it keeps none, no feature is shown to
 * tell anything; a model is made all the same, and the gates judge it.
 */
const COLUMNS_MIN = 12;

function columnsOf(selection: Selection | undefined, width: number): readonly number[] {
  if (selection === undefined) return Array.from({ length: width }, (_, i) => i);
  const { kept, ranking } = selection;
  const next = ranking.filter((feature) => !kept.includes(feature));
  return [...kept, ...next.slice(0, Math.max(0, COLUMNS_MIN - kept.length))].sort((a, b) => a - b);
}

/** The first step of {@link fitHead} alone; undefined where the settings ask for no selection. */
export async function selectForHead(fitting: HeadFitting): Promise<Result<Selection | undefined, string>> {
  const folds = innerFolds(fitting);
  if (!folds.ok) return folds;
  return ok(await select(fitting, labelling(fitting.question, fitting.within), folds.value));
}

/** Half of the range only ever trains; the rest is tested on, block after block. */
function innerFolds({ job, set, question, within, settings }: HeadFitting): Result<readonly Fold[], string> {
  const folds = expandingFolds(set, { within, foldCount: settings.innerFolds, firstTrainShare: 0.5 });
  return folds.ok ? folds : err(`${job}, ${question.name}: ${folds.error}`);
}

async function select(
  { job, set, question, within, settings, seed, executor }: HeadFitting,
  labels: Labelling,
  folds: readonly Fold[],
): Promise<Selection | undefined> {
  if (settings.selection === 'none') return undefined;
  const effort = settings.selection === 'full' ? thoroughSelection : quickSelection;
  const placeOf = new Map(Array.from(within, (index, place) => [index, place]));
  const places = (indices: Int32Array): Int32Array => indices.map((index) => placeOf.get(index) as number);
  return executor.run({
    kind: 'select',
    rows: labelledRows(set, question, labels, within),
    folds: folds.map(({ train, test }) => ({ train: places(train), test: places(test) })),
    settings: { ...effort, blockLength: blockLengthOf(set) },
    seed: deriveSeed(seed, job, question.name, 'select'),
  });
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return whole;
}

function joinedLogits(parts: readonly MemberLogits[]): MemberLogits {
  const column = (name: (typeof memberNames)[number]): Float64Array =>
    Float64Array.from(parts.flatMap((part) => [...part[name]]));
  return { logistic: column('logistic'), perceptron: column('perceptron'), trees: column('trees') };
}
