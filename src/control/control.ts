import type { Redis } from '@upstash/redis';
import type { Clock, Timers } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import type { Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import { createGrantLimiter } from './grant-limiter.ts';
import { createLease } from './lease.ts';
import { createLedger } from './ledger.ts';
import { createRefresh, type Owner } from './refresh.ts';
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
/** How often a request that waits for another's refresh looks. */
const pollMs = 4;

/**
 * The isolate's part in the shared control state: answers from a lease, refreshes it behind the answers,
 * and refuses when it cannot. Who refreshes is the table of control/refresh.ts; what a refresh does is
 * control/lease.ts.
 */
export function createControl(options: ControlOptions): Control {
  const { redis, readDurableControl, clock, timers, ids, viewLifeMs, deadlineMsMax } = options;
  const ledger = createLedger({ grantLifeMs: viewLifeMs, keysMax });
  const limiter = createGrantLimiter({ redis, ledger, clock });
  const roundTrip = createRoundTrip({ deadlineMsMin: Math.min(deadlineMsMin, deadlineMsMax), deadlineMsMax });
  const shared = createSharedControl(redis);
  const lease = createLease({ shared, readDurableControl, ledger, roundTrip, clock, ids, viewLifeMs });
  const refresh = createRefresh();
  let lastFailure: string | null = null;

  const deadlineMs = (): number => (lease.isCold() ? 2 * deadlineMsMax : roundTrip.deadlineMs());

  async function work(owner: Owner): Promise<boolean> {
    // Requests that arrived in the same turn are still to be counted; then one sync serves them all.
    await timers.sleep(0);
    const renewed = await lease.renew();
    if (renewed.ok) {
      lastFailure = null;
      refresh.succeeded(owner);
    } else {
      lastFailure = renewed.error;
      refresh.failed(owner, clock.monotonicMs());
    }
    return renewed.ok;
  }

  async function overdue(owner: Owner, settled: AbortSignal): Promise<boolean> {
    await timers.sleep(owner.deadlineAtMs - owner.startedAtMs, settled);
    // A busy isolate can be late for both; a reply that has already arrived goes before its deadline.
    await timers.sleep(0, settled);
    if (settled.aborted) return false;
    lastFailure = `no answer within ${owner.deadlineAtMs - owner.startedAtMs} ms`;
    refresh.failed(owner, clock.monotonicMs());
    return false;
  }

  /** The work goes on past its deadline: what it brings then is still used, by its own age. */
  function start(nowMs: number, scope: RequestScope): Promise<boolean> {
    const owner = refresh.start(nowMs, deadlineMs());
    const settled = new AbortController();
    const working = work(owner).finally(() => settled.abort());
    const outcome = Promise.race([working, overdue(owner, settled.signal)]);
    scope.waitUntil(working.then(() => undefined));
    scope.waitUntil(outcome.then(() => undefined));
    return outcome;
  }

  function startBehind(nowMs: number, scope: RequestScope): void {
    if (refresh.mayStart(nowMs)) void start(nowMs, scope);
  }

  /** Tries until `settle` is content under a live view, for as long as a refresh may bring one. */
  async function settled<T>(
    scope: RequestScope,
    settle: (view: ControlView, nowMs: number) => T | undefined | Promise<T | undefined>,
    onMiss: () => void,
  ): Promise<T | { readonly kind: 'unavailable'; readonly detail: string }> {
    const giveUpAtMs = clock.monotonicMs() + 2 * deadlineMs();
    let missed = false;
    for (;;) {
      const nowMs = clock.monotonicMs();
      const view = lease.view(nowMs);
      const found = view && (await settle(view, nowMs));
      if (found) return found;
      if (!missed) onMiss();
      missed = true;
      const need = nowMs < giveUpAtMs ? refresh.need(nowMs) : 'refuse';
      if (need === 'refuse') {
        startBehind(nowMs, scope);
        return { kind: 'unavailable', detail: lastFailure ?? 'no refresh succeeded in time' };
      }
      if (need === 'wait') {
        await timers.sleep(pollMs);
        continue;
      }
      if (!(await start(nowMs, scope))) return { kind: 'unavailable', detail: lastFailure ?? 'overdue' };
      missed = false;
    }
  }

  return {
    permit(ask, scope) {
      const { keyId } = ask;
      ledger.meet(ask, clock.monotonicMs());
      let missedIn: number | undefined;
      const settle = async (view: ControlView, nowMs: number): Promise<Permit | undefined> => {
        if (lease.isRevoked(keyId)) return { kind: 'revoked' };
        const admitted = await limiter.admit(keyId);
        const bucket = ledger.state(keyId, nowMs);
        if (admitted) {
          if (missedIn !== undefined) ledger.found(keyId, missedIn);
          if (nowMs - view.sentAtMs > viewLifeMs / 2 || ledger.isLow(keyId, nowMs)) startBehind(nowMs, scope);
          return { kind: 'granted', view, bucket };
        }
        return bucket.retryAfterMs > 0 ? { kind: 'limited', bucket } : undefined;
      };
      const onMiss = (): void => {
        missedIn = ledger.miss(keyId);
      };
      return settled(scope, settle, onMiss);
    },
    current: () => lease.view(clock.monotonicMs()),
    async ensure(scope) {
      const found = await settled(
        scope,
        (view) => view,
        () => undefined,
      );
      return 'kind' in found ? undefined : found;
    },
    isRevoked: lease.isRevoked,
    status: () => ({
      health: refresh.isDown(clock.monotonicMs()) ? 'down' : 'up',
      lastFailure,
      deadlineMs: deadlineMs(),
    }),
  };
}
