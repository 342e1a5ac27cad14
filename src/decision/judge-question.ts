import { featureVector } from '../features/vector.ts';
import { freshness } from '../market/calendar.ts';
import type { Manifest } from '../models/bundle.ts';
import { outsideDomain } from '../models/outside-domain.ts';
import type { Stages } from '../telemetry/stages.ts';
import { type Attribution, hold, type Judgement } from './answer.ts';
import { attribute } from './attribution.ts';
import { judge, type Scores } from './policy.ts';
import type { Question } from './question.ts';

/** What was computed for a question, whether it ended in an action or not. */
export interface Judged {
  readonly judgement: Judgement;
  /** Age of the last bar, in milliseconds; null without bars. */
  readonly ageMs: number | null;
  /** The model's input; undefined where none was computed. */
  readonly values: Float32Array | undefined;
  readonly attributions: readonly Attribution[] | undefined;
}

interface JudgeOptions {
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: number;
  readonly freshnessGraceMs: number;
  readonly stages: Stages;
}

/** What is known before a vector is computed. */
export const nothingComputed = { ageMs: null, values: undefined, attributions: undefined } as const;

/** Input to judgement: freshness, features, domain, model, policy. No permission is looked at here. */
export async function judgeQuestion(question: Question, options: JudgeOptions): Promise<Judged> {
  const { model, input } = question;
  const { stages } = options;
  if (input.kind === 'none') {
    const detail = 'send bars or features: no market data source is configured';
    return { ...nothingComputed, judgement: hold('safety', 'MARKET_DATA_UNAVAILABLE', detail) };
  }
  if (input.kind === 'features') {
    stages.begin('model');
    return { ageMs: null, ...(await judgeValues(question, input.values)) };
  }
  const { kind, ageMs } = ageOf(question, input.bars.at(-1)?.tMs ?? 0, options);
  if (kind !== 'fresh') {
    const detail =
      kind === 'open' ? 'the last bar is still open' : 'a later bar has closed since the last one given';
    return { ...nothingComputed, ageMs, judgement: hold('safety', 'STALE_INPUT', detail) };
  }
  stages.begin('features');
  const { values, undefinedNames } = featureVector(model.featureSet, input.bars);
  if (undefinedNames.length > 0) {
    const detail = `no finite value on these bars: ${undefinedNames.join(', ')}`;
    return { ...nothingComputed, ageMs, judgement: hold('abstain', 'FEATURES_UNDEFINED', detail) };
  }
  stages.begin('model');
  return { ageMs, ...(await judgeValues(question, Float32Array.from(values))) };
}

function ageOf(question: Question, lastBarMs: number, { nowMs, freshnessGraceMs }: JudgeOptions) {
  const { calendar, interval } = question.model.bundle.manifest;
  return freshness(calendar, interval, lastBarMs, question.asOfMs ?? nowMs, freshnessGraceMs);
}

async function judgeValues(question: Question, values: Float32Array): Promise<Omit<Judged, 'ageMs'>> {
  const { bundle, runnable } = question.model;
  const { names } = bundle.manifest.features;
  const { domain, heads, policy } = bundle.manifest;
  const unscored = question.explain ? unattributed(names, values) : undefined;
  const outside = outsideDomain(domain, values);
  if (outside !== undefined) {
    const judgement = hold('abstain', 'OUT_OF_DOMAIN', `${names[outside]} lies outside the trained range`);
    return { values, judgement, attributions: unscored };
  }
  const run = await runnable.run(values, 1);
  const scores = run.ok ? scoresOf(heads, run.value) : undefined;
  if (!scores) {
    const detail = run.ok ? 'no score' : run.error.kind;
    return { values, judgement: hold('safety', 'MODEL_FAILED', detail), attributions: unscored };
  }
  const judgement = judge(policy, scores, question.position);
  if (!question.explain) return { values, judgement, attributions: undefined };
  const { direction } = scores;
  const { baseline } = domain;
  const headCount = heads.length;
  const moved = await attribute({ runnable, names, headCount, values, baseline, direction });
  return { values, judgement, attributions: moved.ok ? moved.value : unscored };
}

/** One row's scores by head, or undefined where a head said nothing. */
function scoresOf(heads: Manifest['heads'], row: Float32Array): Scores | undefined {
  const [direction, risk] = row;
  if (direction === undefined) return undefined;
  if (heads.length === 1) return { direction, risk: null };
  return risk === undefined ? undefined : { direction, risk };
}

const unattributed = (names: readonly string[], values: Float32Array): readonly Attribution[] =>
  names.map((name, index) => ({ name, value: values[index] ?? 0, attribution: null }));
