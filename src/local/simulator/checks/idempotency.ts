import { actionableIn, type Exchange, isReplayed } from '../exchange.ts';
import type { Check, Truth } from '../monitor.ts';
import { standingMsMax } from '../platform.ts';

interface First {
  readonly text: string;
  readonly body: string;
  readonly leftAtMs: number;
  readonly redisLosses: number;
}

/**
 * G7: the same key gets the same bytes, or a refusal; another body under it gets no answer; and a retry never
 * brings back what was said before a change of the trading state that Redis had taken when the retry was sent: it is Redis
 * that is asked, so no view's life is waited for. A Redis that was wiped forgets claims, which is stated
 * (decision/idempotency.ts).
 */
export function idempotency(truth: Truth): Check {
  const firsts = new Map<string, First>();
  return {
    replied(exchange) {
      const { asked, reply } = exchange;
      if (asked.idempotencyKey === undefined || !reply || reply.code !== undefined) return undefined;
      const name = `${asked.key.id} ${asked.idempotencyKey}`;
      const redisLosses = truth.history.redisLostAtMs.length;
      const first = firsts.get(name);
      if (!first || first.redisLosses < redisLosses) {
        const { text, leftAtMs } = reply;
        // Of a replay whose original was cut off nobody knows when it was said.
        firsts.set(name, {
          text,
          body: asked.body,
          // A claim that was lost while its own request was under way is lost as well.
          redisLosses: exchange.redisLosses,
          leftAtMs: isReplayed(reply) ? Infinity : leftAtMs,
        });
        return undefined;
      }
      // Its claim was made and lost before the first one's.
      if (exchange.redisLosses < first.redisLosses) return undefined;
      // Its own claim may have been lost while it was under way, and the first one made since.
      if (exchange.redisLosses < redisLosses) return undefined;
      if (first.body !== asked.body) return `G7: ${name} answered another body`;
      if (first.text !== reply.text) return `G7: ${name} was answered twice`;
      return fromBeforeChange(first, exchange, truth) ?? pastValidity(first, exchange);
    },
  };
}

function fromBeforeChange(first: First, exchange: Exchange, truth: Truth): string | undefined {
  const { sentAtMs, isolate } = exchange;
  const [decided] = actionableIn(exchange);
  if (!decided) return undefined;
  const newer = truth.history.changes.find(({ begunAtMs, takenAtMs, isOfEither }) => {
    const { redis = Infinity } = isOfEither ? {} : takenAtMs;
    return begunAtMs > first.leftAtMs && redis <= sentAtMs;
  });
  return newer === undefined
    ? undefined
    : `G7: isolate ${isolate.id} brought back a ${decided.answer.action} from before epoch ${newer.epoch}`;
}

/** By true time, whatever the clocks of the isolates say. */
function pastValidity(first: First, exchange: Exchange): string | undefined {
  const [decided] = actionableIn(exchange);
  if (!exchange.reply || !decided) return undefined;
  const { answer } = decided;
  const validMs = Date.parse(answer.validUntil ?? '') - Date.parse(answer.at);
  const lateMs = exchange.reply.leftAtMs - (first.leftAtMs + validMs + standingMsMax);
  return lateMs > 0
    ? `G7: a ${answer.action} was brought back ${lateMs.toFixed(0)} ms past its validity`
    : undefined;
}
