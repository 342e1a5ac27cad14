import { SeededRandom } from '../../core/seeded-random.ts';
import { normalCdf } from '../../stats/normal-distribution.ts';
import { pairedGain } from '../../stats/paired-gain.ts';
import { evaluateTables } from '../compress/evaluate-tables.ts';
import { plantedReturns, plantedSignal } from '../data/planted-returns.ts';
import { parseTarget, type Target } from '../data/target.ts';
import { ensembleTables } from '../export/ensemble-tables.ts';
import type { Executor } from '../pipeline/executor.ts';
import { worthFacts } from '../pipeline/gate-facts.ts';
import { judgeHoldout } from '../pipeline/judge-holdout.ts';
import { type LearningSet, labelling } from '../pipeline/learning-set.ts';
import { trainCandidate } from '../pipeline/make-candidate.ts';
import { overBaseRate } from '../pipeline/over-base-rate.ts';
import { type Learning, prepareLearning, withReturns } from '../pipeline/prepare-learning.ts';
import type { FactorySettings } from '../pipeline/settings.ts';
import type { Recipe } from '../recipe.ts';
import { recipeOf } from '../recipe-of.ts';
import { worthGates } from '../release/gates.ts';
import { spentAlpha } from '../validation/holdout-ledger.ts';
import { ALPHA_TOTAL } from '../validation/look-at-holdout.ts';

interface HonestyOptions {
  /** Circular shifts of the labels, each through the whole procedure. */
  readonly shifts: number;
  /** Seeds with a planted signal. */
  readonly signals: number;
  /** Seeds with a planted leak, and as many with the direction shifted alone. */
  readonly leaks: number;
  readonly executor: Executor;
  readonly print: (line: string) => void;
}

interface HonestyProof {
  readonly passed: boolean;
  readonly released: number;
  /** With the direction's labels shifted alone, of as many as there are leaks: told, and held to no bar. */
  readonly releasedForRisk: number;
  readonly signalsReleased: number;
  readonly leaksNamed: number;
  readonly lines: readonly string[];
}

/**
 * What the gates let through. The labels of the S&P 500 are shifted in a circle against its features, by a year at
 * least, so that both keep their own ways and nothing ties them; then at most 5 % of the runs may release a model.
 * Returns that the features do tell something of must be released, and tomorrow's return that is planted into the
 * features must be named. How much they tell is taken from what the holdout can show at all: {@link detectablePull}. Every run is the first look at its holdout. Compression is left out: its gates can only refuse.
 */
export async function proveHonesty(options: HonestyOptions): Promise<HonestyProof> {
  const recipe = await spxRecipe();
  const learning = prepareLearning(recipe);
  if (!learning.ok) throw new RangeError(learning.error);
  const random = new SeededRandom(SEED);
  const { count } = learning.value.set;
  const shiftOf = (): number => SHIFT_MIN + random.below(count - 2 * SHIFT_MIN);
  const judged = (changed: Learning, seed: number): Promise<Judged> =>
    judge(recipe, changed, seed, options.executor);
  const shifts = Array.from({ length: options.shifts }, shiftOf);
  const nulls = await inTurns(shifts, async (shift, i) => {
    const verdict = await judged(shifted(learning.value, shift), i + 1);
    if (verdict.isReleased) options.print(`shift ${shift} was released`);
    return verdict;
  });
  const seedsOf = (length: number): readonly number[] => Array.from({ length }, (_, i) => SEED_FIRST + i);
  const releasedOf = async (pull: number): Promise<number> => {
    const signals = await inTurns(seedsOf(options.signals), async (seed) => {
      const verdict = await judged(withSignal(learning.value, pull, seed), seed);
      if (!verdict.isReleased)
        options.print(`signal ${seed} of pull ${pull.toFixed(2)} was refused: ${verdict.failed.join(', ')}`);
      return verdict;
    });
    return signals.filter(({ isReleased }) => isReleased).length;
  };
  const faintPull = detectablePull(learning.value);
  const pull = faintPull + PULL_STEP;
  const faintReleased = await releasedOf(faintPull);
  const signalsReleased = await releasedOf(pull);
  const seeds = seedsOf(options.leaks);
  const leaks = await inTurns(seeds, (seed) => judged(withLeak(learning.value, seed), seed));
  const halves = await inTurns(seeds, (seed) =>
    judged(withShiftedDirection(learning.value, shiftOf()), seed),
  );
  const releasedForRisk = halves.filter(({ isReleased }) => isReleased).length;
  const released = nulls.filter(({ isReleased }) => isReleased).length;
  const leaksNamed = leaks.filter(
    ({ isReleased, implausible }) => !isReleased && implausible.some((name) => name.startsWith(LEAKED)),
  ).length;
  return {
    passed:
      released <= RELEASED_SHARE_MAX * options.shifts &&
      signalsReleased >= SIGNALS_SHARE_MIN * options.signals &&
      leaksNamed === options.leaks,
    released,
    releasedForRisk,
    signalsReleased,
    leaksNamed,
    lines: [
      `labels shifted in a circle: ${released} of ${options.shifts} released (at most ${100 * RELEASED_SHARE_MAX} %)`,
      `planted signal of pull ${faintPull.toFixed(2)}, the weakest that the holdout shows of the truth itself: ${faintReleased} of ${options.signals} released (told, held to no bar)`,
      `planted signal of pull ${pull.toFixed(2)}, a step above: ${signalsReleased} of ${options.signals} released (at least ${100 * SIGNALS_SHARE_MIN} %)`,
      `planted leak: ${leaksNamed} of ${options.leaks} refused and named (all)`,
      `direction shifted alone: ${releasedForRisk} of ${options.leaks} released, for a risk head that beats EWMA volatility; the report then says that the direction is not shown to know anything`,
      `each run: ${SETTINGS.trials} trials a search, ${SETTINGS.selection} selection, ${SETTINGS.innerFolds} inner folds, ${SETTINGS.outerFolds} outer`,
    ],
  };
}

const SEED = 20_241_125;
const RELEASED_SHARE_MAX = 0.05;
const SIGNALS_SHARE_MIN = 0.9;
/** Tests and their levels were chosen on planted signals of smaller seeds. */
const SEED_FIRST = 401;
/** A year: volatility remembers months, and a shorter shift would leave the risk head something to know. */
const SHIFT_MIN = 252;
/** Runs that wait for workers at the same time. */
const SIDE_BY_SIDE = 4;

/** The procedure as it is, with less of each step, so that hundreds of runs take minutes. */
const SETTINGS: FactorySettings = {
  trials: 4,
  trialsInBatch: 4,
  sampler: 'tpe',
  selection: 'quick',
  innerFolds: 2,
  outerFolds: 1,
  smoothedRows: 0,
  searchesForms: false,
};

interface Judged {
  readonly isReleased: boolean;
  readonly implausible: readonly string[];
  /** Names of the gates that refused. */
  readonly failed: readonly string[];
}

async function judge(recipe: Recipe, learning: Learning, seed: number, executor: Executor): Promise<Judged> {
  const candidate = await trainCandidate({
    recipe,
    learning,
    settings: SETTINGS,
    seed,
    executor,
    clock: { isOver: () => false },
    onStage: () => undefined,
  });
  if (!candidate.ok) throw new RangeError(candidate.error);
  const { trained, policy, domain, leaks } = candidate.value;
  const tables = ensembleTables(trained.ensemble);
  const score = (rows: Float32Array): Float32Array => evaluateTables(tables, rows);
  const outcome = await judgeHoldout({
    recipe,
    learning,
    trained,
    score,
    policy,
    domain,
    incumbent: undefined,
  });
  if (!outcome.ok) throw new RangeError(outcome.error);
  const gates = worthGates(worthFacts(candidate.value, outcome.value, spentAlpha(ALPHA_TOTAL, 1)));
  const failed = gates.filter(({ passed }) => !passed).map(({ name }) => name);
  return { isReleased: failed.length === 0, implausible: leaks.implausible, failed };
}

async function spxRecipe(): Promise<Recipe> {
  const recipe = await recipeOf({
    data: 'spx',
    columns: {},
    interval: '1d',
    symbol: undefined,
    name: undefined,
    rung: undefined,
    direction: target('forward-return:1'),
    risk: target('large-move:1:0.8'),
    holdoutShare: 0.2,
    costPerSide: 0.0002,
  });
  if (!recipe.ok) throw new RangeError(recipe.error);
  return recipe.value;
}

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (!parsed.ok) throw new RangeError(parsed.error);
  return parsed.value;
}

/** What came of example i + shift is said to have come of example i, for both heads and the policy's money alike. */
function shifted(learning: Learning, shift: number): Learning {
  const turned = (values: Float64Array): Float64Array =>
    values.map((_, i) => values[(i + shift) % values.length] as number);
  const { set } = learning;
  return withSet(learning, {
    ...set,
    nextReturns: turned(set.nextReturns),
    questions: set.questions.map((question) => ({
      ...question,
      outcomes: { ...question.outcomes, values: turned(question.outcomes.values) },
    })),
  });
}

/** The direction's labels alone are turned: what the risk head knows stays. */
function withShiftedDirection(learning: Learning, shift: number): Learning {
  const turned = shifted(learning, shift).set;
  const questions = learning.set.questions.map((question, h) =>
    question.name === 'direction' ? (turned.questions[h] as typeof question) : question,
  );
  return withSet(learning, { ...turned, questions });
}

/** Returns that the features tell something of. */
const withSignal = (learning: Learning, pull: number, seed: number): Learning =>
  withReturns(learning, plantedReturns({ ...learning.set, pull, seed }));

/**
 * The weakest pull at which the truth itself, the chance that the return was drawn with, is shown by the gate's test on
 * the holdout in 99 % of {@link TRUTH_DRAWS} draws. Below it no model could be released reliably, whoever made it. A
 * model that was learnt from a number of days knows less than the truth, so the bar is held {@link PULL_STEP} above.
 */
function detectablePull(learning: Learning): number {
  for (let steps = 1; steps <= PULL_STEPS_MAX; steps += 1) {
    const pull = steps * PULL_STEP;
    const shown = Array.from({ length: TRUTH_DRAWS }, (_, i) => isTruthShown(learning, pull, i + 1));
    if (shown.filter(Boolean).length >= TRUTH_SHARE_MIN * TRUTH_DRAWS) return pull;
  }
  throw new RangeError('no pull is shown');
}

const PULL_STEP = 0.05;
const PULL_STEPS_MAX = 20;
const TRUTH_SHARE_MIN = 0.99;
const TRUTH_DRAWS = 200;

function isTruthShown(learning: Learning, pull: number, seed: number): boolean {
  const { set, holdout, development } = withSignal(learning, pull, seed);
  const question = set.questions[0];
  if (question === undefined) throw new RangeError('a set without questions');
  const all = labelling(question, development).labels;
  const signal = plantedSignal(set);
  const labels = Uint8Array.from(holdout, (index) => all[index] as number);
  const truth = Float64Array.from(holdout, (index) => normalCdf(pull * (signal[index] as number)));
  const { tested, groups } = overBaseRate(truth, labels, question.target.horizonBars);
  return pairedGain(tested, spentAlpha(ALPHA_TOTAL, 1) / set.questions.length, groups).low > 0;
}

/** One feature is tomorrow's return in other units, under noise. */
function withLeak(learning: Learning, seed: number): Learning {
  const { set } = learning;
  const random = new SeededRandom(seed);
  const place = random.below(set.width);
  const returns = set.questions[0]?.outcomes.values as Float64Array;
  const features = set.features.slice();
  returns.forEach((value, i) => {
    features[i * set.width + place] = value * (1 + 0.5 * random.normal());
  });
  const featureNames = set.featureNames.map((name, i) => (i === place ? LEAKED : name));
  return withSet(learning, { ...set, features, featureNames });
}

const LEAKED = 'planted_leak';

const withSet = (learning: Learning, set: LearningSet): Learning => ({ ...learning, set });

/** Some at a time, answers in the order of the items. */
async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += SIDE_BY_SIDE) {
    const turn = items.slice(start, start + SIDE_BY_SIDE);
    results.push(...(await Promise.all(turn.map((item, i) => work(item, start + i)))));
  }
  return results;
}
