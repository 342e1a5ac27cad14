import type { DecisionLog } from '../audit/decision-log.ts';
import { type DecisionRecord, receiptOf, sealRecord } from '../audit/decision-record.ts';
import type { Control } from '../control/control.ts';
import type { ControlView } from '../control/view.ts';
import type { Clock } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import type { Bar } from '../features/bar.ts';
import { featureVector } from '../features/vector.ts';
import { freshness } from '../market/calendar.ts';
import type { ServedModel } from '../models/catalog.ts';
import type { RequestScope } from '../runtime.ts';
import type { Stages } from '../telemetry/stages.ts';
import { type Answer, type Attribution, hold, type Judgement } from './answer.ts';
import { attribute } from './attribution.ts';
import { confine, judge, type PositionSign } from './policy.ts';

/** A checked request: what the door let through. */
export interface Question {
  readonly key: KeyFacts;
  readonly model: ServedModel;
  readonly symbol: string;
  readonly input:
    | { readonly kind: 'bars'; readonly bars: readonly Bar[] }
    | { readonly kind: 'features'; readonly values: Float32Array }
    | { readonly kind: 'none' };
  readonly position: PositionSign;
  readonly strategy: string | null;
  /** Epoch milliseconds of the history asked about; null for now. */
  readonly asOfMs: number | null;
  readonly clientDecisionId: string | null;
  readonly durability: 'pending' | 'ack';
  readonly explain: boolean;
}

export interface KeyFacts {
  readonly id: string;
  readonly account: string;
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** How a question ends. Refusals are values; the door maps them to problems. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly epoch: number }
  /** The record could not be written before the answer, as `durability: ack` asks. */
  | { readonly kind: 'not-recorded' }
  /** The permission ended while the record was written. */
  | { readonly kind: 'superseded' };

interface PipelineOptions {
  readonly control: Pick<Control, 'current'>;
  readonly log: DecisionLog;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly receiptSecret: string;
  readonly configHash: string;
  readonly freshnessGraceMs: number;
}

export interface Pipeline {
  /**
   * Answers a question under a permission, or without one (then HOLD). `view` is the permission the caller
   * was granted; the pipeline looks again after every await and before anything leaves.
   */
  decide(
    question: Question,
    view: ControlView | undefined,
    scope: RequestScope,
    stages: Stages,
  ): Promise<Outcome>;
}

interface Judged {
  readonly judgement: Judgement;
  readonly ageMs: number | null;
  readonly attributions: readonly Attribution[] | undefined;
  /** The model's input; undefined where none was computed. */
  readonly values: Float32Array | undefined;
}

const nothingComputed = { ageMs: null, attributions: undefined, values: undefined } as const;

export function createPipeline(options: PipelineOptions): Pipeline {
  const { control, log, clock, ids, receiptSecret, configHash, freshnessGraceMs } = options;
  let writer: string | undefined;
  let seq = 0;

  async function judgeQuestion(
    question: Question,
    view: ControlView | undefined,
    stages: Stages,
  ): Promise<Judged> {
    if (!view) {
      const judgement = hold(
        'safety',
        'CONTROL_UNAVAILABLE',
        'the shared control state could not be read in time',
      );
      return { ...nothingComputed, judgement };
    }
    return judgeInput(question, clock.nowMs(), freshnessGraceMs, stages);
  }

  /** Looks again at the permission, as late as possible, and takes from the judgement what it no longer allows. */
  function permitted(judgement: Judgement, view: ControlView | undefined): Judgement {
    if (judgement.action === 'HOLD') return judgement;
    if (!view) return hold('safety', 'CONTROL_UNAVAILABLE', 'the permission ended', judgement.confidence);
    return confine(judgement, view.tradingState);
  }

  function validUntilMs(question: Question, view: ControlView | undefined, nowMs: number): number | null {
    if (question.asOfMs !== null) return null;
    const leaseMs = view ? Math.max(0, Math.floor(view.expiresAtMs - clock.monotonicMs())) : 0;
    return nowMs + Math.min(question.model.bundle.manifest.policy.validForMs, leaseMs);
  }

  function compose(
    question: Question,
    judged: Judged,
    view: ControlView | undefined,
  ): { answer: Answer; record: DecisionRecord | undefined } {
    const nowMs = clock.nowMs();
    const hasRoom = question.durability === 'ack' || log.hasRoom();
    const judgement = hasRoom
      ? permitted(judged.judgement, view)
      : hold('safety', 'LOG_UNAVAILABLE', 'the decision log is full', judged.judgement.confidence);
    const unsealed = answerOf(question, judged, judgement, {
      id: ids.next(),
      nowMs,
      validUntilMs: validUntilMs(question, view, nowMs),
      durability: !hasRoom ? 'none' : question.durability === 'ack' ? 'acked' : 'pending',
    });
    if (!hasRoom) return { answer: { ...unsealed, recordHash: null, receipt: null }, record: undefined };
    writer ??= ids.next();
    seq += 1;
    const record = recordOf(question, judged, unsealed, view, { writer, seq, nowMs, configHash });
    const receipt = receiptOf(receiptSecret, record.recordHash);
    return { answer: { ...unsealed, recordHash: record.recordHash, receipt }, record };
  }

  return {
    async decide(question, granted, scope, stages) {
      const judged = await judgeQuestion(question, granted, stages);
      const view = control.current();
      stages.begin('record');
      const { answer, record } = compose(question, judged, view);
      const epoch = view?.epoch ?? 0;
      if (!record) return { kind: 'answered', answer, epoch };
      if (question.durability === 'pending') {
        log.append(record, scope);
        return { kind: 'answered', answer, epoch };
      }
      const written = await log.acknowledge(record);
      if (!written.ok) return { kind: 'not-recorded' };
      if (answer.actionable && control.current()?.epoch !== epoch) return { kind: 'superseded' };
      return { kind: 'answered', answer, epoch };
    },
  };
}

/** Input to judgement: freshness, features, domain, model, policy. No permission is looked at here. */
async function judgeInput(
  question: Question,
  nowMs: number,
  freshnessGraceMs: number,
  stages: Stages,
): Promise<Judged> {
  const { model, input } = question;
  const { manifest } = model.bundle;
  if (input.kind === 'none') {
    const detail = 'send bars or features: no market data source is configured';
    return { ...nothingComputed, judgement: hold('safety', 'MARKET_DATA_UNAVAILABLE', detail) };
  }
  const last = input.kind === 'bars' ? input.bars.at(-1) : undefined;
  const atMs = question.asOfMs ?? nowMs;
  const age =
    last === undefined
      ? undefined
      : freshness(manifest.calendar, manifest.interval, last.tMs, atMs, freshnessGraceMs);
  const ageMs = age?.ageMs ?? null;
  if (age !== undefined && age.kind !== 'fresh') {
    const detail =
      age.kind === 'open' ? 'the last bar is still open' : 'a later bar has closed since the last one given';
    return { ...nothingComputed, ageMs, judgement: hold('safety', 'STALE_INPUT', detail) };
  }
  stages.begin('features');
  const values =
    input.kind === 'features'
      ? input.values
      : Float32Array.from(featureVector(model.featureSet, input.bars).values);
  const undefinedName = manifest.features.names.find((_, index) => !Number.isFinite(values[index]));
  if (undefinedName !== undefined) {
    const detail = `${undefinedName} has no finite value on these bars`;
    return { ...nothingComputed, ageMs, judgement: hold('abstain', 'FEATURES_UNDEFINED', detail) };
  }
  stages.begin('model');
  return { ageMs, ...(await score(question, values)) };
}

async function score(question: Question, values: Float32Array): Promise<Omit<Judged, 'ageMs'>> {
  const { bundle, runnable } = question.model;
  const { manifest } = bundle;
  const scores = await runnable.run(values, 1);
  const value = scores.ok ? scores.value[0] : undefined;
  if (!scores.ok || value === undefined) {
    const detail = scores.ok ? 'no score' : scores.error.kind;
    return { values, attributions: undefined, judgement: hold('safety', 'MODEL_FAILED', detail) };
  }
  const outside = outsideDomain(manifest.domain, values);
  const judgement =
    outside === undefined
      ? judge(manifest.policy, value, question.position)
      : hold(
          'abstain',
          'OUT_OF_DOMAIN',
          `${manifest.features.names[outside]} lies outside the trained range`,
        );
  if (!question.explain) return { values, attributions: undefined, judgement };
  const moved = await attribute(runnable, manifest.features.names, values, manifest.domain.baseline, value);
  return { values, attributions: moved.ok ? moved.value : undefined, judgement };
}

/** Index of the first value outside the trained range, or undefined. */
function outsideDomain(
  domain: { readonly min: readonly number[]; readonly max: readonly number[] },
  values: Float32Array,
): number | undefined {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    const inside = value >= (domain.min[index] ?? Infinity) && value <= (domain.max[index] ?? -Infinity);
    if (!inside) return index;
  }
  return undefined;
}

interface AnswerFacts {
  readonly id: string;
  readonly nowMs: number;
  readonly validUntilMs: number | null;
  readonly durability: Answer['durability'];
}

type Unsealed = Omit<Answer, 'recordHash' | 'receipt'>;

function answerOf(question: Question, judged: Judged, judgement: Judgement, facts: AnswerFacts): Unsealed {
  const { manifest, version } = question.model.bundle;
  const acts = judgement.action !== 'HOLD';
  return {
    id: facts.id,
    at: new Date(facts.nowMs).toISOString(),
    symbol: question.symbol,
    interval: manifest.interval,
    action: judgement.action,
    effect: acts ? judgement.effect : 'none',
    actionable: acts && question.asOfMs === null,
    holdKind: acts ? null : judgement.holdKind,
    size: acts ? judgement.size : 0,
    confidence: judgement.confidence,
    reasons: acts ? [] : judgement.reasons,
    model: { name: manifest.name, version, arm: 'production', engine: question.model.runnable.engine },
    mode: 'FULL',
    data: { source: question.input.kind, ageMs: judged.ageMs },
    asOf: question.asOfMs === null ? null : new Date(question.asOfMs).toISOString(),
    validUntil: facts.validUntilMs === null ? null : new Date(facts.validUntilMs).toISOString(),
    durability: facts.durability,
    ...(judged.attributions ? { features: judged.attributions } : {}),
  };
}

interface RecordFacts {
  readonly writer: string;
  readonly seq: number;
  readonly nowMs: number;
  readonly configHash: string;
}

/** Everything needed to ask the same question again and to compare the answer. */
function recordOf(
  question: Question,
  judged: Judged,
  answer: Unsealed,
  view: ControlView | undefined,
  facts: RecordFacts,
): DecisionRecord {
  const { key, symbol, input } = question;
  const { writer, seq, nowMs, configHash } = facts;
  const columns = {
    id: answer.id,
    writer,
    seq,
    account: key.account,
    keyId: key.id,
    symbol,
    action: answer.action,
    decidedAtMs: nowMs,
  };
  return sealRecord(columns, {
    ...columns,
    answer,
    bundleHash: question.model.bundle.hash,
    configHash,
    control: view
      ? { epoch: view.epoch, registryEpoch: view.registryEpoch, tradingState: view.tradingState }
      : null,
    input: {
      kind: input.kind,
      bars:
        input.kind === 'bars'
          ? input.bars.map((bar) => [bar.tMs, bar.open, bar.high, bar.low, bar.close, bar.volume])
          : null,
      features: judged.values ? Array.from(judged.values) : null,
      asOfMs: question.asOfMs,
      position: question.position ?? null,
      strategy: question.strategy,
      clientDecisionId: question.clientDecisionId,
      explain: question.explain,
    },
  });
}
