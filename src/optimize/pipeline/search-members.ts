import { err, ok, type Result } from '../../core/result.ts';
import type { SamplerOptions } from '../search/create-sampler.ts';
import type { Point } from '../search/space.ts';
import { createStudy } from '../search/study.ts';
import { halveBatch } from '../search/successive-halving.ts';
import type { Trial } from '../search/trial.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import type { Fold } from '../validation/fold.ts';
import { cutHoldout } from '../validation/purged-folds.ts';
import { deriveSeed } from './derive-seed.ts';
import type { Executor } from './executor.ts';
import type { LearningSet, Question } from './learning-set.ts';
import { memberOptions, memberSpace, middlePoint } from './member-space.ts';
import type { FactorySettings, SamplerName } from './settings.ts';
import type { WorkClock } from './work-clock.ts';

interface MemberSearch {
  readonly job: string;
  readonly set: LearningSet;
  readonly question: Question;
  readonly folds: readonly Fold[];
  readonly rowsAt: (indices: Int32Array) => LabelledRows;
  readonly settings: FactorySettings;
  readonly seed: number;
  readonly executor: Executor;
  readonly clock: WorkClock;
}

export interface SearchOutcome {
  readonly point: Point;
  /** At which training the members on a whole range ends: the median over the folds of where it stopped there, at least 1. */
  readonly epochs: number;
  readonly trees: number;
  /** All of them, by number; none where the settings ask for none, and then the point is the middle of the space. */
  readonly trials: readonly Trial[];
  /** Whether the clock ended it before its trials were done. */
  readonly isCut: boolean;
}

/**
 * The members' best hyperparameters by the log-loss of their mean on walk-forward folds. Trials are suggested in
 * batches and each is judged fold by fold, dropping out where others did better on the same folds; so what is
 * suggested next depends on what was found, and not on which worker was faster.
 */
export async function searchMembers(search: MemberSearch): Promise<Result<SearchOutcome, string>> {
  const { job, question, folds, settings, seed, clock } = search;
  const stops = stopRows(search);
  if (!stops.ok) return err(`${job}, ${question.name}: ${stops.error}`);
  const judge = createJudge(search, stops.value);
  const study = createStudy({
    space: memberSpace,
    sampler: samplerOptions[settings.sampler],
    seed: deriveSeed(seed, job, question.name, 'search'),
  });
  if (!study.ok) throw new RangeError(study.error);
  const { suggest, report, trials, best } = study.value;
  while (trials().length < settings.trials && !clock.isOver()) {
    const history = trials();
    const size = Math.min(settings.trialsInBatch, settings.trials - history.length);
    const batch = Array.from({ length: size }, suggest).filter((trial) => trial !== undefined);
    const halving = { resourceMin: 1, resourceMax: folds.length, reductionFactor: 2 };
    const outcomes = await halveBatch({ ...halving, history, batch, advance: judge.advance });
    outcomes.forEach((outcome, i) => {
      report((batch[i] as Trial).number, outcome);
    });
  }
  const chosen = best() ?? { number: -1, point: middlePoint };
  const { epochs, trees } = await judge.stopsOf(chosen);
  const isCut = trials().length < settings.trials;
  return ok({ point: chosen.point, epochs, trees, trials: trials(), isCut });
}

const samplerOptions: Readonly<Record<SamplerName, SamplerOptions>> = {
  tpe: { kind: 'tpe', isMultivariate: true },
  'tpe-independent': { kind: 'tpe', isMultivariate: false },
  'gaussian-process': { kind: 'gaussian-process' },
  'quasi-random': { kind: 'quasi-random' },
  random: { kind: 'random' },
};

/** Share of a fold's training examples, its latest, that decides when training stops. */
const STOP_SHARE = 0.2;
const STOP_LIMITS = { epochsMax: 40, treesMax: 80, patience: 8 } as const;

interface StopRows {
  readonly train: Int32Array;
  readonly stop: Int32Array;
}

function stopRows({ set, question, folds }: MemberSearch): Result<readonly StopRows[], string> {
  const cuts: StopRows[] = [];
  for (const { train } of folds) {
    const { spans } = question.outcomes;
    const cut = cutHoldout({ spans, within: train, share: STOP_SHARE, embargoBars: set.embargoBars });
    if (!cut.ok) return cut;
    cuts.push({ train: cut.value.development, stop: cut.value.holdout });
  }
  return ok(cuts);
}

interface Evaluated {
  readonly loss: number;
  readonly epochs: number;
  readonly trees: number;
}

/** Judges trials fold by fold, each fold of each trial once. */
function createJudge(search: MemberSearch, stops: readonly StopRows[]) {
  const { job, question, folds, rowsAt, seed, executor } = search;
  const known = new Map<number, Promise<Evaluated>[]>();

  function evaluate({ point }: Pick<Trial, 'point'>, fold: number): Promise<Evaluated> {
    const { train, stop } = stops[fold] as StopRows;
    return executor.run({
      kind: 'evaluate',
      train: rowsAt(train),
      stop: { kind: 'validation', rows: rowsAt(stop), ...STOP_LIMITS },
      test: rowsAt((folds[fold] as Fold).test),
      options: memberOptions(point),
      // The same draw for every trial of a fold: trials then differ by their point alone.
      seed: deriveSeed(seed, job, question.name, 'trial', fold),
    });
  }

  function upTo(trial: Pick<Trial, 'number' | 'point'>, foldCount: number): Promise<readonly Evaluated[]> {
    const evaluations = known.get(trial.number) ?? [];
    known.set(trial.number, evaluations);
    while (evaluations.length < foldCount) evaluations.push(evaluate(trial, evaluations.length));
    return Promise.all(evaluations.slice(0, foldCount));
  }

  return {
    advance: (trials: readonly Trial[], foldCount: number): Promise<readonly number[]> =>
      Promise.all(
        trials.map(async (trial) => {
          const evaluations = await upTo(trial, foldCount);
          return evaluations.reduce((sum, { loss }) => sum + loss, 0) / foldCount;
        }),
      ),
    async stopsOf(trial: Pick<Trial, 'number' | 'point'>) {
      const evaluations = await upTo(trial, folds.length);
      return {
        epochs: Math.max(1, middle(evaluations.map(({ epochs }) => epochs))),
        trees: Math.max(1, middle(evaluations.map(({ trees }) => trees))),
      };
    },
  };
}

/** The median; of an even number the lower of the two. */
const middle = (counts: readonly number[]): number =>
  counts.toSorted((a, b) => a - b)[Math.floor((counts.length - 1) / 2)] ?? 0;
