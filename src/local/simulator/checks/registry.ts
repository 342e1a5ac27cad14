import type { Config } from '../../../config.ts';
import { type Decided, decidedIn, type Exchange, isAdmittedReply, isReplayed } from '../exchange.ts';
import type { Isolate } from '../isolate.ts';
import type { ModelHistory } from '../model-history.ts';
import type { Check } from '../monitor.ts';

/** A view that is younger tells of what was put in force. */
const viewMsMax = 1_100;
/** What an isolate may take to load what its view tells of, once it has answered under that view, beside what it stood still. */
const loadMsMax = 1_500;

/**
 * Which model answers: one that was loaded whole (checks/fail-closed.ts compares what it says with what that very model says),
 * none that was given back, none of a lower rung while no model failed; and some seconds after a promotion or a rollback no other
 * than what is in force since, on an isolate that answers and reads libSQL.
 */
export function registry(history: ModelHistory, { deadlineMs }: Config['database']): Check {
  const answeredAtMs = new Map<Isolate, number[]>();

  function isBehind({ answer }: Decided, { isolate, reply }: Exchange): boolean {
    const leftAtMs = reply?.leftAtMs ?? 0;
    const inForce = history.inForce(leftAtMs);
    const { platform } = isolate;
    if (!inForce || platform.wasCut || answer.action === 'HOLD' || answer.mode !== 'FULL') return false;
    // A read that got no answer is under way until its deadline.
    const readableFromMs = platform.link.troubledAtMs.libsql + deadlineMs;
    const toldFromMs = Math.max(inForce.toldAtMs, readableFromMs) + viewMsMax;
    const loadedByMs = leftAtMs - loadMsMax - platform.stalledMs;
    const answered = answeredAtMs.get(isolate) ?? [];
    const wasTold = answered.some((atMs) => atMs >= toldFromMs && atMs <= loadedByMs);
    return wasTold && answer.model.version !== inForce.version;
  }

  return {
    replied(exchange) {
      const { isolate, reply } = exchange;
      if (!reply) return undefined;
      const decided = isReplayed(reply) ? [] : decidedIn(exchange);
      const behind = decided.find((one) => isBehind(one, exchange));
      // Who is refused before a permit was asked for gets no view, and tells the isolate of nothing.
      if (isAdmittedReply(reply))
        answeredAtMs.set(isolate, [...(answeredAtMs.get(isolate) ?? []), reply.leftAtMs]);
      if (behind) return `registry: isolate ${isolate.id} went on with ${behind.answer.model.version}`;
      return decided.map((one) => misplaced(one, history)).find((violation) => violation !== undefined);
    },
  };
}

function misplaced({ answer }: Decided, { hasFailed }: ModelHistory): string | undefined {
  if (hasFailed()) return undefined;
  const failure = answer.reasons.find(({ code }) => code === 'MODEL_FAILED' || code === 'BREAKER_OPEN');
  if (failure) return `registry: ${failure.code} where no model fails (${failure.detail})`;
  return answer.mode === 'LIGHT' || answer.mode === 'RULES'
    ? `ladder: ${answer.mode} answered where no model fails`
    : undefined;
}
