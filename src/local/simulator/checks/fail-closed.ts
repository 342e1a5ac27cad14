import { holdCodes, problemCodes } from '../../../core/codes.ts';
import type { Answer } from '../../../decision/answer.ts';
import type { AskedItem } from '../clients.ts';
import type { Exchange, ReceivedReply } from '../exchange.ts';
import type { Check } from '../monitor.ts';
import { fetchedVector, type Vector } from '../small-model.ts';

/** What the model of a version says of a row; undefined where there is no such model. */
type ActionOf = (version: string, vector: Vector) => Vector['action'] | undefined;

/** Longest sum of the deadlines on a request's way (src/ARCHITECTURE.md), in milliseconds. */
const deadlineMs = 13_550;
/** The same where neither store ever fared ill and no client went away: what a round trip to each may take, a few times over. */
const calmDeadlineMs = 400;
/** What a source of market data may take in addition. */
const marketDeadlineMs = 900;

/**
 * G6: every request ends, in time, in an answer that the model's own scores and the client's position allow, in a HOLD with
 * a code, or in a refusal with one. A failure of the service itself is neither.
 */
export function failClosed(actionOf: ActionOf): Check {
  return {
    replied: (exchange) => lateness(exchange) ?? wrongness(exchange, actionOf),
    ended: (exchanges) =>
      exchanges
        .filter(({ reply, isCut, isolate }) => !reply && !isCut && !isolate.platform.isDead)
        .map(({ sentAtMs }) => `G6: the request of ${sentAtMs.toFixed(1)} ms was never answered`),
  };
}

function lateness({ asked, sentAtMs, reply, isolate }: Exchange): string | undefined {
  const tookMs = (reply?.leftAtMs ?? 0) - sentAtMs - isolate.platform.stalledMs;
  const { redis, libsql } = isolate.platform.link.troubledAtMs;
  const isCalm = Math.max(redis, libsql) === Number.NEGATIVE_INFINITY && !isolate.platform.wasCut;
  const waitsForMarket = asked.items[0].vector === fetchedVector;
  const limitMs = (isCalm ? calmDeadlineMs : deadlineMs) + (waitsForMarket ? marketDeadlineMs : 0);
  return tookMs > limitMs ? `G6: an answer took ${tookMs.toFixed(0)} of ${limitMs} ms` : undefined;
}

function wrongness({ reply, asked }: Exchange, actionOf: ActionOf): string | undefined {
  if (!reply) return undefined;
  const { items, code, status } = reply;
  if (code !== undefined) {
    const known = Object.hasOwn(problemCodes, code) && problemCodes[code as 'INTERNAL'].status === status;
    return known && code !== 'INTERNAL' ? undefined : `G6: status ${status} with code ${code}`;
  }
  if (asked.kind === 'malformed' || asked.kind === 'unauthenticated')
    return `G6: a ${asked.kind} request was answered`;
  if (items.length !== asked.items.length)
    return `G6: ${items.length} answers to ${asked.items.length} questions`;
  return asked.items
    .map((item, index) => itemWrongness(item, items[index], actionOf))
    .find((wrong) => wrong !== undefined);
}

function itemWrongness(
  asked: AskedItem,
  replied: ReceivedReply['items'][number] | undefined,
  actionOf: ActionOf,
): string | undefined {
  const answer = replied?.answer;
  if (!answer) {
    const isKnown = asked.isMalformed || replied?.code === 'SUPERSEDED';
    return isKnown ? undefined : `G6: an item was refused with ${replied?.code}`;
  }
  if (asked.isMalformed) return `G6: an item that is no question was answered ${answer.action}`;
  if (answer.action !== 'HOLD') {
    const { version } = answer.model;
    const said = actionOf(version, asked.vector);
    const isRight =
      answer.action === said && answer.reasons.length === 0 && answer.effect === effectOf(asked, answer);
    return isRight
      ? undefined
      : `G6: ${answer.action} to ${answer.effect} where the model ${version} says ${said}`;
  }
  const isTold =
    answer.reasons.length > 0 && answer.reasons.every(({ code }) => Object.hasOwn(holdCodes, code));
  return isTold && !answer.actionable && answer.size === 0 ? undefined : 'G6: a HOLD without its reason';
}

/** What acting does to the position that the client told. `reduce` and `close` differ by size alone. */
function effectOf({ position }: AskedItem, { action, size }: Answer): string {
  if (position === 'unsaid' || position === 'flat') return 'open';
  if ((action === 'BUY') === (position === 'long')) return 'increase';
  return size === 1 ? 'close' : 'reduce';
}
