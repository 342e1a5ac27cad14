import type { Redis } from '@upstash/redis';
import type { Clock, Timers } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import type { Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import { createGrantLimiter } from './grant-limiter.ts';
import { createLease } from './lease.ts';
import { createLedger } from './ledger.ts';
import { createRenewal } from './renewal.ts';
import { createRoundTrip } from './round-trip.ts';
import { createSharedControl } from './sync.ts';
import type { ControlState, ControlView, Permit, PermitAsk } from './view.ts';

interface ControlOptions {
  readonly redis: Redis;
  /** The control state in libSQL, which outlives a lost Redis. Must end by its own deadline. */
  readonly readDurableControl: () => Promise<Result<ControlState, string>>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdSource;
  /** Life of a view and of a grant from the moment its sync was sent, in milliseconds, 1..1,000. */
  readonly viewLifeMs: number;
  /** The longest a request waits for one round trip, in milliseconds; twice that for an isolate's first. */
  readonly deadlineMsMax: number;
}

export interface ControlStatus {
  readonly health: 'up' | 'down';
  /** Why the last refresh that failed did; null since the last success. */
  readonly lastFailure: string | null;
  readonly deadlineMs: number;
}

export interface Control {
  /**
   * Permission to decide once, for one token of the key's bucket. Warm, it makes no call; cold, it waits for at most
   * three deadlines. Throws when the limit asked for is none (control/ledger.ts).
   */
  permit(ask: PermitAsk, scope: RequestScope): Promise<Permit>;
  /** The view, if it is live. Ask again after every await. */
  current(): ControlView | undefined;
  /** The view; when it is not live, after trying to get one as `permit` does. */
  ensure(scope: RequestScope): Promise<ControlView | undefined>;
  /** Whether the key is known to be revoked. */
  isRevoked(keyId: string): boolean;
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
  const { redis, readDurableControl, clock, timers, ids, viewLifeMs, deadlineMsMax } = options;
  const ledger = createLedger({ grantLifeMs: viewLifeMs, keysMax });
  const limiter = createGrantLimiter({ redis, ledger, clock });
  const roundTrip = createRoundTrip({ deadlineMsMin: Math.min(deadlineMsMin, deadlineMsMax), deadlineMsMax });
  const shared = createSharedControl(redis);
  const lease = createLease({ shared, readDurableControl, ledger, roundTrip, clock, ids, viewLifeMs });
  const deadlineMs = (): number => (lease.isCold() ? 2 * deadlineMsMax : roundTrip.deadlineMs());
  const renewal = createRenewal({ lease, deadlineMs, clock, timers });

  return {
    permit(ask, scope) {
      const { keyId } = ask;
      ledger.meet(ask, clock.monotonicMs());
      let missedIn: number | undefined;
      const settle = async (view: ControlView, nowMs: number): Promise<Permit | undefined> => {
        if (lease.isRevoked(keyId)) return { kind: 'revoked' };
        const admitted = await limiter.admit(keyId);
        const bucket = ledger.state(keyId, nowMs);
        if (!admitted) return bucket.retryAfterMs > 0 ? { kind: 'limited', bucket } : undefined;
        if (missedIn !== undefined) ledger.found(keyId, missedIn);
        if (nowMs - view.sentAtMs > viewLifeMs / 2 || ledger.isLow(keyId, nowMs)) renewal.startBehind(scope);
        return { kind: 'granted', view, bucket };
      };
      const onMiss = (): void => {
        missedIn = ledger.miss(keyId);
      };
      return renewal.untilSettled(scope, settle, onMiss);
    },
    current: () => lease.view(clock.monotonicMs()),
    async ensure(scope) {
      const found = await renewal.untilSettled(
        scope,
        (view) => view,
        () => undefined,
      );
      return 'kind' in found ? undefined : found;
    },
    isRevoked: lease.isRevoked,
    status: () => ({ ...renewal.status(), deadlineMs: deadlineMs() }),
  };
}
