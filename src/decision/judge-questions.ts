import type { Breaker } from '../control/breakers/breaker.ts';
import type { Load } from '../control/overload/load-state.ts';
import type { Clock } from '../core/clock.ts';
import { type Eventual, whenHere } from '../core/eventual.ts';
import { createFloat32Pool } from '../core/float32-pool.ts';
import type { Bar } from '../features/bar.ts';
import { featureVector } from '../features/vector.ts';
import { freshness } from '../market/calendar.ts';
import { outsideDomain } from '../models/outside-domain.ts';
import { isExit } from '../risk/effect.ts';
import type { Stages } from '../telemetry/stages.ts';
import { type Attribution, hold, type Intent, type Judgement } from './answer.ts';
import { attribute } from './attribution.ts';
import type { NamedOverride } from './named-override.ts';
import { judge, withheldByRisk } from './policy.ts';
import type { Question } from './question.ts';
import { type BreakerReading, type GuardedScores, scoreGuarded, scoreOneGuarded } from './score-guarded.ts';

/** What was computed for a question, whether it ended in an action or not. */
export interface Judged {
  readonly judgement: Judgement;
  /** Age of the last bar, in milliseconds; null without bars. */
  readonly ageMs: number | null;
  /** The model's input; undefined where none was computed. */
  readonly values: Float32Array | undefined;
  readonly attributions: readonly Attribution[] | undefined;
  /** Null where the model was not to run. */
  readonly breaker: BreakerReading | null;
  /** What the risk limit alone holds back; asked for only where the question names an override. */
  readonly withheld?: Intent | undefined;
  readonly override?: NamedOverride;
}

interface JudgeOptions {
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: number;
  readonly freshnessGraceMs: number;
  /** Where it is not `normal`, nothing is attributed. */
  readonly load: Load;
  /** Around the model of a question. */
  readonly breakerOf: (question: Question) => Breaker;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly stages: Stages;
}

/** What is known before a vector is computed. */
export const nothingComputed = {
  ageMs: null,
  values: undefined,
  attributions: undefined,
  breaker: null,
} as const;

/** A question whose model has a row to score. */
interface Row {
  readonly kind: 'row';
  /** Its place among the questions. */
  readonly at: number;
  readonly question: Question;
  readonly ageMs: number | null;
  readonly values: Float32Array;
}

/**
 * Input to judgement: freshness, features, domain, model, policy. A model's rows of several questions are scored in one
 * run; each is judged as it would be alone. No permission is looked at here.
 *
 * @returns one for each question, in their order
 */
export function judgeQuestions(
  questions: readonly Question[],
  options: JudgeOptions,
): Eventual<readonly Judged[]> {
  options.stages.begin('features');
  const prepared = questions.map((question, at) => prepare(question, at, options));
  options.stages.begin('model');
  const rows = prepared.filter((one) => one.kind === 'row');
  return whenHere(scoreAll(rows, questions.length, options), (scored) => {
    const judged = prepared.map((one) =>
      one.kind === 'judged' ? one.judged : conclude(one, scored[one.at] as GuardedScores),
    );
    const isExplaining = options.load === 'normal' && rows.some(({ question }) => question.explain);
    return isExplaining ? explainAll(rows, judged, scored) : judged;
  });
}

/** The same of one, without a list around it. */
export function judgeQuestion(question: Question, options: JudgeOptions): Eventual<Judged> {
  const { stages, breakerOf, clock, load } = options;
  stages.begin('features');
  const row = prepare(question, 0, options);
  stages.begin('model');
  if (row.kind === 'judged') return row.judged;
  const guard = { breaker: breakerOf(question), clock };
  return whenHere(scoreOneGuarded(question.model, row.values, guard), (scores): Eventual<Judged> => {
    const judged = conclude(row, scores);
    return load === 'normal' && question.explain && scores.scored.ok
      ? explain(row, judged, scores.scored.value.direction)
      : judged;
  });
}

type Scores = readonly (GuardedScores | undefined)[];

/** At each question's place what its model says of its row; one model after the other. */
function scoreAll(rows: readonly Row[], count: number, { breakerOf, clock }: JudgeOptions): Eventual<Scores> {
  const scored = new Array<GuardedScores | undefined>(count).fill(undefined);
  const score = (ofModel: readonly Row[]): Eventual<Scores> => {
    const [first] = ofModel;
    if (!first) return scored;
    const { question } = first;
    const values = ofModel.map((row) => row.values);
    const guard = { breaker: breakerOf(question), clock };
    return whenHere(scoreGuarded(question.model, values, guard), (scores) => {
      ofModel.forEach(({ at }, index) => {
        scored[at] = scores[index];
      });
      return scored;
    });
  };
  return byModel(rows).reduce<Eventual<Scores>>(
    (before, ofModel) => whenHere(before, () => score(ofModel)),
    scored,
  );
}

/** Mostly all are of one model. */
function byModel(rows: readonly Row[]): readonly (readonly Row[])[] {
  const model = rows[0]?.question.model;
  return rows.every(({ question }) => question.model === model)
    ? [rows]
    : [...Map.groupBy(rows, ({ question }) => question.model).values()];
}

const inputRows = createFloat32Pool();

type Prepared = Row | { readonly kind: 'judged'; readonly judged: Judged };

/** Everything before the model; where that decides already, the judgement. */
function prepare(question: Question, at: number, options: JudgeOptions): Prepared {
  const { model, input } = question;
  if (input.kind === 'none') {
    return judged(hold('safety', 'MARKET_DATA_UNAVAILABLE', input.missing), null);
  }
  if (input.kind === 'features') return withinDomain(question, { at, ageMs: null, values: input.values });
  const lastBar = input.kind === 'window' ? input.lastBar : input.bars.at(-1);
  const { kind, ageMs } = ageOf(question, lastBar?.tMs ?? 0, options);
  if (kind !== 'fresh') {
    const detail =
      kind === 'open' ? 'the last bar is still open' : 'a later bar has closed since the last one given';
    return judged(hold('safety', 'STALE_INPUT', detail), ageMs);
  }
  const { values, undefinedNames } = input.kind === 'window' ? input : vectorOf(model, input.bars);
  if (undefinedNames.length > 0) {
    const detail = `no finite value on these bars: ${undefinedNames.join(', ')}`;
    return judged(hold('abstain', 'FEATURES_UNDEFINED', detail), ageMs);
  }
  return withinDomain(question, { at, ageMs, values });
}

function vectorOf({ featureSet }: Question['model'], bars: readonly Bar[]) {
  const { values, undefinedNames } = featureVector(featureSet, bars);
  const row = inputRows.take(values.length);
  row.set(values);
  return { values: row, undefinedNames };
}

const judged = (judgement: Judgement, ageMs: number | null): Prepared => ({
  kind: 'judged',
  judged: { ...nothingComputed, judgement, ageMs },
});

function ageOf(question: Question, lastBarMs: number, { nowMs, freshnessGraceMs }: JudgeOptions) {
  const { calendar, interval } = question.model.bundle.manifest;
  return freshness(calendar, interval, lastBarMs, question.asOfMs ?? nowMs, freshnessGraceMs);
}

function withinDomain(question: Question, input: Pick<Row, 'at' | 'ageMs' | 'values'>): Prepared {
  const { at, ageMs, values } = input;
  const { domain, features } = question.model.bundle.manifest;
  const outside = outsideDomain(domain, values);
  if (outside === undefined) return { kind: 'row', at, question, ageMs, values };
  const detail = `${features.names[outside]} lies outside the trained range`;
  const judgement = hold('abstain', 'OUT_OF_DOMAIN', detail);
  return {
    kind: 'judged',
    judged: { ageMs, values, judgement, attributions: unscored(question, values), breaker: null },
  };
}

/** Model's scores to judgement; nothing is attributed yet. */
function conclude({ question, ageMs, values }: Row, { scored, breaker }: GuardedScores): Judged {
  const attributions = unscored(question, values);
  if (!scored.ok) return { ageMs, values, judgement: scored.error, attributions, breaker };
  const { bundle } = question.model;
  const { policy } = bundle.manifest;
  const isCached = question.input.kind === 'bars' && question.input.from === 'cached';
  const intended = judge(policy, scored.value, question.position);
  const judgement = isCached ? exitOnly(intended) : intended;
  const plain = { ageMs, values, judgement, attributions, breaker };
  return question.overrideId === null || isCached
    ? plain
    : { ...plain, withheld: withheldByRisk(policy, scored.value, question.position) };
}

/** Of what follows from bars of before, only what reduces or closes. */
function exitOnly(judgement: Judgement): Judgement {
  if (judgement.action === 'HOLD' || isExit(judgement.effect)) return judgement;
  const { action, effect, confidence, risk } = judgement;
  const detail = `${action} would ${effect}, and the market data source fails`;
  return hold('safety', 'MARKET_DATA_CACHED', detail, { confidence, risk });
}

/** With what each input moved, where that is asked and there is a score that it could move. */
async function explainAll(
  rows: readonly Row[],
  judged: readonly Judged[],
  scored: Scores,
): Promise<readonly Judged[]> {
  const explained = [...judged];
  for (const row of rows) {
    const [one, scores] = [explained[row.at], scored[row.at]?.scored];
    if (one && row.question.explain && scores?.ok)
      explained[row.at] = await explain(row, one, scores.value.direction);
  }
  return explained;
}

async function explain({ question, values }: Row, judged: Judged, direction: number): Promise<Judged> {
  const { bundle, runnable } = question.model;
  const { domain, features, heads } = bundle.manifest;
  const moved = await attribute({
    runnable,
    names: features.names,
    headCount: heads.length,
    values,
    baseline: domain.baseline,
    direction,
  });
  return { ...judged, attributions: moved.ok ? moved.value : unscored(question, values) };
}

/** What `explain` gets where no score was computed, or nothing may be attributed to it. */
const unscored = ({ explain, model }: Question, values: Float32Array): readonly Attribution[] | undefined =>
  explain ? unattributed(model.bundle.manifest.features.names, values) : undefined;

const unattributed = (names: readonly string[], values: Float32Array): readonly Attribution[] =>
  names.map((name, index) => ({ attribution: null, name, value: values[index] ?? 0 }));
