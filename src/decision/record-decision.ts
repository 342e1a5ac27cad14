import {
  type DecisionRecord,
  openingOf,
  type RecordColumns,
  sealRecord,
  sealText,
} from '../audit/decision-record.ts';
import type { ControlView } from '../control/view.ts';
import { quoted } from '../core/quoted.ts';
import type { Unsealed } from './compose-answer.ts';
import type { Judged } from './judge-questions.ts';
import type { Question } from './question.ts';
import {
  barsText,
  breakerText,
  buildHashMember,
  controlMember,
  experimentText,
  type FeatureForm,
  featuresText,
  quotedOrNull,
} from './record-members.ts';

/** What a record is made with, beside what it is about. */
export interface RecordFacts {
  /** Proves later that this service wrote the record; see audit/decision-record.ts. */
  readonly receiptSecret: string;
  readonly writer: string;
  readonly seq: number;
  readonly nowMs: number;
  readonly configHash: string;
  readonly featureForm: FeatureForm;
  /** Of the code that decided; undefined where a replay writes a record of before 2026-11-29 again, which has none. */
  readonly buildHash: string | null | undefined;
}

/** An answer that has its text. */
export interface AnswerText extends Pick<Unsealed, 'id' | 'action'> {
  /** Canonical JSON of the answer as it is before its record is sealed. */
  readonly text: string;
}

/** Everything needed to ask the same question again and to compare the answer. */
export function recordDecision(
  question: Question,
  judged: Judged,
  answer: AnswerText,
  view: ControlView | undefined,
  facts: RecordFacts,
): DecisionRecord {
  const columns = columnsOf(question, answer.id, answer.action, facts);
  const { account, action, id, keyId, seq, symbol, writer, decidedAtMs } = columns;
  const opening = openingOf(account, action, answer.text);
  const record =
    `${opening},"breaker":${breakerText(judged.breaker)}${buildHashMember(facts.buildHash)},"bundleHash":"${question.model.bundle.hash}"` +
    `,"configHash":"${facts.configHash}"${controlMember(question, view)},"decidedAtMs":${decidedAtMs}` +
    `,"experiment":${experimentText(question.experiment)},"id":"${id}"` +
    `,"input":${inputText(question, judged, facts.featureForm)},"keyId":${quoted(keyId)},"seq":${seq}` +
    `,"symbol":${quoted(symbol)},"writer":"${writer}"}`;
  return sealText(facts.receiptSecret, columns, record, opening);
}

function inputText(question: Question, { values }: Judged, form: FeatureForm): string {
  const { asOfMs, clientDecisionId, explain, input, position, strategy } = question;
  return (
    `{"asOfMs":${asOfMs},"bars":${barsText(input)},"clientDecisionId":${quotedOrNull(clientDecisionId)}` +
    `,"explain":${explain},"features":${featuresText(values, form)},"kind":"${input.kind}"` +
    `,"position":${position ?? null},"strategy":${quotedOrNull(strategy)}}`
  );
}

/**
 * A record about a record: the decision `voided` was written, or may have been, and was never answered. With it
 * the log says by itself which rows somebody was told.
 */
export function recordVoid(
  about: Pick<Question, 'key' | 'symbol'>,
  voided: Pick<DecisionRecord, 'id' | 'seq'>,
  id: string,
  reason: 'not-recorded' | 'superseded',
  facts: RecordFacts,
): DecisionRecord {
  const columns = columnsOf(about, id, 'HOLD', facts);
  return sealRecord(facts.receiptSecret, columns, {
    ...columns,
    voids: { id: voided.id, seq: voided.seq, reason },
  });
}

/** What a row says in its columns, of a decision or a batch. */
export function columnsOf(
  { key, symbol }: Pick<Question, 'key' | 'symbol'>,
  id: string,
  action: RecordColumns['action'],
  { writer, seq, nowMs }: RecordFacts,
): RecordColumns {
  return { id, writer, seq, account: key.account, keyId: key.id, symbol, action, decidedAtMs: nowMs };
}
