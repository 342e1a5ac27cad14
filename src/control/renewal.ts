import type { Clock, Timers } from '../core/clock.ts';
import type { Eventual } from '../core/eventual.ts';
import type { RequestScope } from '../runtime.ts';
import type { Lease } from './lease.ts';
import { createRefresh, type Owner } from './refresh.ts';
import type { ControlView } from './view.ts';

interface Unavailable {
  readonly kind: 'unavailable';
  readonly detail: string;
}

export interface Renewal {
  /** Renews behind the answer, unless somebody does or a probe is not due yet. */
  startBehind(scope: RequestScope): void;
  /**
   * Tries until `settle` is content under a live view, for as long as a renewal may bring one: at most three
   * deadlines. `onMiss` is called before each sync that is to bring what was missing.
   */
  untilSettled<T>(
    scope: RequestScope,
    settle: (view: ControlView, nowMs: number) => T | undefined,
    onMiss: () => void,
  ): Eventual<T | Unavailable>;
  status(): { readonly health: 'up' | 'down'; readonly lastFailure: string | null };
}

interface RenewalOptions {
  readonly lease: Lease;
  /** How long the next renewal may take. */
  readonly deadlineMs: () => number;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** How often a request that waits for another's renewal looks. */
const pollMs = 4;
/** A loop that is this late for a deadline did something else all the time. */
const stoodMsMin = 10;
const turnsBehind = 8;

/** Runs the lease's renewals by the table of control/refresh.ts, for requests that share nothing but data. */
export function createRenewal({ lease, deadlineMs, clock, timers }: RenewalOptions): Renewal {
  const refresh = createRefresh();
  let lastFailure: string | null = null;

  async function work(owner: Owner, scope: RequestScope): Promise<boolean> {
    // Requests that arrived in the same turn are still to be counted; then one sync serves them all.
    await timers.sleep(0);
    const renewed = await lease.renew(scope);
    lastFailure = renewed.ok ? null : renewed.error;
    if (renewed.ok) refresh.succeeded(owner);
    else refresh.failed(owner, clock.monotonicMs());
    return renewed.ok;
  }

  async function overdue(owner: Owner, settled: AbortSignal): Promise<boolean> {
    await timers.sleep(owner.deadlineAtMs - owner.startedAtMs, settled);
    // A busy isolate can be late for both; a reply that has already arrived goes before its deadline. One whose loop stood
    // still takes in what arrived meanwhile piece by piece.
    const hasStood = clock.monotonicMs() > owner.deadlineAtMs + stoodMsMin;
    for (let turn = 0; turn < (hasStood ? turnsBehind : 1); turn++) await timers.sleep(0, settled);
    if (settled.aborted) return false;
    lastFailure = `no answer within ${owner.deadlineAtMs - owner.startedAtMs} ms`;
    refresh.failed(owner, clock.monotonicMs());
    return false;
  }

  async function within(owner: Owner, working: Promise<boolean>): Promise<boolean> {
    const settled = new AbortController();
    try {
      return await Promise.race([working, overdue(owner, settled.signal)]);
    } finally {
      settled.abort();
    }
  }

  /** False when it failed or was overdue. The work goes on past that: what it brings then is used, by its age. */
  function start(nowMs: number, scope: RequestScope): Promise<boolean> {
    const owner = refresh.start(nowMs, deadlineMs());
    const working = work(owner, scope);
    const outcome = within(owner, working);
    scope.waitUntil(working.then(() => undefined));
    scope.waitUntil(outcome.then(() => undefined));
    return outcome;
  }

  function startBehind(scope: RequestScope): void {
    const nowMs = clock.monotonicMs();
    if (refresh.mayStart(nowMs)) void start(nowMs, scope);
  }

  const unavailable = (): Unavailable => ({
    kind: 'unavailable',
    detail: lastFailure ?? 'no renewal succeeded in time',
  });

  /** `look` found nothing at `missedAtMs`. */
  async function untilFound<T>(
    scope: RequestScope,
    look: (nowMs: number) => T | undefined,
    onMiss: () => void,
    missedAtMs: number,
  ): Promise<T | Unavailable> {
    const giveUpAtMs = missedAtMs + 2 * deadlineMs();
    let nowMs = missedAtMs;
    let missed = false;
    for (;;) {
      if (!missed) onMiss();
      missed = true;
      switch (nowMs < giveUpAtMs ? refresh.need(nowMs) : 'refuse') {
        case 'refuse':
          startBehind(scope);
          return unavailable();
        case 'wait':
          await timers.sleep(pollMs);
          break;
        case 'own':
          if (!(await start(nowMs, scope))) return unavailable();
          missed = false;
      }
      nowMs = clock.monotonicMs();
      const found = look(nowMs);
      if (found) return found;
    }
  }

  return {
    startBehind,
    untilSettled(scope, settle, onMiss) {
      const look = (nowMs: number) => {
        const view = lease.view(nowMs);
        return view && settle(view, nowMs);
      };
      const nowMs = clock.monotonicMs();
      return look(nowMs) ?? untilFound(scope, look, onMiss, nowMs);
    },
    status: () => ({ health: refresh.isDown(clock.monotonicMs()) ? 'down' : 'up', lastFailure }),
  };
}
