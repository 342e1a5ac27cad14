import type { Load } from '../control/overload/load-state.ts';
import { isoTime } from '../core/iso-time.ts';
import type { Result } from '../core/result.ts';
import type { Approved } from '../risk/check.ts';
import type { Answer, Hold, Intent } from './answer.ts';
import type { Judged } from './judge-questions.ts';
import type { Question } from './question.ts';
import type { Mode } from './rung.ts';

/** An answer before its record is sealed. */
export type Unsealed = Omit<Answer, 'recordHash' | 'receipt'>;

interface AnswerFacts {
  readonly id: string;
  readonly nowMs: number;
  readonly validUntilMs: number | null;
  readonly load: Load;
  readonly durability: Answer['durability'];
}

/**
 * `permitted` is what the permission left of `judged`: nothing else becomes a BUY or SELL. Names stand in the order of canonical
 * JSON, which makes the text several times cheaper.
 */
export function composeAnswer(
  question: Question,
  judged: Judged,
  permitted: Result<Approved<Intent>, Hold>,
  facts: AnswerFacts,
): Unsealed {
  const judgement = permitted.ok ? permitted.value.value : permitted.error;
  const { manifest, version } = question.model.bundle;
  const acts = judgement.action !== 'HOLD';
  return {
    action: judgement.action,
    actionable: acts && question.asOfMs === null,
    asOf: question.asOfMs === null ? null : isoTime(question.asOfMs),
    at: isoTime(facts.nowMs),
    confidence: judgement.confidence,
    data: { ageMs: judged.ageMs, source: sourceOf(question.input) },
    durability: facts.durability,
    effect: acts ? judgement.effect : 'none',
    features: judged.attributions,
    holdKind: acts ? null : judgement.holdKind,
    id: facts.id,
    interval: manifest.interval,
    load: facts.load,
    mode: modeOf(question, judged),
    model: { arm: question.arm, engine: question.model.runnable.engine, name: manifest.name, version },
    override: judged.override,
    reasons: acts ? [] : judgement.reasons,
    risk: judgement.risk,
    size: acts ? judgement.size : 0,
    symbol: question.symbol,
    validUntil: facts.validUntilMs === null ? null : isoTime(facts.validUntilMs),
  };
}

/** What its breaker refused to run was answered by no model. */
export const modeOf = ({ rung }: Question, { breaker }: Judged): Mode =>
  breaker?.state === 'open' || breaker?.state === 'tripped' ? 'HOLD' : rung;

/** Where the data came from. */
export function sourceOf(input: Question['input']): Answer['data']['source'] {
  switch (input.kind) {
    case 'bars':
      return input.from === 'request' ? 'bars' : input.from;
    case 'window':
      return 'bars';
    case 'features':
    case 'none':
      return input.kind;
  }
}
