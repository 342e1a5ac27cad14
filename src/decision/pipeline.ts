import type { DecisionLog } from '../audit/decision-log.ts';
import type { DecisionRecord } from '../audit/decision-record.ts';
import type { Writer } from '../audit/writer.ts';
import type { Control } from '../control/control.ts';
import type { Load } from '../control/overload/load-state.ts';
import type { ControlView } from '../control/view.ts';
import type { Clock, Timers } from '../core/clock.ts';
import { type Eventual, whenHere } from '../core/eventual.ts';
import type { IdSource } from '../core/ids.ts';
import type { Result } from '../core/result.ts';
import { check } from '../risk/check.ts';
import type { RequestScope } from '../runtime.ts';
import type { Stages } from '../telemetry/stages.ts';
import type { Answer } from './answer.ts';
import { type Answered, type AnswerSealer, createAnswerSealer } from './answer-sealer.ts';
import type { Arms } from './arms.ts';
import { decisionTargetsOf } from './decision-targets-of.ts';
import { type Judged, judgeQuestion, judgeQuestions, nothingComputed } from './judge-questions.ts';
import type { Ladder } from './ladder.ts';
import { type Lift, withOverride } from './lift.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { withoutPermission } from './permitted.ts';
import type { Question, QuestionBatch } from './question.ts';
import type { FeatureForm } from './record-members.ts';
import type { AnsweredItem, SealedBatch } from './seal-items.ts';
import type { SupplyBars } from './supply-bars.ts';
import { viewFor } from './view-for.ts';

/** How a question ends. Refusals are values; the door maps them to problems. */
export type Outcome =
  | ({ readonly kind: 'answered'; readonly epoch: number } & Answered)
  /** The record could not be written before the answer, as `durability: ack` or `outbox` asks. */
  | { readonly kind: 'not-recorded' }
  /** The permission or the answer's validity ended while the record was written. */
  | { readonly kind: 'superseded' };

/** How a batch ends. */
export type BatchOutcome =
  | {
      readonly kind: 'answered';
      /** As the batch's questions: undefined where the batch has none. */
      readonly items: readonly (AnsweredItem | 'superseded' | undefined)[];
      readonly epoch: number;
    }
  | { readonly kind: 'not-recorded' };

interface PipelineOptions {
  readonly arms: Arms;
  readonly control: Pick<Control, 'current' | 'ensure' | 'isRevoked'>;
  readonly ladder: Ladder;
  readonly lift: Lift;
  readonly supplyBars: SupplyBars;
  /** Of the isolate at this moment. */
  readonly load: () => Load;
  readonly log: DecisionLog;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdSource;
  readonly writer: Writer;
  readonly receiptSecret: string;
  readonly configHash: string;
  readonly freshnessGraceMs: number;
  /** Of the records. */
  readonly featureForm: FeatureForm;
  /** See record-decision.ts. */
  readonly buildHash: string | null | undefined;
}

export interface Pipeline {
  /**
   * Answers a question under a permission, or without one (then HOLD). `granted` is the permission the caller
   * got; the pipeline looks again after every await and before anything leaves.
   */
  decide(
    question: Question,
    granted: ControlView | undefined,
    scope: RequestScope,
    stages: Stages,
  ): Eventual<Outcome>;
  /** The same of many at once: one run a model, one row. Each item is answered as it would be alone. */
  decideMany(
    batch: QuestionBatch,
    granted: ControlView | undefined,
    scope: RequestScope,
    stages: Stages,
  ): Promise<BatchOutcome>;
}

type Parts = PipelineOptions & { readonly sealer: AnswerSealer; readonly pacer: Pacer };

/** Under which it is decided: the permission, and what the request brought. */
interface Circumstances {
  readonly granted: ControlView | undefined;
  readonly scope: RequestScope;
  readonly stages: Stages;
}

/** And when: a decision has one instant. */
interface Moment extends Circumstances {
  readonly nowMs: number;
  readonly load: Load;
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const parts = { ...options, sealer: createAnswerSealer(options), pacer: createPacer(options) };
  return {
    decide: (question, granted, scope, stages) => decide(parts, question, { granted, scope, stages }),
    decideMany: (batch, granted, scope, stages) => decideMany(parts, batch, { granted, scope, stages }),
  };
}

function decide(parts: Parts, asked: Question, circumstances: Circumstances): Eventual<Outcome> {
  const { granted, scope, stages } = circumstances;
  return whenHere(parts.pacer.pace(1, granted, scope, stages), () => {
    const question = choose(parts, asked, circumstances);
    return granted !== undefined && question.input.kind === 'none'
      ? supplied(parts, question, circumstances).then((found) => decideOn(parts, found, circumstances))
      : decideOn(parts, question, circumstances);
  });
}

/** With the data that it has, or lacks for good. */
function decideOn(parts: Parts, question: Question, circumstances: Circumstances): Eventual<Outcome> {
  const { log, clock } = parts;
  // A record that is refused leaves a void, which needs room as well.
  if (question.durability !== 'pending' && !log.hasRoom(question.key.account))
    return { kind: 'not-recorded' };
  const { granted, scope, stages } = circumstances;
  const moment: Moment = { granted, scope, stages, nowMs: clock.nowMs(), load: parts.load() };
  return whenHere(judge(parts, question, moment), (judged) => {
    if (question.overrideId === null) return answer(parts, question, { judged }, moment);
    return liftedBy(question.overrideId, parts, { question, judged }, circumstances).then((lifted) =>
      answer(parts, question, lifted, moment),
    );
  });
}

function answer(
  parts: Parts,
  question: Question,
  { judged, id }: { readonly judged: Judged; readonly id?: string },
  { scope, stages, nowMs, load }: Moment,
): Eventual<Outcome> {
  const { log, sealer } = parts;
  const view = viewFor(question.key, parts.control);
  stages.begin('record');
  const sealed = sealer.one(question, judged, { id, view, nowMs, load });
  const { record, text, validForMs } = sealed;
  const epoch = view?.epoch ?? 0;
  const answered = (): Outcome => {
    compare(parts, { question, decisionId: sealed.answer.id, judged }, scope);
    return { kind: 'answered', answer: sealed.answer, text, validForMs, epoch };
  };
  if (!record) return answered();
  if (question.durability === 'pending') {
    log.append(record, scope);
    return answered();
  }
  return writeFirst(log, question.durability, record, scope).then((written) => {
    if (written.ok && stillHolds(parts, question, sealed.answer, epoch)) return answered();
    const reason = written.ok ? 'superseded' : 'not-recorded';
    log.append(sealer.voidOf(question, record, reason), scope);
    return { kind: reason };
  });
}

async function decideMany(
  parts: Parts,
  asked: QuestionBatch,
  circumstances: Circumstances,
): Promise<BatchOutcome> {
  const { log, pacer, sealer, clock } = parts;
  const { granted, scope, stages } = circumstances;
  await pacer.pace(asked.questions.length, granted, scope, stages);
  if (asked.durability !== 'pending' && !log.hasRoom(asked.key.account)) return { kind: 'not-recorded' };
  const chosen = asked.questions.map((question) => question && choose(parts, question, circumstances));
  const batch = { ...asked, questions: chosen };
  const nowMs = clock.nowMs();
  const load = parts.load();
  const judged = await judgeAll(parts, chosen, { ...circumstances, nowMs, load });
  const view = viewFor(asked.key, parts.control);
  stages.begin('record');
  const sealed = sealer.batch(batch, judged, { view, nowMs, load });
  const epoch = view?.epoch ?? 0;
  const items = await leave(parts, batch, sealed, epoch, scope);
  if (items === 'not-recorded') return { kind: 'not-recorded' };
  items.forEach((item, index) => {
    const question = chosen[index];
    const found = judged[index];
    if (!question || !found || item === undefined || item === 'superseded') return;
    compare(parts, { question, decisionId: item.id, judged: found }, scope);
  });
  return { kind: 'answered', items, epoch };
}

/** Before an answer that waits for it: in the database, or outside the isolate. */
const writeFirst = (
  log: DecisionLog,
  durability: 'outbox' | 'ack',
  record: DecisionRecord,
  scope: RequestScope,
): Promise<Result<void, string>> =>
  durability === 'ack' ? log.acknowledge(record) : log.putOut(record, scope);

/** Which answers of a batch leave, once its row is queued or, where it was asked for, written. */
async function leave(
  parts: Parts,
  batch: QuestionBatch,
  { id, items, record }: SealedBatch,
  epoch: number,
  scope: RequestScope,
): Promise<Extract<BatchOutcome, { kind: 'answered' }>['items'] | 'not-recorded'> {
  const { log, sealer } = parts;
  if (!record) return items;
  if (batch.durability === 'pending') {
    log.append(record, scope);
    return items;
  }
  const written = await writeFirst(log, batch.durability, record, scope);
  if (!written.ok) {
    log.append(sealer.voidOf({ key: batch.key, symbol: record.symbol }, record, 'not-recorded'), scope);
    return 'not-recorded';
  }
  return items.map((item, index) => {
    const question = batch.questions[index];
    if (!item || !question || stillHolds(parts, question, item, epoch)) return item;
    log.append(sealer.voidOf(question, { id: `${id}.${index}`, seq: record.seq }, 'superseded'), scope);
    return 'superseded';
  });
}

/** Bars for a question without data, and a permission that outlives the fetch. A batch brings its own. */
async function supplied(
  { supplyBars, control }: Parts,
  question: Question,
  { scope, stages }: Circumstances,
): Promise<Question> {
  stages.begin('market-data');
  const found = await supplyBars(question);
  await control.ensure(scope);
  return found;
}

/** Models compete only while the one in production is well. */
function choose({ arms, ladder }: Parts, asked: Question, { granted, scope }: Circumstances): Question {
  if (!granted) return asked;
  const question = ladder.choose(asked, scope);
  return question.rung === 'FULL' ? arms.choose(question, scope) : question;
}

function judge(parts: Parts, question: Question, moment: Moment): Eventual<Judged> {
  return moment.granted ? judgeQuestion(question, judgingOf(parts, moment)) : unjudged();
}

const judgingOf = (
  { ladder: { breakerOf }, clock, freshnessGraceMs }: Parts,
  { stages, nowMs, load }: Moment,
) => ({ nowMs, freshnessGraceMs, load, breakerOf, clock, stages });

const unjudged = (): Judged => ({
  ...nothingComputed,
  judgement: withoutPermission('the shared control state could not be read in time'),
});

/** What an override that the question names makes of its judgement, and the decision's id, which it is used by. */
async function liftedBy(
  overrideId: string,
  { lift, ids }: Parts,
  { question, judged }: { readonly question: Question; readonly judged: Judged },
  { scope, stages }: Circumstances,
): Promise<{ readonly judged: Judged; readonly id: string }> {
  const decisionId = ids.next();
  const { withheld: intent } = judged;
  stages.begin('override');
  const outcome = intent ? await lift({ overrideId, question, intent, decisionId }, scope) : 'unused';
  return { judged: withOverride(judged, { id: overrideId, outcome }), id: decisionId };
}

/** As the batch's questions: undefined where the batch has none. */
async function judgeAll(
  parts: Parts,
  questions: QuestionBatch['questions'],
  moment: Moment,
): Promise<readonly (Judged | undefined)[]> {
  const asked = questions.filter((question) => question !== undefined);
  const judged = moment.granted ? await judgeQuestions(asked, judgingOf(parts, moment)) : asked.map(unjudged);
  let next = 0;
  return questions.map((question) => question && judged[next++]);
}

/** Behind the answer; see arms.ts. */
function compare(
  { arms, clock }: Parts,
  {
    question,
    decisionId,
    judged,
  }: { readonly question: Question; readonly decisionId: string; readonly judged: Judged },
  scope: RequestScope,
): void {
  if (!question.experiment) return;
  const { judgement } = judged;
  arms.compare(question, { decisionId, nowMs: clock.nowMs(), judgement }, scope);
}

/** Whether an answer that waited for its record may still leave. */
function stillHolds(
  parts: Parts,
  question: Question,
  { actionable, effect, validUntil }: Pick<Answer, 'actionable' | 'effect' | 'validUntil'>,
  epoch: number,
): boolean {
  if (!actionable) return true;
  const view = viewFor(question.key, parts.control);
  const isValid = validUntil !== null && parts.clock.nowMs() < Date.parse(validUntil);
  return isValid && view?.epoch === epoch && check({ effect }, decisionTargetsOf(question), view).ok;
}
