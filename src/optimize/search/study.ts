import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { SeededRandom } from '../../core/seeded-random.ts';
import { createSampler, type SamplerOptions } from './create-sampler.ts';
import type { Sampler } from './sampler.ts';
import { planSearch, pointFaults, randomPoint, type SearchPlan } from './search-plan.ts';
import { type Point, type Space, spaceFaults } from './space.ts';
import { type CompleteTrial, isComplete, isRunning, type Outcome, type Trial } from './trial.ts';

export interface StudyOptions {
  readonly space: Space;
  readonly sampler: SamplerOptions;
  /** An integer; its low 32 bits are used. */
  readonly seed: number;
}

/** A study as plain JSON. */
export interface StudyState extends StudyOptions {
  readonly trials: readonly Trial[];
}

/**
 * A search for the point of least value. Ask for as many points as are to be tried side by side, try them, report each,
 * and ask again. What comes next depends on the options and on what was reported, not on the order of the reports within
 * a batch, nor on how often the study was stopped and resumed.
 */
export interface Study {
  readonly space: Space;
  /** All of them, by number. */
  trials(): readonly Trial[];
  /** Suggested and not reported: what a resumed study has to try again. */
  running(): readonly Trial[];
  /** The next trial; undefined when the sampler has nothing left, as a grid at its end. */
  suggest(): Trial | undefined;
  /**
   * What became of a trial. A value that is not a number is a failure, and reported as one.
   *
   * @throws RangeError for a trial that was not suggested or is already reported, or for a value that is not finite
   */
  report(number: number, outcome: Outcome): void;
  /** The complete trial of least value, of equals the first. */
  best(): CompleteTrial | undefined;
  state(): StudyState;
}

/** The error lists everything that is wrong with the space or the sampler. */
export const createStudy = (options: StudyOptions): Result<Study, string> => studyOf(options, []);

/**
 * The study whose {@link Study.state} was `state` goes on to the same next suggestion. The error says what keeps it from
 * that: a state of other options, or one that is no state at all.
 */
export function resumeStudy(options: StudyOptions, state: unknown): Result<Study, string> {
  const parsed = stateSchema.safeParse(state);
  if (!parsed.success) return err(`Not the state of a study: ${z.prettifyError(parsed.error)}`);
  const { space, sampler, seed, trials } = parsed.data;
  const study = studyOf(options, trials);
  if (!study.ok) return study;
  const changed = [
    ...(canonicalJson(space) === canonicalJson(options.space) ? [] : ['space']),
    ...(canonicalJson(sampler) === canonicalJson(options.sampler) ? [] : ['sampler']),
    ...(seed === options.seed ? [] : ['seed']),
  ];
  if (changed.length > 0) return err(`The state is of a study with another ${changed.join(' and ')}`);
  const faults = trialFaults(planSearch(options.space), trials);
  return faults.length > 0 ? err(faults.join('; ')) : study;
}

const finite = z.number();
const rungValues = z.array(finite);
const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('complete'), value: finite, rungValues: z.exactOptional(rungValues) }),
  z.object({ kind: z.literal('pruned'), rungValues: z.tuple([finite], finite) }),
  z.object({ kind: z.literal('failed') }),
  z.object({ kind: z.literal('running') }),
]);
const stateSchema = z.object({
  space: z.record(z.string(), z.json()),
  sampler: z.record(z.string(), z.json()),
  seed: z.number(),
  trials: z.array(
    z.object({
      number: z.number(),
      point: z.record(z.string(), z.union([z.string(), finite, z.boolean()])),
      outcome: outcomeSchema,
    }),
  ),
});

function trialFaults(plan: SearchPlan, trials: readonly Trial[]): readonly string[] {
  return trials.flatMap((trial, i) => [
    ...(trial.number === i ? [] : [`Trial ${i} bears the number ${trial.number}`]),
    ...pointFaults(plan, trial.point).map((fault) => `Trial ${i}: ${fault}`),
  ]);
}

function studyOf(options: StudyOptions, past: readonly Trial[]): Result<Study, string> {
  const { space, seed } = options;
  const faults = [
    ...(Number.isSafeInteger(seed) ? [] : ['The seed is not an integer']),
    ...spaceFaults(space),
  ];
  if (faults.length > 0) return err(faults.join('; '));
  const plan = planSearch(space);
  const sampler = createSampler(plan, options.sampler, seed);
  return sampler.ok ? ok(runningStudy(options, plan, sampler.value, past)) : sampler;
}

function runningStudy(
  options: StudyOptions,
  plan: SearchPlan,
  sampler: Sampler,
  past: readonly Trial[],
): Study {
  const { space, sampler: samplerOptions, seed } = options;
  const trials = [...past];
  return {
    space,
    trials: () => [...trials],
    running: () => trials.filter(isRunning),
    suggest() {
      const random = trialRandom(seed, trials.length);
      const point = sampler.suggest(trials, random);
      if (point === undefined) return undefined;
      const trial: Trial = {
        number: trials.length,
        point: unlikeRunning(plan, trials, point, random),
        outcome: { kind: 'running' },
      };
      trials.push(trial);
      return trial;
    },
    report(number, outcome) {
      const trial = trials[number];
      if (trial === undefined || !isRunning(trial)) throw new RangeError(`Trial ${number} does not run`);
      if (valuesOf(outcome).some((value) => !Number.isFinite(value))) {
        throw new RangeError(`Trial ${number} has a value that is not finite; it failed`);
      }
      trials[number] = { ...trial, outcome };
    },
    best: () => bestOf(trials),
    state: () => ({ space, sampler: samplerOptions, seed, trials: [...trials] }),
  };
}

/**
 * Another generator for every trial, so that a study has nothing to carry from one to the next. The seed is hashed
 * before the number is mixed in: else seed 1, trial 2 would be seed 2, trial 1.
 */
function trialRandom(seed: number, number: number): SeededRandom {
  const salt = new SeededRandom(seed).uint32();
  return new SeededRandom(new SeededRandom(salt ^ number).uint32());
}

/** A batch should not try one point twice: where values are few, a random point instead. */
function unlikeRunning(
  plan: SearchPlan,
  trials: readonly Trial[],
  suggested: Point,
  random: SeededRandom,
): Point {
  const running = new Set(trials.filter(isRunning).map(({ point }) => canonicalJson(point)));
  let point = suggested;
  for (let i = 0; i < REPEATS_MAX && running.has(canonicalJson(point)); i += 1)
    point = randomPoint(plan, random);
  return point;
}

/** Then the space is about as small as the batch, and a repetition has to be put up with. */
const REPEATS_MAX = 20;

function valuesOf(outcome: Outcome): readonly number[] {
  switch (outcome.kind) {
    case 'complete':
      return [outcome.value, ...(outcome.rungValues ?? [])];
    case 'pruned':
      return outcome.rungValues;
    case 'failed':
      return [];
  }
}

function bestOf(trials: readonly Trial[]): CompleteTrial | undefined {
  let best: CompleteTrial | undefined;
  for (const trial of trials) {
    if (isComplete(trial) && (best === undefined || trial.outcome.value < best.outcome.value)) best = trial;
  }
  return best;
}
