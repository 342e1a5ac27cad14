import { type Exchange, isAdmittedReply } from '../exchange.ts';
import type { Check, Truth } from '../monitor.ts';

/** G1: admitted(key, [0, T]) ≤ (1 + rollbacks) · burst + rate · T, for any number of isolates, on any network; a batch counts as its items. */
export function rateBound({ history }: Truth): Check {
  const admitted = new Map<string, number>();
  return {
    replied({ asked: { key, tokens }, reply }: Exchange) {
      if (!reply || !isAdmittedReply(reply)) return undefined;
      const count = (admitted.get(key.id) ?? 0) + tokens;
      admitted.set(key.id, count);
      const lossCount = history.redisLostAtMs.length;
      const bound = (1 + lossCount) * key.burst + (key.ratePerSecond * reply.leftAtMs) / 1_000;
      return count > bound ? `G1: ${count} admitted of ${key.id}, bound ${bound.toFixed(1)}` : undefined;
    },
  };
}
