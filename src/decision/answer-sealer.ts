import type { DecisionLog } from '../audit/decision-log.ts';
import type { DecisionRecord } from '../audit/decision-record.ts';
import type { Writer } from '../audit/writer.ts';
import type { Load } from '../control/overload/load-state.ts';
import type { ControlView } from '../control/view.ts';
import type { Clock } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import { err } from '../core/result.ts';
import { composeAnswer, type Unsealed } from './compose-answer.ts';
import type { Judged } from './judge-questions.ts';
import { permitted, withoutRoom } from './permitted.ts';
import type { Question, QuestionBatch } from './question.ts';
import { type RecordFacts, recordDecision, recordVoid } from './record-decision.ts';
import type { FeatureForm } from './record-members.ts';
import { type SealedBatch, sealBatchOf } from './seal-items.ts';

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

/** An answer, and its JSON as it leaves, with the seal of its record. */
export interface Answered {
  readonly answer: Unsealed;
  readonly text: string;
  /** How long it may be acted upon, from when it was made, in milliseconds; null where it never may. */
  readonly validForMs: number | null;
}

interface Sealed extends Answered {
  /** Undefined where the log had no room: such an answer is HOLD and leaves no record. */
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

  // Written out, an object is made in one piece; with another spread into it it is not.
  function nextFacts(nowMs: number): RecordFacts {
    const { writer: name, seq } = writer.nextPlace();
    return { receiptSecret, writer: name, seq, nowMs, configHash, featureForm, buildHash };
  }

  function makingOf(
    { key, durability }: Pick<Question, 'key' | 'durability'>,
    { id = ids.next(), nowMs, load, view }: Moment,
  ): Making {
    return { id, nowMs, load, view, hasRoom: durability !== 'pending' || log.hasRoom(key.account) };
  }

  const leaseMsOf = (view: ControlView | undefined): number =>
    view ? Math.max(0, Math.floor(view.expiresAtMs - clock.monotonicMs())) : 0;

  function validForMsOf(question: Question, { view }: Making): number | null {
    if (question.asOfMs !== null) return null;
    return Math.min(question.model.bundle.manifest.policy.validForMs, leaseMsOf(view));
  }

  function unsealed(question: Question, judged: Judged, making: Making, validForMs: number | null): Unsealed {
    const { id, nowMs, load, view, hasRoom } = making;
    const left = hasRoom ? permitted(question, judged.judgement, view) : err(withoutRoom(judged.judgement));
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
    return { answer, text: withSeal(text, record), validForMs, record };
  }

  return {
    one(question, judged, moment) {
      const making = makingOf(question, moment);
      return sealOne(question, judged, making, making.hasRoom ? nextFacts(moment.nowMs) : undefined);
    },
    batch(batch, judged, moment) {
      const { id, hasRoom, nowMs, load, view } = makingOf(batch, moment);
      return sealBatchOf(id, batch, judged, {
        nowMs,
        load,
        view,
        leaseMs: leaseMsOf(view),
        durability: hasRoom ? durabilityOf[batch.durability] : 'none',
        facts: hasRoom ? nextFacts(nowMs) : undefined,
      });
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
