import { sealBatch } from '../audit/batch-record.ts';
import type { DecisionLog } from '../audit/decision-log.ts';
import type { DecisionRecord } from '../audit/decision-record.ts';
import type { Writer } from '../audit/writer.ts';
import type { Load } from '../control/overload/load-state.ts';
import type { ControlView } from '../control/view.ts';
import type { Clock } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import { err, type Result } from '../core/result.ts';
import type { Approved } from '../risk/check.ts';
import { type Answer, type Estimates, type Hold, hold, type Intent } from './answer.ts';
import { capSize } from './cap-size.ts';
import { composeAnswer, type Unsealed } from './compose-answer.ts';
import { confine } from './confine.ts';
import { decisionTargetsOf } from './decision-targets-of.ts';
import type { Judged } from './judge-questions.ts';
import type { Question, QuestionBatch } from './question.ts';
import {
  batchColumns,
  type FeatureForm,
  type RecordFacts,
  recordDecision,
  recordVoid,
} from './record-decision.ts';

interface AnswerSealerOptions {
  readonly log: Pick<DecisionLog, 'hasRoom'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly writer: Writer;
  readonly receiptSecret: string;
  readonly configHash: string;
  readonly featureForm: FeatureForm;
  readonly buildHash: RecordFacts['buildHash'];
}

/** An answer, and its JSON as it leaves. */
export interface Answered {
  readonly answer: Answer;
  readonly text: string;
  /** How long it may be acted upon, from when it was made, in milliseconds; null where it never may. */
  readonly validForMs: number | null;
}

interface Sealed extends Answered {
  /** Undefined where the log had no room: such an answer is HOLD and leaves no record. */
  readonly record: DecisionRecord | undefined;
}

export interface SealedBatch {
  readonly id: string;
  /** As the batch's questions: undefined where the batch has none. */
  readonly answers: readonly (Answered | undefined)[];
  /** The one row of all of them; undefined where the log had no room. */
  readonly record: DecisionRecord | undefined;
}

/** When a decision is made, and what permits it then. It has one instant, so that it can be made again from its record. */
interface Moment {
  /** Of the decision, where it has one already. */
  readonly id?: string | undefined;
  readonly nowMs: number;
  readonly load: Load;
  readonly view: ControlView | undefined;
}

/** Makes answers of judgements, and the records that keep them, as this isolate's writer. */
export interface AnswerSealer {
  /** Looks at the permission and at the log's room; `view` is what the caller has at this moment. */
  one(question: Question, judged: Judged, moment: Moment): Sealed;
  /** The same of many, as one row. `judged`: as the batch's questions. */
  batch(batch: QuestionBatch, judged: readonly (Judged | undefined)[], moment: Moment): SealedBatch;
  /** Says that nobody was answered what stands in `voided`. */
  voidOf(
    about: Pick<Question, 'key' | 'symbol'>,
    voided: Pick<DecisionRecord, 'id' | 'seq'>,
    reason: 'not-recorded' | 'superseded',
  ): DecisionRecord;
}

/** What one answer is made with, beside what it is about. */
interface Making extends Omit<Moment, 'id'> {
  readonly id: string;
  readonly hasRoom: boolean;
}

export function createAnswerSealer(options: AnswerSealerOptions): AnswerSealer {
  const { log, clock, ids, writer, receiptSecret, configHash, featureForm, buildHash } = options;

  const nextFacts = (nowMs: number): RecordFacts => ({
    receiptSecret,
    ...writer.nextPlace(),
    nowMs,
    configHash,
    featureForm,
    buildHash,
  });

  const makingOf = ({ key, durability }: Pick<Question, 'key' | 'durability'>, moment: Moment): Making => ({
    ...moment,
    id: moment.id ?? ids.next(),
    hasRoom: durability !== 'pending' || log.hasRoom(key.account),
  });

  function validForMsOf(question: Question, { view }: Making): number | null {
    if (question.asOfMs !== null) return null;
    const leaseMs = view ? Math.max(0, Math.floor(view.expiresAtMs - clock.monotonicMs())) : 0;
    return Math.min(question.model.bundle.manifest.policy.validForMs, leaseMs);
  }

  function unsealed(question: Question, judged: Judged, making: Making, validForMs: number | null): Unsealed {
    const { id, nowMs, load, view, hasRoom } = making;
    const left = hasRoom
      ? permitted(question, judged, view)
      : err(
          hold(
            'safety',
            'LOG_UNAVAILABLE',
            'the decision log has no room for this account',
            judged.judgement,
          ),
        );
    return composeAnswer(question, judged, left, {
      id,
      nowMs,
      load,
      validUntilMs: validForMs === null ? null : nowMs + validForMs,
      durability: hasRoom ? durabilityOf[question.durability] : 'none',
    });
  }

  function sealOne(
    question: Question,
    judged: Judged,
    making: Making,
    facts: RecordFacts | undefined,
  ): Sealed {
    const validForMs = validForMsOf(question, making);
    const answer = unsealed(question, judged, making, validForMs);
    // Canonical by the order of its members; made once, for the record and for the answer, which has two members more.
    const text = JSON.stringify(answer);
    const { id, action } = answer;
    const record = facts && recordDecision(question, judged, { id, action, text }, making.view, facts);
    const seal = { recordHash: record?.recordHash ?? null, receipt: record?.receipt ?? null };
    return { answer: Object.assign(answer, seal), text: withSeal(text, record), validForMs, record };
  }

  return {
    one(question, judged, moment) {
      const making = makingOf(question, moment);
      return sealOne(question, judged, making, making.hasRoom ? nextFacts(moment.nowMs) : undefined);
    },
    batch(batch, judged, moment) {
      const making = makingOf(batch, moment);
      const facts = making.hasRoom ? nextFacts(moment.nowMs) : undefined;
      const sealed = batch.questions.map((question, index) => {
        const found = judged[index];
        if (!question || !found) return undefined;
        return sealOne(question, found, { ...making, id: `${making.id}.${index}` }, facts);
      });
      const records = sealed.map((item) => item?.record ?? null);
      const record =
        facts && sealBatch(receiptSecret, batchColumns(batch, making.id, records, facts), records);
      return { id: making.id, answers: sealed, record };
    },
    voidOf: (about, voided, reason) =>
      recordVoid(about, voided, ids.next(), reason, nextFacts(clock.nowMs())),
  };
}

/** The text of an answer, to which the seal of its record is added. */
function withSeal(text: string, record: DecisionRecord | undefined): string {
  const seal = record
    ? `"recordHash":"${record.recordHash}","receipt":"${record.receipt}"`
    : '"recordHash":null,"receipt":null';
  return `${text.slice(0, -1)},${seal}}`;
}

/** What an answer says of its record, by what its question asked. */
const durabilityOf = { pending: 'pending', outbox: 'outboxed', ack: 'acked' } as const;

/** Looks again at the permission, as late as possible, and takes from the judgement what it no longer allows. */
function permitted(
  question: Question,
  judged: Judged,
  view: ControlView | undefined,
): Result<Approved<Intent>, Hold> {
  const judgement = capSize(judged.judgement, question);
  if (judgement.action === 'HOLD') return err(judgement);
  if (!view) return err(withoutPermission('the permission ended', judgement));
  return confine(judgement, decisionTargetsOf(question), view);
}

export const withoutPermission = (detail: string, estimates?: Estimates): Hold =>
  hold('safety', 'CONTROL_UNAVAILABLE', detail, estimates);
