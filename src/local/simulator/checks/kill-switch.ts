import type { Effect } from '../../../risk/effect.ts';
import type { TradingState } from '../../../risk/trading-state.ts';
import type { ControlChange } from '../control-history.ts';
import { virtualEpochMs } from '../event-queue.ts';
import { type Exchange, isReplayed } from '../exchange.ts';
import type { Check, Truth } from '../monitor.ts';
import { standingMsMax } from '../platform.ts';

/** How long an isolate that cannot read libSQL may go on by Redis alone; see control/view-holder.ts. */
const silentLibsqlMs = 30_000;
/** A call that fared ill so long ago counts no more: longer than a read of libSQL may be under way. */
const troubleMs = 6_000;

/**
 * G2: once a halt is in force nothing that increases exposure leaves any isolate, and no `validUntil` reaches past
 * that moment. A halt is in force a view's life after Redis took it, unless Redis lost it again; and as long after libSQL
 * took it, where the isolate could read libSQL. An isolate that wakes has both read, and obeys at once.
 */
export function killSwitch(truth: Truth): Check {
  return {
    replied(exchange) {
      const { reply, isolate } = exchange;
      const answer = reply?.answer;
      if (!reply || !answer?.actionable) return undefined;
      const validMs = Date.parse(answer.validUntil ?? '') - Date.parse(answer.at);
      if (!(validMs <= truth.viewLifeMs)) return `G2: valid for ${validMs} ms`;
      const staleMs = staleness(exchange, validMs);
      if (staleMs > 0) return `G2: a ${answer.action} left ${staleMs.toFixed(0)} ms past its validity`;
      for (const change of truth.history.changes) {
        if (!forbids(change.tradingState, answer.effect)) continue;
        const effectiveByMs = effectiveBy(change, exchange, truth) + standingMsMax;
        if (reply.leftAtMs <= effectiveByMs || isLifted(change, reply.leftAtMs, truth)) continue;
        const lateMs = (reply.leftAtMs - effectiveByMs).toFixed(1);
        return `G2: isolate ${isolate.id} said ${answer.action} to ${answer.effect} ${lateMs} ms after epoch ${change.epoch}, ${change.tradingState}, was in force`;
      }
      return undefined;
    },
  };
}

/** How far an answer is past its end when it leaves, by true time; of what was said before, checks/idempotency.ts tells. */
function staleness({ reply, isolate }: Exchange, validMs: number): number {
  if (!reply?.answer || isReplayed(reply) || isolate.platform.wasClockSet) return Number.NEGATIVE_INFINITY;
  const saidAtMs = Date.parse(reply.answer.at) - isolate.platform.skewMs - virtualEpochMs;
  return reply.leftAtMs - (saidAtMs + validMs) - 2 * standingMsMax;
}

const forbids = (state: TradingState, effect: Effect): boolean =>
  state === 'HALTED' || (state === 'REDUCING' && (effect === 'open' || effect === 'increase'));

function effectiveBy(change: ControlChange, { isolate, reply }: Exchange, truth: Truth): number {
  const { redis = Infinity, libsql = Infinity } = change.takenAtMs;
  const isLost = truth.history.redisLostAtMs.some((atMs) => atMs >= change.begunAtMs);
  const troubledAtMs = isolate.platform.link.troubledAtMs.libsql;
  const isTroubled = troubledAtMs > Math.min(libsql, reply?.leftAtMs ?? 0) - troubleMs;
  // Who was asleep since then has no view left to go on by: it needs both stores.
  const wokeAtMs = isolate.wokeAtMs() ?? Number.NEGATIVE_INFINITY;
  const withinMs = (atMs: number, isBridged: boolean): number =>
    wokeAtMs >= atMs ? atMs : atMs + truth.viewLifeMs + (isBridged ? silentLibsqlMs : 0);
  const byRedis = isLost ? Infinity : withinMs(redis, false);
  const byLibsql = withinMs(libsql, isTroubled);
  return change.isOfEither ? Math.max(byRedis, byLibsql) : Math.min(byRedis, byLibsql);
}

/**
 * Whether somebody resumed in the meantime, or tried to. Who read the epoch that he ends before the change was asked for
 * cannot have meant it, and of the change only what stands below that epoch is over.
 */
const isLifted = (change: ControlChange, atMs: number, { history }: Truth): boolean =>
  history.resumes.some(
    ({ endsEpoch, begunAtMs, isRefused }) =>
      !isRefused && endsEpoch >= change.epoch && begunAtMs <= atMs && begunAtMs >= change.begunAtMs,
  );
