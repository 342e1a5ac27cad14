import { isoTime } from '../core/iso-time.ts';
import type { Judgement, Reason } from './answer.ts';
import { sourceOf } from './compose-answer.ts';
import type { Judged } from './judge-questions.ts';
import type { Question } from './question.ts';
import { barsText, type FeatureForm, featuresText } from './record-members.ts';
import type { SharedFacts } from './shared-facts.ts';

export interface ItemTexts {
  /** The answer, but for the seal of its record and the brace behind it. */
  readonly answer: string;
  /** Canonical JSON of the answer's own members. */
  readonly ownAnswer: string;
  /** The same with the input's, as the record has them; '' where nothing is recorded. */
  readonly own: string;
}

/** What `composeAnswer` gives, as text: written out around what the batch's items share. A batch's item names no override. */
export function itemTexts(
  id: string,
  question: Question,
  judged: Judged,
  judgement: Judgement,
  { atMember, durabilityMember, modelMembers, symbolMember, validUntil, featureForm }: SharedFacts,
): ItemTexts {
  const { asOfMs } = question;
  const { action, confidence, risk } = judgement;
  const acts = action !== 'HOLD';
  const isLive = asOfMs === null;
  const first = `{"action":"${action}","actionable":${acts && isLive},"asOf":${isLive ? 'null' : `"${isoTime(asOfMs)}"`}`;
  const second = `,"confidence":${confidence},"data":{"ageMs":${judged.ageMs},"source":"${sourceOf(question.input)}"}`;
  const features = judged.attributions ? `,"features":${JSON.stringify(judged.attributions)}` : '';
  const third = acts
    ? `,"effect":"${judgement.effect}"${features},"holdKind":null,"id":"${id}"`
    : `,"effect":"none"${features},"holdKind":"${judgement.holdKind}","id":"${id}"`;
  const fourth = acts
    ? `,"reasons":[],"risk":${risk},"size":${judgement.size}`
    : `,"reasons":[${reasonsText(judgement.reasons)}],"risk":${risk},"size":0`;
  const fifth = isLive ? `,"validUntil":"${validUntil}"` : ',"validUntil":null';
  const ownAnswer = `${first}${second}${third}${fourth}${fifth}}`;
  return {
    answer:
      first + atMember + second + durabilityMember + third + modelMembers + fourth + symbolMember + fifth,
    ownAnswer,
    own: featureForm ? ownText(ownAnswer, question, judged, featureForm) : '',
  };
}

const reasonsText = (reasons: readonly Reason[]): string =>
  reasons.map(({ code, detail }) => `{"code":"${code}","detail":${JSON.stringify(detail)}}`).join(',');

const ownText = (ownAnswer: string, question: Question, judged: Judged, form: FeatureForm): string =>
  `{"answer":${ownAnswer},"input":{"asOfMs":${question.asOfMs},"bars":${barsText(question.input)}` +
  `,"features":${featuresText(judged.values, form)},"position":${question.position ?? null}}}`;
