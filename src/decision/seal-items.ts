import { type ItemParts, type ItemSeal, sealBatch, sealItems } from '../audit/batch-record.ts';
import type { DecisionRecord, RecordColumns } from '../audit/decision-record.ts';
import type { Answer, Judgement } from './answer.ts';
import { type ItemTexts, itemTexts, ownText } from './item-texts.ts';
import type { Judged } from './judge-questions.ts';
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
  readonly judged: Judged;
  readonly judgement: Judgement;
  readonly shared: SharedFacts;
  readonly texts: ItemTexts;
}

/** A batch's answers, each as it would be alone, and the one row that keeps them. */
export function sealBatchOf(
  id: string,
  batch: QuestionBatch,
  judged: readonly (Judged | undefined)[],
  moment: BatchMoment,
): SealedBatch {
  const made = makeAll(id, batch, judged, moment);
  const { facts } = moment;
  const sealed = facts && seal(made, facts);
  const items = new Array<AnsweredItem | undefined>(batch.questions.length).fill(undefined);
  made.forEach((one, index) => {
    items[one.at] = leaving(one, sealed?.[index]);
  });
  return { id, items, record: facts && sealed && rowOf(id, batch, made, sealed, facts) };
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
  shared: SharedFacts,
  { view, facts }: BatchMoment,
): Made {
  const judgement = facts ? leftOf(question, judged.judgement, view) : withoutRoom(judged.judgement);
  return {
    at,
    id,
    question,
    judged,
    judgement,
    shared,
    texts: itemTexts(id, question, judged, judgement, shared),
  };
}

function leftOf(question: Question, judged: Judgement, view: BatchMoment['view']): Judgement {
  const left = permitted(question, judged, view);
  return left.ok ? left.value.value : left.error;
}

type SealedItem = ItemParts & ItemSeal;

function seal(made: readonly Made[], { receiptSecret, featureForm }: RecordFacts): readonly SealedItem[] {
  const parts = made.map(({ question, judged, shared: { part }, texts: { ownAnswer } }): ItemParts => {
    if (!part) throw new RangeError('what is recorded has its shared part');
    return { shared: part, ownAnswer, own: ownText(ownAnswer, question, judged, featureForm) };
  });
  return sealItems(receiptSecret, parts).map((itsSeal, index) => ({
    ...(parts[index] as ItemParts),
    ...itsSeal,
  }));
}

function leaving(
  { id, question, judgement, shared, texts }: Made,
  sealed: SealedItem | undefined,
): AnsweredItem {
  const isLive = question.asOfMs === null;
  const acts = judgement.action !== 'HOLD';
  const end = sealed
    ? `,"recordHash":"${sealed.recordHash}","receipt":"${sealed.receipt}"}`
    : ',"recordHash":null,"receipt":null}';
  return {
    id,
    actionable: acts && isLive,
    effect: acts ? judgement.effect : 'none',
    text: texts.answer + end,
    validForMs: isLive ? shared.validForMs : null,
    validUntil: isLive ? shared.validUntil : null,
  };
}

function rowOf(
  id: string,
  { key, questions }: QuestionBatch,
  made: readonly Made[],
  sealed: readonly SealedItem[],
  facts: RecordFacts,
): DecisionRecord {
  const items = new Array<SealedItem | null>(questions.length).fill(null);
  made.forEach(({ at }, index) => {
    items[at] = sealed[index] as SealedItem;
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
