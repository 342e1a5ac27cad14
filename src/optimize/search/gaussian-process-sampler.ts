import type { SeededRandom } from '../../core/seeded-random.ts';
import { coordinateOf, type Domain } from './domain.ts';
import { fitGaussianProcess, type InputScales, predict } from './gaussian-process.ts';
import { logExpectedImprovement } from './log-expected-improvement.ts';
import type { Sampler } from './sampler.ts';
import { pointOfUnits, randomPoint, type SearchPlan, unitsOfPoint } from './search-plan.ts';
import type { Point, Value } from './space.ts';
import { type CompleteTrial, isComplete, isPruned, type Trial } from './trial.ts';

/**
 * Bayesian optimisation: after 10 complete trials, the point of greatest expected improvement under a Gaussian process.
 *
 * Its inputs are each number's place on its scale, in [0, 1], and a column a choice (one-hot), which share their length
 * scale; an inactive parameter stands in its middle, or at no choice. A pruned trial counts as no better than the worst
 * complete one, a running trial as an average one (constant liar), so a batch spreads.
 */
export function gaussianProcessSampler(plan: SearchPlan): Sampler {
  const scales = inputScales(plan);
  return {
    suggest(history, random) {
      const complete = history.filter(isComplete);
      if (complete.length < STARTUP_TRIALS) return randomPoint(plan, random);
      const observed = history.filter((trial) => trial.outcome.kind !== 'failed');
      const targets = targetsOf(observed, complete);
      const process = fitGaussianProcess(
        observed.map(({ point }) => inputOf(plan, point)),
        targets,
        scales,
      );
      const best = targets.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
      const incumbents = complete
        .toSorted((a, b) => a.outcome.value - b.outcome.value)
        .slice(0, INCUMBENTS)
        .map(({ point }) => unitsOfPoint(plan, point, 0.5));
      const promiseOf = (units: Float64Array): number =>
        logExpectedImprovement(predict(process, inputOf(plan, pointOfUnits(plan, units))), best);
      return pointOfUnits(plan, mostPromising(plan, incumbents, promiseOf, random));
    },
  };
}

const STARTUP_TRIALS = 10;
/** How many of the best trials the search for the most promising point also starts from. */
const INCUMBENTS = 5;
const RANDOM_STARTS = 200;
const NEIGHBOURS = 30;
const CLIMBED = 4;
const CLIMB_STEPS = 60;

function inputScales({ parameters }: SearchPlan): InputScales {
  return {
    scaleOf: parameters.flatMap(({ domain, index }) => Array<number>(columnCount(domain)).fill(index)),
    scaleCount: parameters.length,
  };
}

const columnCount = (domain: Domain): number => (domain.kind === 'choice' ? domain.choices.length : 1);

function inputOf({ parameters }: SearchPlan, point: Point): Float64Array {
  const input: number[] = [];
  for (const { name, domain } of parameters) {
    const value: Value | undefined = point[name];
    if (domain.kind === 'choice') {
      // Two choices lie at distance 1.
      for (const choice of domain.choices) input.push(choice === value ? ROOT_HALF : 0);
    } else {
      const width = domain.high - domain.low;
      input.push(
        value === undefined || width === 0 ? 0.5 : (coordinateOf(domain, value) - domain.low) / width,
      );
    }
  }
  return Float64Array.from(input);
}

const ROOT_HALF = Math.SQRT2 / 2;

/** Mean 0 and variance 1 over the complete trials. */
function targetsOf(observed: readonly Trial[], complete: readonly CompleteTrial[]): Float64Array {
  const values = complete.map(({ outcome }) => outcome.value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const deviation = Math.sqrt(squares / values.length) || 1;
  const worst = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return Float64Array.from(observed, (trial) => {
    if (isComplete(trial)) return (trial.outcome.value - mean) / deviation;
    return isPruned(trial) ? (worst - mean) / deviation : 0;
  });
}

interface Candidate {
  readonly units: Float64Array;
  readonly promise: number;
}

/** The best of random points and of the incumbents' neighbours, the foremost of them improved by small steps. */
function mostPromising(
  plan: SearchPlan,
  incumbents: readonly Float64Array[],
  promiseOf: (units: Float64Array) => number,
  random: SeededRandom,
): Float64Array {
  const candidates: Candidate[] = [];
  const consider = (units: Float64Array): void => {
    candidates.push({ units, promise: promiseOf(units) });
  };
  for (let i = 0; i < RANDOM_STARTS; i += 1)
    consider(Float64Array.from(plan.parameters, () => random.uniform()));
  for (const incumbent of incumbents) {
    for (let i = 0; i < NEIGHBOURS; i += 1) consider(moved(incumbent, REACH_MAX / (1 + (i % 3) * 4), random));
  }
  const foremost = candidates.toSorted((a, b) => b.promise - a.promise).slice(0, CLIMBED);
  const climbed = foremost.map((start) => climb(start, promiseOf, random));
  return climbed.reduce((best, other) => (other.promise > best.promise ? other : best)).units;
}

const REACH_MAX = 0.2;

/** Takes each of some shrinking steps at random that leads up. */
function climb(
  start: Candidate,
  promiseOf: (units: Float64Array) => number,
  random: SeededRandom,
): Candidate {
  let best = start;
  let reach = REACH_MAX / 2;
  for (let step = 0; step < CLIMB_STEPS; step += 1) {
    const units = moved(best.units, reach, random);
    const promise = promiseOf(units);
    if (promise > best.promise) best = { units, promise };
    else reach *= 0.93;
  }
  return best;
}

/** A normal step in about half of the coordinates and at least one, held within the cube. */
function moved(units: Float64Array, reach: number, random: SeededRandom): Float64Array {
  const always = random.below(units.length);
  return units.map((unit, i) => {
    const isMoved = i === always || random.uniform() < 0.5;
    return isMoved ? Math.min(UNIT_MAX, Math.max(0, unit + reach * random.normal())) : unit;
  });
}

/** The greatest f64 below 1. */
const UNIT_MAX = 0.9999999999999999;
