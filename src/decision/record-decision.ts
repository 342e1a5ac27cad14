import {
  type DecisionRecord,
  openingOf,
  type RecordColumns,
  sealRecord,
  sealText,
} from '../audit/decision-record.ts';
import type { ControlView, TargetState } from '../control/view.ts';
import { float32Text } from '../core/float32-text.ts';
import type { Experiment } from '../experiments/experiment.ts';
import type { Bar } from '../features/bar.ts';
import { settingsOn } from '../risk/check.ts';
import { targetsOf } from '../risk/decision-targets.ts';
import { barRow } from './bar-row.ts';
import type { Unsealed } from './compose-answer.ts';
import { decisionTargetsOf } from './decision-targets-of.ts';
import type { Judged } from './judge-questions.ts';
import type { Question, QuestionBatch } from './question.ts';

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

/**
 * How a record holds the model's input: `bits`, as core/float32-text.ts writes them. Records of before 2026-11-29 have the
 * `decimals` of a list, which a replay of one writes again.
 */
export type FeatureForm = 'bits' | 'decimals';

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
  // Canonical by the order of the names, here and below: the texts that clients choose are well-formed, the numbers finite.
  // Written out, which costs V8 half of what finding the members of an object does.
  const opening = openingOf(account, action, answer.text);
  const record =
    `${opening},"breaker":${breakerText(judged.breaker)}${buildHashText(facts)},"bundleHash":"${question.model.bundle.hash}"` +
    `,"configHash":"${facts.configHash}"${controlText(question, view)},"decidedAtMs":${decidedAtMs}` +
    `,"experiment":${experimentText(question.experiment)},"id":"${id}"` +
    `,"input":${inputText(question, judged, facts.featureForm)},"keyId":${JSON.stringify(keyId)},"seq":${seq}` +
    `,"symbol":${JSON.stringify(symbol)},"writer":"${writer}"}`;
  return sealText(facts.receiptSecret, columns, record, opening);
}

const inForm: Readonly<Record<FeatureForm, (values: Float32Array) => string>> = {
  bits: (values) => `"${float32Text(values)}"`,
  decimals: (values) => JSON.stringify(Array.from(values)),
};

const breakerText = (breaker: Judged['breaker']): string =>
  breaker ? `{"generation":${breaker.generation},"state":"${breaker.state}"}` : 'null';

function buildHashText({ buildHash }: RecordFacts): string {
  if (buildHash === undefined) return '';
  return `,"buildHash":${buildHash === null ? 'null' : `"${buildHash}"`}`;
}

/** What the check read: of the targets those that hold back what the question is about. */
function controlText(question: Question, view: ControlView | undefined): string {
  if (!view) return '';
  const { epoch, registryEpoch, targets, tradingState } = view;
  const held = targets.length === 0 ? targets : settingsOn(targets, targetsOf(decisionTargetsOf(question)));
  const heldText = held.length === 0 ? '' : `,"targets":${JSON.stringify(held.map(orderedSetting))}`;
  return `,"control":{"epoch":${epoch},"registryEpoch":${registryEpoch}${heldText},"tradingState":"${tradingState}"}`;
}

const orderedSetting = ({ epoch, target, tradingState }: TargetState): TargetState => ({
  epoch,
  target,
  tradingState,
});

/** What of it shaped the answer; its terms stand in the audit entry of the epoch. */
function experimentText(experiment: Experiment | null): string {
  if (!experiment) return 'null';
  const { epoch, name, terms } = experiment;
  const sizeMax = terms.kind === 'canary' ? terms.sizeMax : null;
  return JSON.stringify({ epoch, kind: terms.kind, name, sizeMax });
}

function inputText(question: Question, { values }: Judged, form: FeatureForm): string {
  const { asOfMs, clientDecisionId, explain, input, position, strategy } = question;
  const bars = barsOf(input)?.map(barRow) ?? null;
  return (
    `{"asOfMs":${asOfMs},"bars":${bars && JSON.stringify(bars)},"clientDecisionId":${quotedOrNull(clientDecisionId)}` +
    `,"explain":${explain},"features":${values ? inForm[form](values) : null},"kind":"${input.kind}"` +
    `,"position":${position ?? null},"strategy":${quotedOrNull(strategy)}}`
  );
}

const quotedOrNull = (text: string | null): string => (text === null ? 'null' : JSON.stringify(text));

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

/** What a batch's row says of all its items: symbol and action where they have one in common, `*` where not. */
export function batchColumns(
  { key }: QuestionBatch,
  id: string,
  items: readonly (DecisionRecord | null)[],
  facts: RecordFacts,
): RecordColumns {
  const symbols = new Set(items.flatMap((item) => item?.symbol ?? []));
  const actions = new Set(items.flatMap((item) => item?.action ?? []));
  const [symbol = '*'] = symbols.size === 1 ? symbols : [];
  const [action = '*'] = actions.size === 1 ? actions : [];
  return columnsOf({ key, symbol }, id, action, facts);
}

function columnsOf(
  { key, symbol }: Pick<Question, 'key' | 'symbol'>,
  id: string,
  action: RecordColumns['action'],
  { writer, seq, nowMs }: RecordFacts,
): RecordColumns {
  return { id, writer, seq, account: key.account, keyId: key.id, symbol, action, decidedAtMs: nowMs };
}

/** Of a stream's window the last bar: the others are in the records before, and the features are in this one. */
function barsOf(input: Question['input']): readonly Bar[] | undefined {
  if (input.kind === 'window') return [input.lastBar];
  return input.kind === 'bars' ? input.bars : undefined;
}
