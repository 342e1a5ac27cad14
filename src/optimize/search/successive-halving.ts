import { isComplete, isPruned, type Outcome, type Trial } from './trial.ts';

export interface HalvingOptions {
  /** Resource of the first rung and of a complete trial, in whole units such as folds or epochs; 1 ≤ min ≤ max. */
  readonly resourceMin: number;
  readonly resourceMax: number;
  /** Each rung takes this many times the resource of the last, and about one trial of this many passes it; ≥ 2. */
  readonly reductionFactor: number;
}

/**
 * The resource in all that a trial has had at each rung; the last is `resourceMax`, where it is complete.
 *
 * @throws RangeError for options out of their range
 */
export function rungResources({
  resourceMin,
  resourceMax,
  reductionFactor,
}: HalvingOptions): readonly number[] {
  const areWhole = Number.isSafeInteger(resourceMin) && Number.isSafeInteger(resourceMax);
  if (!areWhole || resourceMin < 1 || resourceMax < resourceMin || !(reductionFactor >= 2)) {
    throw new RangeError(`No rungs from ${resourceMin} to ${resourceMax} by ${reductionFactor}`);
  }
  const rungs: number[] = [];
  for (let resource = resourceMin; resource < resourceMax; resource *= reductionFactor) {
    rungs.push(Math.floor(resource));
  }
  return [...rungs, resourceMax];
}

export interface BatchOptions extends HalvingOptions {
  /** Trials reported so far; their values at the rungs are what a new trial has to stand up to. */
  readonly history: readonly Trial[];
  /** The trials to try now, side by side. */
  readonly batch: readonly Trial[];
  /**
   * Takes the trials on, each to `resource` in all, and gives their values there in the same order; undefined for one
   * that failed.
   */
  readonly advance: (trials: readonly Trial[], resource: number) => Promise<readonly (number | undefined)[]>;
}

/**
 * Runs a batch rung by rung and stops what does not look worth its resource: a trial passes a rung when its value is
 * among the best 1 / reductionFactor of all that ever reached the rung, rounded down but at least one. Outcomes stand
 * in the batch's order, ready for a study.
 *
 * Source: asynchronous successive halving (Li et al., "A system for massively parallel hyperparameter tuning", MLSys
 * 2020, algorithm 2), as Optuna's SuccessiveHalvingPruner has it, but decided for whole batches, so that how fast a
 * worker is decides nothing. Of equal values the earlier trial's passes.
 */
export async function halveBatch(options: BatchOptions): Promise<readonly Outcome[]> {
  const resources = rungResources(options);
  const rungValues = new Map<number, number[]>(options.batch.map(({ number }) => [number, []]));
  const failed = new Set<number>();
  let alive = options.batch;
  for (const [rung, resource] of resources.entries()) {
    if (alive.length === 0) break;
    const values = await options.advance(alive, resource);
    for (const [i, trial] of alive.entries()) {
      const value = values[i];
      if (value === undefined || !Number.isFinite(value)) failed.add(trial.number);
      else rungValues.get(trial.number)?.push(value);
    }
    const reached = alive.filter(({ number }) => !failed.has(number));
    const isLast = rung === resources.length - 1;
    alive = isLast ? reached : passing(reached, rung, rungValues, options);
  }
  const completed = new Set(alive.map(({ number }) => number));
  return options.batch.map(({ number }) =>
    failed.has(number) ? { kind: 'failed' } : outcomeOf(rungValues.get(number) ?? [], completed.has(number)),
  );
}

function passing(
  reached: readonly Trial[],
  rung: number,
  rungValues: ReadonlyMap<number, readonly number[]>,
  { history, reductionFactor }: BatchOptions,
): readonly Trial[] {
  const earlier = history.map((trial) => ({ number: trial.number, value: pastRungValues(trial)[rung] }));
  const now = reached.map(({ number }) => ({ number, value: rungValues.get(number)?.[rung] }));
  const ranked = [...earlier, ...now]
    .filter((entry): entry is { number: number; value: number } => entry.value !== undefined)
    .toSorted((a, b) => a.value - b.value);
  const passed = ranked.slice(0, Math.max(1, Math.floor(ranked.length / reductionFactor)));
  return reached.filter((trial) => passed.some(({ number }) => number === trial.number));
}

function pastRungValues(trial: Trial): readonly number[] {
  if (isComplete(trial)) return trial.outcome.rungValues ?? [];
  return isPruned(trial) ? trial.outcome.rungValues : [];
}

/** The value of the last rung is the trial's own. */
function outcomeOf(values: readonly number[], isCompleted: boolean): Outcome {
  const [first, ...rest] = values;
  if (first === undefined) throw new RangeError('A trial reached no rung and did not fail');
  const last = rest.at(-1) ?? first;
  return isCompleted
    ? { kind: 'complete', value: last, rungValues: values }
    : { kind: 'pruned', rungValues: [first, ...rest] };
}
