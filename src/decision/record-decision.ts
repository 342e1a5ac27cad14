import { type DecisionRecord, type RecordColumns, sealRecord } from '../audit/decision-record.ts';
import type { ControlView } from '../control/view.ts';
import type { Unsealed } from './compose-answer.ts';
import type { Judged } from './judge-question.ts';
import type { Question } from './question.ts';

/** What a record is made with, beside what it is about. */
export interface RecordFacts {
  /** Proves later that this service wrote the record; see audit/decision-record.ts. */
  readonly receiptSecret: string;
  readonly writer: string;
  readonly seq: number;
  readonly nowMs: number;
  readonly configHash: string;
}

/** Everything needed to ask the same question again and to compare the answer. */
export function recordDecision(
  question: Question,
  judged: Judged,
  answer: Unsealed,
  view: ControlView | undefined,
  facts: RecordFacts,
): DecisionRecord {
  const { input } = question;
  const columns = columnsOf(question, answer.id, answer.action, facts);
  return sealRecord(facts.receiptSecret, columns, {
    ...columns,
    answer,
    bundleHash: question.model.bundle.hash,
    configHash: facts.configHash,
    control: view && {
      epoch: view.epoch,
      registryEpoch: view.registryEpoch,
      tradingState: view.tradingState,
    },
    input: {
      kind: input.kind,
      bars: input.kind === 'bars' ? input.bars.map(barRow) : null,
      features: judged.values ? Array.from(judged.values) : null,
      asOfMs: question.asOfMs,
      position: question.position ?? null,
      strategy: question.strategy,
      clientDecisionId: question.clientDecisionId,
      explain: question.explain,
    },
  });
}

/**
 * A record about a record: the decision `voided` was written, or may have been, and was never answered. With it
 * the log says by itself which rows somebody was told.
 */
export function recordVoid(
  question: Question,
  voided: DecisionRecord,
  id: string,
  reason: 'not-recorded' | 'superseded',
  facts: RecordFacts,
): DecisionRecord {
  const columns = columnsOf(question, id, 'HOLD', facts);
  return sealRecord(facts.receiptSecret, columns, {
    ...columns,
    voids: { id: voided.id, seq: voided.seq, reason },
  });
}

function columnsOf(
  { key, symbol }: Question,
  id: string,
  action: RecordColumns['action'],
  { writer, seq, nowMs }: RecordFacts,
): RecordColumns {
  return { id, writer, seq, account: key.account, keyId: key.id, symbol, action, decidedAtMs: nowMs };
}

const barRow = (bar: {
  tMs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}) => [bar.tMs, bar.open, bar.high, bar.low, bar.close, bar.volume];
