import { isAdmittedReply, type ReceivedReply } from '../exchange.ts';
import { revocableKey } from '../keys.ts';
import type { Check, Truth } from '../monitor.ts';
import { standingMsMax } from '../platform.ts';

/** A revoked key gets no permission once a view's life is over since Redis was told, unless Redis lost it again. */
export function revocation({ history, revokedAtMs, viewLifeMs }: Truth): Check {
  return {
    replied({ asked, reply }) {
      const atMs = revokedAtMs();
      if (!reply || atMs === undefined || asked.key.id !== revocableKey.id || !isPermitted(reply))
        return undefined;
      const isLost = history.redisLostAtMs.some((lostAtMs) => lostAtMs >= atMs);
      return isLost || reply.leftAtMs <= atMs + viewLifeMs + standingMsMax
        ? undefined
        : `a key was admitted ${(reply.leftAtMs - atMs).toFixed(0)} ms after it was revoked`;
    },
  };
}

/** What waited for its record was permitted before, and leaves only as a refusal or a HOLD once that has ended. */
const isPermitted = (reply: ReceivedReply): boolean =>
  isAdmittedReply(reply) &&
  (reply.answer?.durability === 'acked' ? reply.answer.actionable : reply.code !== 'SUPERSEDED');
