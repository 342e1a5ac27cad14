import type { Answer, Judgement } from './answer.ts';
import type { Judged } from './judge-questions.ts';
import type { Question } from './question.ts';

/** An answer before its record is sealed. */
export type Unsealed = Omit<Answer, 'recordHash' | 'receipt'>;

interface AnswerFacts {
  readonly id: string;
  readonly nowMs: number;
  readonly validUntilMs: number | null;
  readonly durability: Answer['durability'];
}

/** `judgement` is what the permission left of `judged`. */
export function composeAnswer(
  question: Question,
  judged: Judged,
  judgement: Judgement,
  facts: AnswerFacts,
): Unsealed {
  const { manifest, version } = question.model.bundle;
  const acts = judgement.action !== 'HOLD';
  return {
    id: facts.id,
    at: isoTime(facts.nowMs),
    symbol: question.symbol,
    interval: manifest.interval,
    action: judgement.action,
    effect: acts ? judgement.effect : 'none',
    actionable: acts && question.asOfMs === null,
    holdKind: acts ? null : judgement.holdKind,
    size: acts ? judgement.size : 0,
    confidence: judgement.confidence,
    risk: judgement.risk,
    reasons: acts ? [] : judgement.reasons,
    model: { name: manifest.name, version, arm: question.arm, engine: question.model.runnable.engine },
    mode: 'FULL',
    data: { source: sourceOf(question.input), ageMs: judged.ageMs },
    asOf: question.asOfMs === null ? null : isoTime(question.asOfMs),
    validUntil: facts.validUntilMs === null ? null : isoTime(facts.validUntilMs),
    durability: facts.durability,
    ...(judged.attributions ? { features: judged.attributions } : {}),
  };
}

const sourceOf = ({ kind }: Question['input']): Answer['data']['source'] =>
  kind === 'window' ? 'bars' : kind;

const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();
