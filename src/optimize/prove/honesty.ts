import { SeededRandom } from '../../core/seeded-random.ts';
import { evaluateTables } from '../compress/evaluate-tables.ts';
import { plantedReturns } from '../data/planted-returns.ts';
import { parseTarget, type Target } from '../data/target.ts';
import { ensembleTables } from '../export/ensemble-tables.ts';
import type { Executor } from '../pipeline/executor.ts';
import { worthFacts } from '../pipeline/gate-facts.ts';
import { judgeHoldout } from '../pipeline/judge-holdout.ts';
import type { LearningSet } from '../pipeline/learning-set.ts';
import { trainCandidate } from '../pipeline/make-candidate.ts';
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
  /** Seeds with a planted signal, and as many with a planted leak. */
  readonly plants: number;
  readonly executor: Executor;
  readonly print: (line: string) => void;
}

interface HonestyProof {
  readonly passed: boolean;
  readonly released: number;
  /** With the direction's labels shifted alone, of as many as there are plants: told, and held to no bar. */
  readonly releasedForRisk: number;
  readonly signalsReleased: number;
  readonly leaksNamed: number;
  readonly lines: readonly string[];
}

/**
 * What the gates let through. The labels of the S&P 500 are shifted in a circle against its features, by a year at
 * least, so that both keep their own ways and nothing ties them; then at most 5 % of the runs may release a model.
 * Returns that the features do tell something of must be released, and tomorrow's return that is planted into the
 * features must be named. Every run is the first look at its holdout. Compression is left out: its gates can only refuse.
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
  const seeds = Array.from({ length: options.plants }, (_, i) => i + 1);
  const signals = await inTurns(seeds, (seed) => judged(withSignal(learning.value, seed), seed));
  const leaks = await inTurns(seeds, (seed) => judged(withLeak(learning.value, seed), seed));
  const halves = await inTurns(seeds, (seed) =>
    judged(withShiftedDirection(learning.value, shiftOf()), seed),
  );
  const releasedForRisk = halves.filter(({ isReleased }) => isReleased).length;
  const released = nulls.filter(({ isReleased }) => isReleased).length;
  const signalsReleased = signals.filter(({ isReleased }) => isReleased).length;
  const leaksNamed = leaks.filter(
    ({ isReleased, implausible }) => !isReleased && implausible.some((name) => name.startsWith(LEAKED)),
  ).length;
  return {
    passed:
      released <= RELEASED_SHARE_MAX * options.shifts &&
      signalsReleased >= SIGNALS_SHARE_MIN * options.plants &&
      leaksNamed === options.plants,
    released,
    releasedForRisk,
    signalsReleased,
    leaksNamed,
    lines: [
      `labels shifted in a circle: ${released} of ${options.shifts} released (at most ${100 * RELEASED_SHARE_MAX} %)`,
      `planted signal: ${signalsReleased} of ${options.plants} released (at least ${100 * SIGNALS_SHARE_MIN} %)`,
      `planted leak: ${leaksNamed} of ${options.plants} refused and named (all)`,
      `direction shifted alone: ${releasedForRisk} of ${options.plants} released, for a risk head that beats EWMA volatility; the report then says that the direction is not shown to know anything`,
      `each run: ${SETTINGS.trials} trials a search, ${SETTINGS.selection} selection, ${SETTINGS.innerFolds} inner folds, ${SETTINGS.outerFolds} outer`,
    ],
  };
}

const SEED = 20_241_125;
const RELEASED_SHARE_MAX = 0.05;
const SIGNALS_SHARE_MIN = 0.9;
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
  return { isReleased: gates.every(({ passed }) => passed), implausible: leaks.implausible };
}

async function spxRecipe(): Promise<Recipe> {
  const recipe = await recipeOf({
    data: 'spx',
    columns: {},
    interval: '1d',
    symbol: undefined,
    name: undefined,
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

/** Returns that the features tell something of, weakly enough for an honest feature: an AUC of about 0.57. */
const withSignal = (learning: Learning, seed: number): Learning =>
  withReturns(learning, plantedReturns({ ...learning.set, pull: 0.25, seed }));

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
