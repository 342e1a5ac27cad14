import { type SharedPart, sharedPart } from '../audit/parted-record.ts';
import type { Load } from '../control/overload/load-state.ts';
import type { ControlView } from '../control/view.ts';
import { isoTime } from '../core/iso-time.ts';
import type { Answer } from './answer.ts';
import { modeOf } from './compose-answer.ts';
import type { Judged } from './judge-questions.ts';
import type { Question } from './question.ts';
import type { RecordFacts } from './record-decision.ts';
import {
  breakerText,
  buildHashMember,
  controlMember,
  experimentText,
  type FeatureForm,
  quotedOrNull,
} from './record-members.ts';

/** Under which a batch's items are answered. */
export interface BatchMoment {
  readonly nowMs: number;
  readonly load: Load;
  readonly view: ControlView | undefined;
  /** What is left of the view's life, in milliseconds. */
  readonly leaseMs: number;
  readonly durability: Answer['durability'];
  /** Undefined where the log has no room, so that nothing is recorded. */
  readonly facts: RecordFacts | undefined;
}

/** What answers and records of questions say alike that differ in their input alone, as it stands in their texts. */
export interface SharedFacts {
  /** Of the answer: members with the comma before them, between those that are an item's own. */
  readonly atMember: string;
  readonly durabilityMember: string;
  readonly modelMembers: string;
  readonly symbolMember: string;
  /** An answer about now may be acted upon for so long. */
  readonly validForMs: number;
  /** RFC 3339, of the end of that. */
  readonly validUntil: string;
  /** Undefined where nothing is recorded, as its form is. */
  readonly part: SharedPart | undefined;
  readonly featureForm: FeatureForm | undefined;
  /** Whether they are those of another question too. */
  isOf(question: Question, judged: Judged): boolean;
}

export function sharedFacts(question: Question, judged: Judged, moment: BatchMoment): SharedFacts {
  const { model, symbol, strategy, arm, rung, experiment, explain, input, clientDecisionId } = question;
  const { breaker } = judged;
  const { nowMs, load, leaseMs, durability, facts } = moment;
  const { manifest, version } = model.bundle;
  const validForMs = Math.min(manifest.policy.validForMs, leaseMs);
  const named = { arm, engine: model.runnable.engine, name: manifest.name, version };
  const members = {
    atMember: `,"at":"${isoTime(nowMs)}"`,
    durabilityMember: `,"durability":"${durability}"`,
    modelMembers: `,"interval":"${manifest.interval}","load":"${load}","mode":"${modeOf(question, judged)}","model":${JSON.stringify(named)}`,
    symbolMember: `,"symbol":${JSON.stringify(symbol)}`,
  };
  const answer = `{${(members.atMember + members.durabilityMember + members.modelMembers + members.symbolMember).slice(1)}}`;
  return {
    ...members,
    validForMs,
    validUntil: isoTime(nowMs + validForMs),
    featureForm: facts?.featureForm,
    part:
      facts && sharedPart(recordText(question, judged, answer, moment, facts), question.key.account, answer),
    isOf: (other, { breaker: itsBreaker }) =>
      other.model === model &&
      other.symbol === symbol &&
      other.strategy === strategy &&
      other.arm === arm &&
      other.rung === rung &&
      other.experiment === experiment &&
      other.explain === explain &&
      other.input.kind === input.kind &&
      other.clientDecisionId === clientDecisionId &&
      itsBreaker === breaker,
  };
}

/** Canonical by the order of the names, as in record-decision.ts. */
function recordText(
  question: Question,
  judged: Judged,
  answer: string,
  { view }: BatchMoment,
  { buildHash, configHash, nowMs, seq, writer }: RecordFacts,
): string {
  const { key, model, symbol, strategy, experiment, explain, input, clientDecisionId } = question;
  return (
    `{"account":${JSON.stringify(key.account)},"answer":${answer},"breaker":${breakerText(judged.breaker)}` +
    `${buildHashMember(buildHash)},"bundleHash":"${model.bundle.hash}","configHash":"${configHash}"` +
    `${controlMember(question, view)},"decidedAtMs":${nowMs},"experiment":${experimentText(experiment)}` +
    `,"input":{"clientDecisionId":${quotedOrNull(clientDecisionId)},"explain":${explain},"kind":"${input.kind}"` +
    `,"strategy":${quotedOrNull(strategy)}},"keyId":${JSON.stringify(key.id)},"seq":${seq}` +
    `,"symbol":${JSON.stringify(symbol)},"writer":"${writer}"}`
  );
}
