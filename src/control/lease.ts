import type { Clock, Timers } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import { isBehind } from './control-state.ts';
import type { DurableReading } from './durable-reading.ts';
import type { Ledger } from './ledger.ts';
import type { RoundTrip } from './round-trip.ts';
import type { SharedControl, SyncReply, Want } from './sync.ts';
import { createToldKeys, type ToldKeys } from './told-keys.ts';
import type { ControlState, ControlView, OperatorHeartbeat } from './view.ts';
import { createViewHolder, type ViewHolder } from './view-holder.ts';

export interface Lease {
  /** The view, if it is live at `nowMs` of the monotonic clock. */
  view(nowMs: number): ControlView | undefined;
  /** Whether the last sync is so old that a renewal behind the answer is due. */
  isAging(nowMs: number): boolean;
  /** All that was ever seen of the control state. */
  highest(): ControlState | undefined;
  operatorHeartbeat(): OperatorHeartbeat | undefined;
  learn(state: ControlState): void;
  /** What was told of keys. */
  readonly keys: Omit<ToldKeys, 'learn'>;
  /** Changes whenever revocations may have been missed: what was read of keys before is to be read again. */
  keysEpoch(): number;
  /** Before libSQL was read for the first time. */
  isCold(): boolean;
  /**
   * Gets a new view and grants. Never throws. An error leaves what is held to expire by itself. A read of libSQL
   * that outlasts it goes on under `scope`.
   */
  renew(scope: RequestScope): Promise<Result<void, string>>;
}

interface LeaseOptions {
  readonly shared: SharedControl;
  readonly durable: DurableReading;
  readonly ledger: Ledger;
  readonly roundTrip: RoundTrip;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdSource;
  readonly viewLifeMs: number;
  /** The longest silence of operators, in milliseconds; 0 for any. */
  readonly heartbeatMsMax: number;
}

type Synced = Extract<SyncReply, { readonly kind: 'synced' }>;

/** A renewal ends after so many syncs; one is the rule, two after a wiped Redis or a thousand revocations. */
const syncsMax = 4;

/** How often a renewal looks whether the libSQL read that it needs has ended. */
const pollMs = 4;

/**
 * What an isolate holds of the shared control state; for how long is control/view-holder.ts. The highest epoch ever
 * seen, in Redis or libSQL, is never gone below: a Redis that knows less, or less of what was said, is told, and asked
 * again, and what it granted meanwhile is dropped. Beside a sync goes a read of libSQL, unless one is under way or began less than
 * a quarter of a view's life ago; a view that is live does not wait for it.
 */
export function createLease(options: LeaseOptions): Lease {
  const { shared, durable, ledger, roundTrip, clock, ids, viewLifeMs, heartbeatMsMax } = options;
  const holder = createViewHolder({ durable, viewLifeMs });
  const keys = createToldKeys(clock);
  let cursor = 0;
  let seededAt: number | undefined;
  let keysEpoch = 0;

  async function timedSync(requestId: string, wants: readonly Want[]): Promise<Result<SyncReply, string>> {
    const sentAtMs = clock.monotonicMs();
    const ask = {
      requestId,
      epoch: holder.highest()?.epoch,
      revocationCursor: cursor,
      heartbeatMsMax,
      wants,
    };
    const reply = await shared.sync(ask);
    if (reply.ok) roundTrip.observe(clock.monotonicMs() - sentAtMs);
    else holder.syncFailed(clock.monotonicMs());
    return reply;
  }

  async function reseed(): Promise<Result<void, string>> {
    const read = await durable.read(holder.learn);
    const highest = holder.highest();
    if (!read.ok || !highest) return read;
    return shared.seed(highest);
  }

  /** A Redis that was seeded from nothing since the last sync may have lost revocations. */
  function noteSeeded(at: number): void {
    if (at !== seededAt) keysEpoch += 1;
    seededAt = at;
  }

  function adopt(sentAtMs: number, reply: Synced, requestId: string): void {
    holder.learn(reply.control);
    keys.learn(reply, sentAtMs);
    noteSeeded(reply.seededAt);
    cursor = Math.max(cursor, reply.cursor);
    ledger.apply(requestId, reply.grants, sentAtMs + viewLifeMs, clock.monotonicMs());
    if (!reply.more) holder.synced(sentAtMs, reply.operator);
  }

  async function renewOrThrow(scope: RequestScope): Promise<Result<void, string>> {
    const startedAtMs = clock.monotonicMs();
    // Without a view a read is needed; one under way for too long may have been cut off with its request.
    const isNeeded = holder.view(startedAtMs) === undefined && durable.isSilent(startedAtMs);
    if (!holder.isReadSinceSyncFailed() || isNeeded || durable.isDue(startedAtMs)) {
      scope.waitUntil(durable.read(holder.learn).then(() => undefined));
    }
    let wants: readonly Want[] = ledger.wants(startedAtMs);
    for (let syncs = 0; syncs < syncsMax; syncs++) {
      const sentAtMs = clock.monotonicMs();
      const requestId = ids.next();
      const reply = await timedSync(requestId, wants);
      if (!reply.ok) return reply;
      if (reply.value.kind === 'stale' || isBehind(reply.value.control, holder.highest())) {
        const reseeded = await reseed();
        if (!reseeded.ok) return reseeded;
        // Not before: while libSQL does not answer, nobody could read his keys again.
        keysEpoch += 1;
        continue;
      }
      adopt(sentAtMs, reply.value, requestId);
      if (!reply.value.more) return untilLive({ ...options, holder }, sentAtMs);
      wants = [];
    }
    return err('the shared control state did not settle');
  }

  return {
    view: holder.view,
    highest: holder.highest,
    operatorHeartbeat: holder.operatorHeartbeat,
    learn: holder.learn,
    isAging: (nowMs) => nowMs - (holder.syncSentAtMs() ?? Number.NEGATIVE_INFINITY) > viewLifeMs / 2,
    keys,
    keysEpoch: () => keysEpoch,
    isCold: () => durable.sentAtMs() === undefined,
    async renew(scope) {
      try {
        return await renewOrThrow(scope);
      } catch (failure) {
        return err(messageOf(failure));
      }
    },
  };
}

/** Behind an answer the view is live already; otherwise a read of libSQL may still have to end. */
async function untilLive(
  {
    holder,
    durable,
    clock,
    timers,
    viewLifeMs,
  }: Pick<LeaseOptions, 'durable' | 'clock' | 'timers' | 'viewLifeMs'> & { readonly holder: ViewHolder },
  sentAtMs: number,
): Promise<Result<void, string>> {
  for (;;) {
    const nowMs = clock.monotonicMs();
    if (holder.view(nowMs)) return ok(undefined);
    if (nowMs >= sentAtMs + viewLifeMs) return err('the answer came too late');
    if (!durable.isUnderWay(nowMs)) return err(durable.failure() ?? 'libSQL was not read');
    await timers.sleep(pollMs);
  }
}
