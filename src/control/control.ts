import type { Redis } from '@upstash/redis';
import type { Clock, Timers } from '../core/clock.ts';
import { type Eventual, whenHere } from '../core/eventual.ts';
import type { IdSource } from '../core/ids.ts';
import type { Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { Breakers } from './breakers/breakers.ts';
import { createDurableReading } from './durable-reading.ts';
import { createLease } from './lease.ts';
import { createLedger } from './ledger.ts';
import { createRenewal } from './renewal.ts';
import { createRoundTrip } from './round-trip.ts';
import { createSharedControl } from './sync.ts';
import { createUnsharedAllowance } from './unshared-allowance.ts';
import type { ControlState, ControlView, OperatorHeartbeat, Permit, PermitAsk } from './view.ts';

interface ControlOptions {
  readonly redis: Redis;
  /**
   * The control state in libSQL, which outlives a lost Redis, and where a halt may be that Redis never saw. Must end
   * by its own deadline.
   */
  readonly readDurableControl: () => Promise<Result<ControlState, string>>;
  readonly breakers: Pick<Breakers, 'ask' | 'learn' | 'isUrgent'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdSource;
  /** Life of a view and of a grant from the moment its sync was sent, in milliseconds, 1..1,000. */
  readonly viewLifeMs: number;
  /** The longest a request waits for one round trip, in milliseconds; twice that for an isolate's first. */
  readonly deadlineMsMax: number;
  /** The longest silence of operators, in milliseconds; 0 for any. */
  readonly heartbeatMsMax: number;
}

export interface ControlStatus {
  readonly health: 'up' | 'down';
  /** Why the last refresh that failed did; null since the last success. */
  readonly lastFailure: string | null;
  readonly deadlineMs: number;
  /** As the last sync told it; null before the first. */
  readonly operatorHeartbeat: OperatorHeartbeat | null;
}

export interface Control {
  /**
   * Permission to decide once, for one token of the key's bucket, or `tokens` times for so many (at most the burst):
   * all or none. Warm, it makes no call; cold, it waits for at most three deadlines. `unavailable` comes no more often
   * than the key's own limit in this isolate; beyond that it is `limited`. Throws when the limit asked for is none
   * (control/ledger.ts).
   *
   * @param lifeShareMin how much of a view's life has to be left, 0 to 1: a view that ends before its answer is out permits nothing
   */
  permit(ask: PermitAsk, scope: RequestScope, tokens?: number, lifeShareMin?: number): Eventual<Permit>;
  /** The view, if it is live. Ask again after every await. */
  current(): ControlView | undefined;
  /**
   * The view; when it is not live, or has less than `lifeShareMin` of its life left (0 to 1), after trying to get one as `permit`
   * does. Undefined where that failed: what is live is `current` all the same.
   */
  ensure(scope: RequestScope, lifeShareMin?: number): Promise<ControlView | undefined>;
  /** Whether the key is known to be revoked. */
  isRevoked(keyId: string): boolean;
  /** Changes whenever the key is told to be not what it was: what was read of it before is to be read again. */
  changesOf(keyId: string): number;
  /** Whether the secret with this SHA-256 is known to have been rotated away, and its time to be over. */
  isRetired(secretSha256: string): boolean;
  /**
   * A count that changes whenever `isRevoked` may have missed a revocation: at the isolate's first sync, which
   * reaches back ten minutes, and when Redis lost what it held. Whoever keeps keys drops those that were read
   * under another count, then asks libSQL, which has them all.
   */
  keysEpoch(): number;
  /**
   * A count that changes whenever anything was told of keys, or may have been missed. Who was proven under another one is proven
   * again: a permit may be the first that an isolate hears of a secret that was rotated away while it slept.
   */
  keysNews(): number;
  /** All that was ever seen of the control state, whether it may still permit anything or not. */
  highest(): ControlState | undefined;
  /** Takes in what this isolate wrote into a store; it shows at once. Lifts nothing by itself. */
  learn(state: ControlState): void;
  status(): ControlStatus;
}

const keysMax = 4_096;
const deadlineMsMin = 100;

/**
 * The isolate's part in the shared control state: answers from a lease, refreshes it behind the answers,
 * and refuses when it cannot. Who refreshes is the table of control/refresh.ts, how requests wait for it is
 * control/renewal.ts, and what it brings is control/lease.ts.
 */
export function createControl(options: ControlOptions): Control {
  const { redis, readDurableControl, breakers, clock, timers, viewLifeMs, deadlineMsMax } = options;
  const ledger = createLedger({ grantLifeMs: viewLifeMs, keysMax });
  const allowance = createUnsharedAllowance(keysMax);
  const roundTrip = createRoundTrip({ deadlineMsMin: Math.min(deadlineMsMin, deadlineMsMax), deadlineMsMax });
  // A renewal that must wait for libSQL until that counts as silent still has as much left for Redis.
  const durableRoundTrip = createRoundTrip({
    deadlineMsMin: Math.min(deadlineMsMin, deadlineMsMax) / 2,
    deadlineMsMax: deadlineMsMax / 2,
  });
  const durable = createDurableReading({
    readDurableControl,
    roundTrip: durableRoundTrip,
    clock,
    viewLifeMs,
  });
  const shared = createSharedControl(redis, breakers);
  const lease = createLease({ ...options, shared, durable, ledger, roundTrip });
  const deadlineMs = (): number =>
    lease.isCold() ? 2 * deadlineMsMax : Math.max(roundTrip.deadlineMs(), 2 * durableRoundTrip.deadlineMs());
  const renewal = createRenewal({ lease, deadlineMs, clock, timers });

  function withinAllowance(ask: PermitAsk, tokens: number, permit: Permit): Permit {
    if (permit.kind !== 'unavailable') return permit;
    const spent = allowance.spend(ask, tokens, clock.monotonicMs());
    return spent ? { kind: 'limited', bucket: spent } : permit;
  }

  /** Content with a view of which so much is left. One that a renewal brought has as much as can be had. */
  function lastsFor(lifeShareMin: number): (view: ControlView, nowMs: number) => boolean {
    let tooOldAtMs: number | undefined;
    return (view, nowMs) => {
      tooOldAtMs ??= view.expiresAtMs - nowMs < lifeShareMin * viewLifeMs ? view.sentAtMs : undefined;
      return view.sentAtMs !== tooOldAtMs;
    };
  }

  return {
    permit(ask, scope, tokens = 1, lifeShareMin = 0) {
      const { keyId } = ask;
      if (tokens > ask.burst) throw new RangeError(`${tokens} tokens are more than a burst of ${ask.burst}`);
      ledger.meet(ask, clock.monotonicMs());
      let missedIn: number | undefined;
      const lasts = lastsFor(lifeShareMin);
      const settle = (view: ControlView, nowMs: number): Permit | undefined => {
        if (lease.keys.isRevoked(keyId)) return { kind: 'revoked' };
        if (!lasts(view, nowMs)) return undefined;
        // While a request waits, its key may be forgotten for others; then it begins anew, with nothing.
        ledger.meet(ask, nowMs);
        const admitted = ledger.take(keyId, nowMs, tokens);
        const bucket = ledger.state(keyId, nowMs, tokens);
        if (!admitted) return bucket.retryAfterMs > 0 ? { kind: 'limited', bucket } : undefined;
        if (missedIn !== undefined) ledger.found(keyId, missedIn, tokens);
        if (lease.isAging(nowMs) || ledger.isLow(keyId, nowMs) || breakers.isUrgent())
          renewal.startBehind(scope);
        return { kind: 'granted', view, bucket };
      };
      const onMiss = (): void => {
        ledger.meet(ask, clock.monotonicMs());
        missedIn = ledger.miss(keyId, tokens);
      };
      return whenHere(renewal.untilSettled<Permit>(scope, settle, onMiss), (permit) =>
        withinAllowance(ask, tokens, permit),
      );
    },
    current: () => lease.view(clock.monotonicMs()),
    async ensure(scope, lifeShareMin = 0) {
      const lasts = lastsFor(lifeShareMin);
      const found = await renewal.untilSettled(
        scope,
        (view, nowMs) => (lasts(view, nowMs) ? view : undefined),
        () => undefined,
      );
      return 'kind' in found ? undefined : found;
    },
    isRevoked: lease.keys.isRevoked,
    isRetired: lease.keys.isRetired,
    changesOf: lease.keys.changesOf,
    keysEpoch: lease.keysEpoch,
    keysNews: () => lease.keysEpoch() + lease.keys.count(),
    highest: lease.highest,
    learn: lease.learn,
    status: () => ({
      ...renewal.status(),
      deadlineMs: deadlineMs(),
      operatorHeartbeat: lease.operatorHeartbeat() ?? null,
    }),
  };
}
