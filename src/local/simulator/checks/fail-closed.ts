import { holdCodes, problemCodes } from '../../../core/codes.ts';
import { type Exchange, isReplayed } from '../exchange.ts';
import type { Check } from '../monitor.ts';

/** Longest sum of the deadlines on a request's way (src/ARCHITECTURE.md), in milliseconds. */
const deadlineMs = 13_550;
/** The same where neither store ever fared ill and no client went away: what a round trip to each may take, a few times over. */
const calmDeadlineMs = 400;

/**
 * G6: every request ends, in time, in an answer that the model's own scores and the client's position allow, in a HOLD with
 * a code, or in a refusal with one. A failure of the service itself is neither.
 */
export function failClosed(): Check {
  return {
    replied: (exchange) => lateness(exchange) ?? wrongness(exchange),
    ended: (exchanges) =>
      exchanges
        .filter(({ reply, isCut, isolate }) => !reply && !isCut && !isolate.platform.isDead)
        .map(({ sentAtMs }) => `G6: the request of ${sentAtMs.toFixed(1)} ms was never answered`),
  };
}

function lateness({ sentAtMs, reply, isolate }: Exchange): string | undefined {
  const tookMs = (reply?.leftAtMs ?? 0) - sentAtMs - isolate.platform.stalledMs;
  const { redis, libsql } = isolate.platform.link.troubledAtMs;
  const isCalm = Math.max(redis, libsql) === Number.NEGATIVE_INFINITY && !isolate.platform.wasCut;
  const limitMs = isCalm ? calmDeadlineMs : deadlineMs;
  return tookMs > limitMs ? `G6: an answer took ${tookMs.toFixed(0)} of ${limitMs} ms` : undefined;
}

function wrongness(exchange: Exchange): string | undefined {
  const { reply, asked } = exchange;
  if (!reply) return undefined;
  const { answer, code, status } = reply;
  if (!answer) {
    const known =
      Object.hasOwn(problemCodes, code ?? '') && problemCodes[code as 'INTERNAL'].status === status;
    return known && code !== 'INTERNAL' ? undefined : `G6: status ${status} with code ${code}`;
  }
  if (asked.kind !== 'decision') return `G6: a ${asked.kind} request was answered ${answer.action}`;
  if (answer.action !== 'HOLD') {
    const effect = effectOf(exchange);
    const isRight =
      answer.action === asked.vector.action && answer.reasons.length === 0 && answer.effect === effect;
    return isRight || isReplayed(reply)
      ? undefined
      : `G6: ${answer.action} to ${answer.effect} where the model says ${asked.vector.action}`;
  }
  const isTold =
    answer.reasons.length > 0 && answer.reasons.every(({ code }) => Object.hasOwn(holdCodes, code));
  return isTold && !answer.actionable && answer.size === 0 ? undefined : 'G6: a HOLD without its reason';
}

/** What acting does to the position that the client told. `reduce` and `close` differ by size alone. */
function effectOf({ asked, reply }: Exchange): string {
  const { position, vector } = asked;
  if (position === 'unsaid' || position === 'flat') return 'open';
  if ((vector.action === 'BUY') === (position === 'long')) return 'increase';
  return reply?.answer?.size === 1 ? 'close' : 'reduce';
}
