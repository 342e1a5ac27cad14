import { isoTime } from '../core/iso-time.ts';
import type { Judgement, Reason } from './answer.ts';
import { sourceOf } from './compose-answer.ts';
import type { Judged } from './judge-questions.ts';
import type { Question } from './question.ts';
import { barsText, type FeatureForm, featuresText } from './record-members.ts';
import type { SharedFacts } from './shared-facts.ts';

/** What is an item's own, and where in it the members of the answer end behind which those stand that items share. */
export interface OwnText {
  /** Canonical JSON of the answer's own members and the input's, as the record has them; without the latter where nothing is recorded. */
  readonly text: string;
  readonly ends: {
    readonly asOf: number;
    readonly data: number;
    readonly id: number;
    readonly size: number;
    readonly validUntil: number;
  };
}

const opening = '{"answer":';

/** What `composeAnswer` gives, as text. A batch's item names no override. */
export function ownText(
  id: string,
  question: Question,
  judged: Judged,
  judgement: Judgement,
  { validUntil, featureForm }: SharedFacts,
): OwnText {
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
  const input = featureForm ? inputMember(question, judged, featureForm) : '';
  const asOf = opening.length + first.length;
  const data = asOf + second.length;
  const ofId = data + third.length;
  const size = ofId + fourth.length;
  return {
    text: `${opening}${first}${second}${third}${fourth}${fifth}}${input}}`,
    ends: { asOf, data, id: ofId, size, validUntil: size + fifth.length },
  };
}

/** Canonical JSON of the answer's own members. */
export const ownAnswerIn = ({ text, ends }: OwnText): string =>
  text.slice(opening.length, ends.validUntil + 1);

/** The answer, but for the seal of its record and the brace behind it. */
export function answerAround({ text, ends }: OwnText, shared: SharedFacts): string {
  const { asOf, data, id, size, validUntil } = ends;
  const { atMember, durabilityMember, modelMembers, symbolMember } = shared;
  return (
    text.slice(opening.length, asOf) +
    atMember +
    text.slice(asOf, data) +
    durabilityMember +
    text.slice(data, id) +
    modelMembers +
    text.slice(id, size) +
    symbolMember +
    text.slice(size, validUntil)
  );
}

const reasonsText = (reasons: readonly Reason[]): string =>
  reasons.map(({ code, detail }) => `{"code":"${code}","detail":${JSON.stringify(detail)}}`).join(',');

const inputMember = (question: Question, judged: Judged, form: FeatureForm): string =>
  `,"input":{"asOfMs":${question.asOfMs},"bars":${barsText(question.input)}` +
  `,"features":${featuresText(judged.values, form)},"position":${question.position ?? null}}`;
