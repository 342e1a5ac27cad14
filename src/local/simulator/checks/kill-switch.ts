import type { Effect } from '../../../risk/effect.ts';
import type { TradingState } from '../../../risk/trading-state.ts';
import type { ControlChange } from '../control-history.ts';
import { virtualEpochMs } from '../event-queue.ts';
import { actionableIn, type Decided, type Exchange, isReplayed } from '../exchange.ts';
import type { Check, Truth } from '../monitor.ts';
import { standingMsMax } from '../platform.ts';
import { isAbout } from '../targets.ts';

/** How long an isolate that cannot read libSQL may go on by Redis alone; see control/view-holder.ts. */
const silentLibsqlMs = 30_000;
/** A call that fared ill so long ago counts no more: longer than a read of libSQL may be under way. */
const troubleMs = 6_000;

/**
 * G2: once a halt is in force nothing that increases exposure leaves any isolate for what it is about, and no `validUntil`
 * reaches past that moment; in a batch each item by itself. A halt is in force a view's life after Redis took it, unless Redis
 * lost it again; and as long after libSQL took it, where the isolate could read libSQL. An isolate that wakes has both read, and
 * obeys at once.
 */
export function killSwitch(truth: Truth): Check {
  return {
    replied: (exchange) =>
      actionableIn(exchange)
        .map((decided) => untimely(decided, exchange, truth) ?? forbidden(decided, exchange, truth))
        .find((violation) => violation !== undefined),
  };
}

function untimely({ answer }: Decided, exchange: Exchange, { viewLifeMs }: Truth): string | undefined {
  const validMs = Date.parse(answer.validUntil ?? '') - Date.parse(answer.at);
  if (!(validMs <= viewLifeMs)) return `G2: valid for ${validMs} ms`;
  const staleMs = staleness(answer.at, exchange, validMs);
  return staleMs > 0 ? `G2: a ${answer.action} left ${staleMs.toFixed(0)} ms past its validity` : undefined;
}

/** How far an answer is past its end when it leaves, by true time; of what was said before, checks/idempotency.ts tells. */
function staleness(at: string, { reply, isolate }: Exchange, validMs: number): number {
  if (!reply || isReplayed(reply) || isolate.platform.wasClockSet) return Number.NEGATIVE_INFINITY;
  const saidAtMs = Date.parse(at) - isolate.platform.skewMs - virtualEpochMs;
  return reply.leftAtMs - (saidAtMs + validMs) - 2 * standingMsMax;
}

function forbidden({ asked, answer }: Decided, exchange: Exchange, truth: Truth): string | undefined {
  const { isolate, reply } = exchange;
  const leftAtMs = reply?.leftAtMs ?? 0;
  for (const change of truth.history.changes) {
    const { target, tradingState, epoch } = change;
    if (!forbids(tradingState, answer.effect)) continue;
    if (!isAbout(target, exchange.asked.key.account, asked.strategy)) continue;
    const effectiveByMs = effectiveBy(change, exchange, truth) + standingMsMax;
    if (leftAtMs <= effectiveByMs || isLifted(change, leftAtMs, truth)) continue;
    const lateMs = (leftAtMs - effectiveByMs).toFixed(1);
    return `G2: isolate ${isolate.id} said ${answer.action} to ${answer.effect} ${lateMs} ms after epoch ${epoch}, ${tradingState} of ${target}, was in force`;
  }
  return undefined;
}

const forbids = (state: TradingState, effect: Effect): boolean =>
  state === 'HALTED' || (state === 'REDUCING' && (effect === 'open' || effect === 'increase'));

function effectiveBy(change: ControlChange, { isolate, reply }: Exchange, truth: Truth): number {
  const { redis = Infinity, libsql = Infinity } = change.takenAtMs;
  const isLost = wasLost(change, truth.history);
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
 * Whether somebody let the same go in the meantime, or tried to. Who read the epoch that he ends before the change was asked
 * for cannot have meant it, and of the change only what stands below that epoch is over. Where Redis had it under a higher epoch
 * than libSQL, as it has what an isolate took blindly, and lost it, libSQL's is the epoch to end.
 */
function isLifted(change: ControlChange, atMs: number, { history }: Truth): boolean {
  const isLost = wasLost(change, history);
  return history.resumes.some(
    ({ target, endsEpoch, begunAtMs, isRefused }) =>
      !isRefused &&
      target === change.target &&
      (endsEpoch >= change.epoch || isLost) &&
      begunAtMs <= atMs &&
      begunAtMs >= change.begunAtMs,
  );
}

const wasLost = (change: ControlChange, { redisLostAtMs }: Truth['history']): boolean =>
  redisLostAtMs.some((atMs) => atMs >= change.begunAtMs);
