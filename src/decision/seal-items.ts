import {
  type ItemParts,
  type ItemSeal,
  type SealedItem,
  sealBatch,
  sealItems,
} from '../audit/batch-record.ts';
import type { DecisionRecord, RecordColumns } from '../audit/decision-record.ts';
import type { Answer, Judgement } from './answer.ts';
import { type ItemTexts, itemTexts } from './item-texts.ts';
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
interface Made extends ItemTexts {
  /** Its place in the batch. */
  readonly at: number;
  readonly id: string;
  readonly question: Question;
  readonly judgement: Judgement;
  readonly facts: SharedFacts;
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
  const { answer, ownAnswer, own } = itemTexts(id, question, judged, judgement, facts);
  return { at, id, question, judgement, facts, answer, ownAnswer, own };
}

function leftOf(question: Question, judged: Judgement, view: BatchMoment['view']): Judgement {
  const left = permitted(question, judged, view);
  return left.ok ? left.value.value : left.error;
}

function partsOf({ facts: { part }, ownAnswer, own }: Made): ItemParts {
  if (!part) throw new RangeError('what is recorded has its shared part');
  return { shared: part, ownAnswer, own };
}

function leaving({ id, question, judgement, facts, answer }: Made, seal: ItemSeal | undefined): AnsweredItem {
  const isLive = question.asOfMs === null;
  const acts = judgement.action !== 'HOLD';
  const end = seal
    ? `,"recordHash":"${seal.recordHash}","receipt":"${seal.receipt}"}`
    : ',"recordHash":null,"receipt":null}';
  return {
    id,
    actionable: acts && isLive,
    effect: acts ? judgement.effect : 'none',
    text: answer + end,
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
    const { shared, own } = partsOf(one);
    items[one.at] = { shared, own, recordHash: (seals[index] as ItemSeal).recordHash };
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
