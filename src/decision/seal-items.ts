import {
  type ItemParts,
  type ItemSeal,
  type SealedItem,
  sealBatch,
  sealItems,
} from '../audit/batch-record.ts';
import type { DecisionRecord, RecordColumns } from '../audit/decision-record.ts';
import type { SharedPart } from '../audit/parted-record.ts';
import type { Answer, Judgement } from './answer.ts';
import type { Judged } from './judge-questions.ts';
import { answerAround, type OwnText, ownAnswerIn, ownText } from './own-text.ts';
import { permitted, withoutRoom } from './permitted.ts';
import type { Question, QuestionBatch } from './question.ts';
import { columnsOf, type RecordFacts } from './record-decision.ts';
import { type BatchMoment, type SharedFacts, sharedFacts } from './shared-facts.ts';

/** An item's answer as it leaves, and what is asked of it before. */
export interface AnsweredItem extends Pick<Answer, 'id' | 'actionable' | 'effect' | 'validUntil'> {
  readonly text: string;
  /** How long it may be acted upon, from when it was made, in milliseconds; null where it never may. */
  readonly validForMs: number | null;
}

export interface SealedBatch {
  readonly id: string;
  /** As the batch's questions: undefined where the batch has none. */
  readonly items: readonly (AnsweredItem | undefined)[];
  /** The one row of all of them; undefined where the log had no room. */
  readonly record: DecisionRecord | undefined;
}

/** A question's answer before it is sealed. */
interface Made {
  /** Its place in the batch. */
  readonly at: number;
  readonly id: string;
  readonly question: Question;
  readonly judgement: Judgement;
  readonly facts: SharedFacts;
  readonly own: OwnText;
}

/** A batch's answers, each as it would be alone, and the one row that keeps them. */
export function sealBatchOf(
  id: string,
  batch: QuestionBatch,
  judged: readonly (Judged | undefined)[],
  moment: BatchMoment,
): SealedBatch {
  const made = madeFlat(makeAll(id, batch, judged, moment));
  const { facts } = moment;
  const seals = facts && sealItems(facts.receiptSecret, made.map(partsOf));
  const items = new Array<AnsweredItem | undefined>(batch.questions.length).fill(undefined);
  made.forEach((one, index) => {
    items[one.at] = leaving(one, seals?.[index]);
  });
  return { id, items, record: facts && seals && rowOf(id, batch, made, seals, facts) };
}

function makeAll(
  id: string,
  { questions }: QuestionBatch,
  judged: readonly (Judged | undefined)[],
  moment: BatchMoment,
): readonly Made[] {
  const known: SharedFacts[] = [];
  const made: Made[] = [];
  let last: SharedFacts | undefined;
  questions.forEach((question, at) => {
    const found = judged[at];
    if (!question || !found) return;
    if (!last?.isOf(question, found)) {
      last = known.find((shared) => shared.isOf(question, found)) ?? sharedFacts(question, found, moment);
      if (!known.includes(last)) known.push(last);
    }
    made.push(make(`${id}.${at}`, at, question, found, last, moment));
  });
  return made;
}

function make(
  id: string,
  at: number,
  question: Question,
  judged: Judged,
  facts: SharedFacts,
  { view, facts: recorded }: BatchMoment,
): Made {
  const judgement = recorded ? leftOf(question, judged.judgement, view) : withoutRoom(judged.judgement);
  const own = ownText(id, question, judged, judgement, facts);
  return { at, id, question, judgement, facts, own };
}

/**
 * With texts that are parts of one. Hash, receipt, answer and row each take of an item's text, and a text of twenty pieces would be
 * put together for each of them; V8 would also copy the pieces of a row that waits for the log as often as it collects.
 */
function madeFlat(made: readonly Made[]): readonly Made[] {
  const whole = made.map(({ own }) => own.text).join('');
  let end = 0;
  return made.map((one) => {
    const from = end;
    end += one.own.text.length;
    return { ...one, own: { ...one.own, text: whole.slice(from, end) } };
  });
}

function leftOf(question: Question, judged: Judgement, view: BatchMoment['view']): Judgement {
  const left = permitted(question, judged, view);
  return left.ok ? left.value.value : left.error;
}

const partsOf = (made: Made): ItemParts => ({
  shared: sharedPartOf(made),
  ownAnswer: ownAnswerIn(made.own),
  own: made.own.text,
});

function sharedPartOf({ facts: { part } }: Made): SharedPart {
  if (!part) throw new RangeError('what is recorded has its shared part');
  return part;
}

function leaving({ id, question, judgement, facts, own }: Made, seal: ItemSeal | undefined): AnsweredItem {
  const isLive = question.asOfMs === null;
  const acts = judgement.action !== 'HOLD';
  const end = seal
    ? `,"recordHash":"${seal.recordHash}","receipt":"${seal.receipt}"}`
    : ',"recordHash":null,"receipt":null}';
  return {
    id,
    actionable: acts && isLive,
    effect: acts ? judgement.effect : 'none',
    text: answerAround(own, facts) + end,
    validForMs: isLive ? facts.validForMs : null,
    validUntil: isLive ? facts.validUntil : null,
  };
}

function rowOf(
  id: string,
  { key, questions }: QuestionBatch,
  made: readonly Made[],
  seals: readonly ItemSeal[],
  facts: RecordFacts,
): DecisionRecord {
  const items = new Array<SealedItem | null>(questions.length).fill(null);
  made.forEach((one, index) => {
    const { recordHash } = seals[index] as ItemSeal;
    items[one.at] = { shared: sharedPartOf(one), own: one.own.text, recordHash };
  });
  const symbol = common(made, ({ question }) => question.symbol);
  const action = common<RecordColumns['action']>(made, ({ judgement }) => judgement.action);
  return sealBatch(facts.receiptSecret, columnsOf({ key, symbol }, id, action, facts), items);
}

/** What all have, `*` where they differ. */
function common<T extends string>(made: readonly Made[], of: (one: Made) => T): T | '*' {
  const [first] = made;
  return first && made.every((one) => of(one) === of(first)) ? of(first) : '*';
}
