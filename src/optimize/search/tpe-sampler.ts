import type { SeededRandom } from '../../core/seeded-random.ts';
import { coordinateOf, valueAt, valueCount, valueOfUnit } from './domain.ts';
import { logDensity, type ParzenEstimator, parzenEstimator, sampleParzen } from './parzen-estimator.ts';
import type { Sampler } from './sampler.ts';
import { isActive, type PlannedParameter, randomPoint, type SearchPlan } from './search-plan.ts';
import type { Point, Value } from './space.ts';
import { isComplete, isPruned, isRunning, type PrunedTrial, type Trial } from './trial.ts';

export interface TpeOptions {
  readonly plan: SearchPlan;
  /** One density over all parameters of a group, which sees how they act together; else one a parameter. */
  readonly isMultivariate: boolean;
}

/**
 * Tree-structured Parzen estimator as Optuna 5.0.0 has it: after 10 random trials the best tenth (at most 25) and
 * the rest each get a density, and of 24 draws from that of the good ones the one is taken whose density among the
 * good most exceeds that among the rest. Trials that still run count among the rest (constant liar), so a
 * batch spreads.
 *
 * Conditional spaces: a group (parameters of one condition) is drawn after its parents, from the trials in which it
 * was active; good and not so good are told apart over all trials.
 */
export function tpeSampler({ plan, isMultivariate }: TpeOptions): Sampler {
  const groups = isMultivariate ? plan.groups : plan.parameters.map((parameter) => [parameter]);
  return {
    suggest(history, random) {
      const finished = history.filter((trial) => isComplete(trial) || isPruned(trial)).length;
      if (finished < STARTUP_TRIALS) return randomPoint(plan, random);
      const { good, rest } = splitTrials(history, Math.min(Math.ceil(finished / 10), GOOD_TRIALS_MAX));
      const point: Record<string, Value> = {};
      for (const group of groups) {
        if (!isActive(group[0] as PlannedParameter, point)) continue;
        for (const { name, domain } of group) point[name] = valueOfUnit(domain, 0);
        const open = group.filter(({ domain }) => valueCount(domain) > 1);
        if (open.length > 0) Object.assign(point, drawGroup(open, good, rest, random));
      }
      return point;
    },
  };
}

const STARTUP_TRIALS = 10;
const GOOD_TRIALS_MAX = 25;
const CANDIDATES = 24;

interface Split {
  readonly good: readonly Trial[];
  readonly rest: readonly Trial[];
}

/** Complete trials are better than pruned ones, and of these those that came further. Both parts by number. */
function splitTrials(history: readonly Trial[], goodCount: number): Split {
  const complete = history.filter(isComplete).toSorted((a, b) => a.outcome.value - b.outcome.value);
  const pruned = history.filter(isPruned).toSorted(byRungThenValue);
  const ranked: readonly Trial[] = [...complete, ...pruned];
  const good = new Set(ranked.slice(0, goodCount));
  const isInRest = (trial: Trial): boolean =>
    !good.has(trial) && (isComplete(trial) || isPruned(trial) || isRunning(trial));
  return { good: history.filter((trial) => good.has(trial)), rest: history.filter(isInRest) };
}

function byRungThenValue(a: PrunedTrial, b: PrunedTrial): number {
  const rungs = b.outcome.rungValues.length - a.outcome.rungValues.length;
  return rungs === 0 ? (a.outcome.rungValues.at(-1) ?? 0) - (b.outcome.rungValues.at(-1) ?? 0) : rungs;
}

/** Of some draws the one that the good trials favour most; of parameters with more than one value. */
function drawGroup(
  group: readonly PlannedParameter[],
  good: readonly Trial[],
  rest: readonly Trial[],
  random: SeededRandom,
): Point {
  const estimateGood = estimatorOf(group, good);
  const estimateRest = estimatorOf(group, rest);
  let best = sampleParzen(estimateGood, random);
  let bestScore = logDensity(estimateGood, best) - logDensity(estimateRest, best);
  for (let i = 1; i < CANDIDATES; i += 1) {
    const candidate = sampleParzen(estimateGood, random);
    const score = logDensity(estimateGood, candidate) - logDensity(estimateRest, candidate);
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return Object.fromEntries(group.map(({ name, domain }, i) => [name, valueAt(domain, best[i] as number)]));
}

function estimatorOf(group: readonly PlannedParameter[], trials: readonly Trial[]): ParzenEstimator {
  const observations: Float64Array[] = [];
  for (const { point } of trials) {
    // All of a group are active together.
    if (point[(group[0] as PlannedParameter).name] === undefined) continue;
    observations.push(
      Float64Array.from(group, ({ name, domain }) => coordinateOf(domain, point[name] as Value)),
    );
  }
  return parzenEstimator(
    group.map(({ domain }) => domain),
    observations,
  );
}
