import { mergeControlStates, underOperator } from './control-state.ts';
import type { DurableReading } from './durable-reading.ts';
import type { ControlState, ControlView, OperatorHeartbeat } from './view.ts';

export interface ViewHolder {
  /** The view, if it is live at `nowMs` of the monotonic clock. */
  view(nowMs: number): ControlView | undefined;
  /** The highest epoch ever seen; undefined before the first. */
  highest(): ControlState | undefined;
  /** Takes over what either store said, when it is higher; it shows at once, also in the view that is held. */
  learn(state: ControlState): void;
  /** A sync that was sent then told all it had to tell, of the operator too. */
  synced(sentAtMs: number, heartbeat: OperatorHeartbeat): void;
  /** As the sync that was sent last told it; undefined before the first. */
  operatorHeartbeat(): OperatorHeartbeat | undefined;
  syncFailed(nowMs: number): void;
  /** Monotonic instant at which the latest sync was sent that told all; undefined before the first. */
  syncSentAtMs(): number | undefined;
  /** Whether libSQL was read since the last sync that failed, and at least once. */
  isReadSinceSyncFailed(): boolean;
}

/** How long an isolate goes on without having read libSQL. */
export const durableAgeMsMax = 30_000;

interface ViewHolderOptions {
  readonly durable: DurableReading;
  readonly viewLifeMs: number;
}

/**
 * How long what was read may permit anything. A halt may have reached only one of the stores, so a view needs both:
 *
 * 1. A view lives from the moment the older of its two readings, sync and libSQL read, was *sent*. A halt that
 *    either store confirmed is therefore in force a life later, whatever the other store knows, and no view
 *    reaches past that.
 * 2. When libSQL is silent (it failed just now, or lets a read wait for longer than its reads take) and the view is
 *    live and in its last quarter, the sync alone prolongs it, for half a minute since libSQL was read: an outage of
 *    libSQL is bridged, and a halt that only libSQL has is in force within that time even in an isolate that cannot
 *    read it. The read goes on, and what it brings shows at once. An isolate that wakes needs both stores.
 * 3. Rule 2 needs a read of libSQL since the last sync that failed, hence at least one: while Redis did not answer,
 *    a halt may have reached libSQL alone. Without that read nothing is permitted.
 */
export function createViewHolder({ durable, viewLifeMs }: ViewHolderOptions): ViewHolder {
  let held: ControlView | undefined;
  let highest: ControlState | undefined;
  let syncSentAtMs: number | undefined;
  let syncFailedAtMs = Number.NEGATIVE_INFINITY;
  let heartbeat: OperatorHeartbeat | undefined;

  /** Before a sync has told, nobody is known to have been heard. */
  const inForce = (state: ControlState): ControlState => underOperator(state, heartbeat ?? 'silent');

  function holdSince(sentAtMs: number): void {
    if (!highest || (held && sentAtMs <= held.sentAtMs)) return;
    held = { sentAtMs, expiresAtMs: sentAtMs + viewLifeMs, ...inForce(highest) };
  }

  function holdSinceOlder(): void {
    const durableSentAtMs = durable.sentAtMs();
    if (syncSentAtMs === undefined || durableSentAtMs === undefined) return;
    holdSince(Math.min(syncSentAtMs, durableSentAtMs));
  }

  const isReadSinceSyncFailed = (): boolean => {
    const durableSentAtMs = durable.sentAtMs();
    return durableSentAtMs !== undefined && durableSentAtMs > syncFailedAtMs;
  };

  /** Rules 2 and 3. */
  function mayProlong(nowMs: number): boolean {
    if (!held || nowMs >= held.expiresAtMs || nowMs < held.expiresAtMs - viewLifeMs / 4) return false;
    const durableAgeMs = nowMs - (durable.sentAtMs() ?? Number.NEGATIVE_INFINITY);
    return durableAgeMs < durableAgeMsMax && isReadSinceSyncFailed() && durable.isSilent(nowMs);
  }

  return {
    isReadSinceSyncFailed,
    highest: () => highest,
    syncSentAtMs: () => syncSentAtMs,
    view(nowMs) {
      if (syncSentAtMs !== undefined && mayProlong(nowMs)) holdSince(syncSentAtMs);
      return held !== undefined && nowMs < held.expiresAtMs ? held : undefined;
    },
    learn(state) {
      highest = highest ? mergeControlStates(highest, state) : state;
      if (held) held = { ...held, ...inForce(highest) };
      holdSinceOlder();
    },
    operatorHeartbeat: () => heartbeat,
    synced(sentAtMs, told) {
      if (syncSentAtMs === undefined || sentAtMs >= syncSentAtMs) heartbeat = told;
      syncSentAtMs = Math.max(syncSentAtMs ?? sentAtMs, sentAtMs);
      if (held && highest) held = { ...held, ...inForce(highest) };
      holdSinceOlder();
    },
    syncFailed(nowMs) {
      syncFailedAtMs = nowMs;
    },
  };
}
