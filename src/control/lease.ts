import type { Clock } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import { err, ok, type Result } from '../core/result.ts';
import { mergeControlStates } from './control-state.ts';
import type { Ledger } from './ledger.ts';
import type { RoundTrip } from './round-trip.ts';
import type { SharedControl, SyncReply, Want } from './sync.ts';
import type { ControlState, ControlView } from './view.ts';

export interface Lease {
  /** The view, if it is live at `nowMs` of the monotonic clock. */
  view(nowMs: number): ControlView | undefined;
  isRevoked(keyId: string): boolean;
  /** Before the first renewal, which also reads libSQL. */
  isCold(): boolean;
  /** Gets a new view and grants. Never throws. An error leaves what is held to expire by itself. */
  renew(): Promise<Result<void, string>>;
}

interface LeaseOptions {
  readonly shared: SharedControl;
  readonly readDurableControl: () => Promise<Result<ControlState, string>>;
  readonly ledger: Ledger;
  readonly roundTrip: RoundTrip;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly viewLifeMs: number;
}

type Synced = Extract<SyncReply, { readonly kind: 'synced' }>;

/** A renewal ends after so many syncs; one is the rule, two after a wiped Redis or a thousand revocations. */
const syncsMax = 4;
/** Older revocations are forgotten; more than the keys an isolate keeps in its cache. */
const revokedKeysMax = 20_000;

/**
 * What an isolate holds of the shared control state, and for how long. A view lives from the moment its sync
 * was *sent*. The highest epoch ever seen, here or in libSQL, is never gone below: a Redis that knows less is
 * told, and asked again, and what it granted meanwhile is dropped. Before its first permission an isolate
 * reads libSQL, beside the first sync.
 */
export function createLease(options: LeaseOptions): Lease {
  const { shared, readDurableControl, ledger, roundTrip, clock, ids, viewLifeMs } = options;
  const revoked = new Set<string>();
  let held: ControlView | undefined;
  let highest: ControlState | undefined;
  let durableRead = false;
  let cursor = 0;

  const view = (nowMs: number): ControlView | undefined =>
    held !== undefined && nowMs < held.expiresAtMs ? held : undefined;

  /** A halt learnt from anywhere shows at once, also in the view that is already held. */
  function learn(state: ControlState): void {
    highest = highest ? mergeControlStates(highest, state) : state;
    if (held) held = { ...held, ...highest };
  }

  async function readDurable(): Promise<Result<void, string>> {
    const read = await readDurableControl();
    if (!read.ok) return err(`libSQL: ${read.error}`);
    durableRead = true;
    learn(read.value);
    return ok(undefined);
  }

  async function timedSync(requestId: string, wants: readonly Want[]): Promise<Result<SyncReply, string>> {
    const sentAtMs = clock.monotonicMs();
    const ask = { requestId, epoch: highest?.epoch, revocationCursor: cursor, wants };
    const reply = await shared.sync(ask);
    if (reply.ok) roundTrip.observe(clock.monotonicMs() - sentAtMs);
    return reply;
  }

  async function reseed(): Promise<Result<void, string>> {
    const read = await readDurable();
    if (!read.ok || !highest) return read;
    return shared.seed(highest);
  }

  function revoke(keyIds: readonly string[]): void {
    for (const keyId of keyIds) revoked.add(keyId);
    for (const keyId of revoked) {
      if (revoked.size <= revokedKeysMax) break;
      revoked.delete(keyId);
    }
  }

  function adopt(sentAtMs: number, reply: Synced, requestId: string): void {
    const nowMs = clock.monotonicMs();
    const expiresAtMs = sentAtMs + viewLifeMs;
    learn(reply.control);
    revoke(reply.revokedKeyIds);
    cursor = Math.max(cursor, reply.cursor);
    ledger.apply(requestId, reply.grants, expiresAtMs, nowMs);
    const isNewer = held === undefined || sentAtMs > held.sentAtMs;
    if (!reply.more && isNewer && highest) held = { sentAtMs, expiresAtMs, ...highest };
  }

  async function renewOrThrow(): Promise<Result<void, string>> {
    let wants: readonly Want[] = ledger.wants(clock.monotonicMs());
    for (let syncs = 0; syncs < syncsMax; syncs++) {
      const sentAtMs = clock.monotonicMs();
      const requestId = ids.next();
      const [reply, durable] = await Promise.all([
        timedSync(requestId, wants),
        durableRead ? ok(undefined) : readDurable(),
      ]);
      if (!reply.ok) return reply;
      if (!durable.ok) return durable;
      if (reply.value.kind === 'stale' || reply.value.control.epoch < (highest?.epoch ?? 0)) {
        const reseeded = await reseed();
        if (!reseeded.ok) return reseeded;
        continue;
      }
      adopt(sentAtMs, reply.value, requestId);
      if (!reply.value.more)
        return view(clock.monotonicMs()) ? ok(undefined) : err('the answer came too late');
      wants = [];
    }
    return err('the shared control state did not settle');
  }

  return {
    view,
    isRevoked: (keyId) => revoked.has(keyId),
    isCold: () => !durableRead,
    async renew() {
      try {
        return await renewOrThrow();
      } catch (failure) {
        return err(failure instanceof Error ? failure.message : String(failure));
      }
    },
  };
}
