import { isAdmittedReply, type ReceivedReply } from '../exchange.ts';
import type { Check, Truth } from '../monitor.ts';
import { standingMsMax } from '../platform.ts';

/**
 * A revoked key, or one under a secret that was rotated away and whose overlap is over, gets no permission once a view's life is
 * over since Redis was told, unless Redis lost it again.
 */
export function revocation({ history, endOf, viewLifeMs }: Truth): Check {
  return {
    replied({ asked, reply }) {
      const end = endOf(asked.key);
      if (!reply || end === undefined || !isPermitted(reply)) return undefined;
      const isLost = history.redisLostAtMs.some((lostAtMs) => lostAtMs >= end.toldAtMs);
      return isLost || reply.leftAtMs <= end.atMs + viewLifeMs + standingMsMax
        ? undefined
        : `${asked.key.id} was admitted ${(reply.leftAtMs - end.atMs).toFixed(0)} ms after its secret's end`;
    },
  };
}

/** What waited for its record was permitted before, and leaves only as a refusal or a HOLD once that has ended. */
const isPermitted = (reply: ReceivedReply): boolean =>
  isAdmittedReply(reply) &&
  (reply.items.length === 0
    ? reply.code !== 'SUPERSEDED'
    : reply.items.some(({ answer }) => answer && (answer.durability !== 'acked' || answer.actionable)));
