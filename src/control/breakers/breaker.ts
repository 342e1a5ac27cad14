import type { BreakerSettings } from './breaker-settings.ts';
import { type CallQuality, createCallWindow, type Tally } from './call-window.ts';
import { createProbeSlots, type ProbeResult } from './probe-slots.ts';

/** What the fleet holds of a breaker; `tripped` is open by an operator's hand, until an operator resets it. */
export type SharedBreaker =
  | { readonly state: 'closed' | 'tripped'; readonly generation: number }
  /** `waitMs`: until it may be probed, 0 from then on. */
  | { readonly state: 'open'; readonly generation: number; readonly waitMs: number };

export type Admission =
  | { readonly kind: 'closed'; readonly generation: number }
  | { readonly kind: 'probe'; readonly generation: number; readonly lease: string }
  /** The call must not happen. `retryAfterMs` is null where an operator has to act first. */
  | { readonly kind: 'refused'; readonly generation: number; readonly retryAfterMs: number | null };

export interface Call {
  readonly failed: boolean;
  readonly tookMs: number;
}

/** What an isolate tells the fleet of a breaker. Of another generation than the shared one it changes nothing. */
export type Report =
  | { readonly kind: 'open'; readonly generation: number }
  /** Redis lost it: the fleet is to have it again. */
  | { readonly kind: 'restore'; readonly generation: number; readonly state: 'open' | 'tripped' }
  | { readonly kind: 'probe'; readonly generation: number; readonly wanted: number }
  | ProbeResult;

export interface Breaker {
  /** Whether a call may happen now. Never waits. */
  admit(nowMs: number): Admission;
  /** How the call went that `admission` let happen. A call that did not happen is not settled. */
  settle(admission: Admission, call: Call, nowMs: number): void;
}

/** A breaker with its side towards the fleet. */
export interface LocalBreaker extends Breaker {
  state(nowMs: number): 'closed' | 'open' | 'half-open' | 'tripped';
  /** Whether the fleet should be told at once, and not just with the next sync. */
  isUrgent(): boolean;
  reports(nowMs: number): readonly Report[];
  /** The fleet's answer to a sync that carried `reported`; `isOlder` says that Redis was wiped or rolled back. */
  learn(shared: SharedBreaker, reported: readonly Report[], isOlder: boolean, nowMs: number): void;
  grant(generation: number, leases: readonly string[], expiresAtMs: number): void;
}

interface Held {
  readonly state: SharedBreaker['state'];
  readonly generation: number;
  /** Of an open one: when it may be probed, by the monotonic clock. */
  readonly untilMs: number;
  /** Opened here, on evidence of this isolate, and not shared yet; then `generation` is still that of the closed one. */
  readonly isOwn: boolean;
  /** Redis knows less than this. */
  readonly isLost: boolean;
}

/** Until the fleet answers, who asked for a probe need not come back before this. */
const probeWaitMs = 1_000;

const closedAt = (generation: number): Held => ({
  state: 'closed',
  generation,
  untilMs: 0,
  isOwn: false,
  isLost: false,
});

const qualityOf = ({ failed, tookMs }: Call, { slowMs }: BreakerSettings): CallQuality => {
  if (failed) return 'failed';
  return tookMs > slowMs ? 'slow' : 'good';
};

function isTooMuch({ good, slow, failed }: Readonly<Tally>, settings: BreakerSettings): boolean {
  const calls = good + slow + failed;
  const isSlow = slow > 0 && slow >= settings.slowShare * calls;
  return failed >= settings.failures || (isSlow && calls >= settings.minimumCalls);
}

/**
 * One isolate's half of a circuit breaker: it counts, and opens on its own evidence at once. Everything else is the
 * fleet's, in `control/lua/breakers.ts`, where the table of states is. All instants are of the monotonic clock.
 */
export function createBreaker(settings: BreakerSettings): LocalBreaker {
  const window = createCallWindow(settings.window);
  const probes = createProbeSlots(settings.probes);
  let held = closedAt(0);

  function change(next: Held): void {
    window.clear();
    probes.revoke();
    held = next;
  }

  function count(quality: CallQuality, nowMs: number): void {
    window.add(quality, nowMs);
    if (quality === 'good' || !isTooMuch(window.tally(nowMs), settings)) return;
    change({ ...held, state: 'open', untilMs: nowMs + settings.openMs, isOwn: true });
  }

  function settleProbe(lease: string, quality: CallQuality, nowMs: number): void {
    const isGood = quality === 'good';
    probes.settle({ kind: isGood ? 'succeeded' : 'failed', generation: held.generation, lease });
    if (isGood) return;
    probes.revoke();
    held = { ...held, untilMs: nowMs + settings.openMs };
  }

  function admitProbe(nowMs: number): Admission {
    const { generation, untilMs } = held;
    if (nowMs < untilMs) return { kind: 'refused', generation, retryAfterMs: untilMs - nowMs };
    const lease = probes.take(nowMs);
    if (lease !== undefined) return { kind: 'probe', generation, lease };
    return { kind: 'refused', generation, retryAfterMs: probeWaitMs };
  }

  return {
    admit(nowMs) {
      if (held.state === 'open') return admitProbe(nowMs);
      const { generation } = held;
      if (held.state === 'closed') return { kind: 'closed', generation };
      return { kind: 'refused', generation, retryAfterMs: null };
    },
    settle(admission, call, nowMs) {
      if (admission.generation !== held.generation) return;
      const quality = qualityOf(call, settings);
      if (admission.kind === 'closed' && held.state === 'closed') count(quality, nowMs);
      if (admission.kind === 'probe' && held.state === 'open') settleProbe(admission.lease, quality, nowMs);
    },
    state: (nowMs) => (held.state === 'open' && nowMs >= held.untilMs ? 'half-open' : held.state),
    isUrgent: () => held.isOwn || held.isLost || probes.results().length > 0,
    reports(nowMs) {
      const { state, generation, untilMs, isOwn, isLost } = held;
      if (isOwn) return [{ kind: 'open', generation }];
      if (isLost && state !== 'closed') return [{ kind: 'restore', generation, state }];
      const wanted = state === 'open' && nowMs >= untilMs ? probes.wanted() : 0;
      return wanted > 0 ? [...probes.results(), { kind: 'probe', generation, wanted }] : probes.results();
    },
    learn(shared, reports, isOlder, nowMs) {
      probes.reported(
        reports,
        reports.some(({ kind }) => kind === 'probe'),
      );
      const isNews = shared.generation > held.generation || (isOlder && held.state === 'closed');
      const untilMs = shared.state === 'open' ? nowMs + shared.waitMs : 0;
      const { state, generation } = shared;
      if (isNews) change({ state, generation, untilMs, isOwn: false, isLost: false });
      else held = { ...held, isLost: generation < held.generation && held.state !== 'closed' };
      probes.keep(held.generation);
    },
    grant(generation, leases, expiresAtMs) {
      if (held.state === 'open' && held.generation === generation) probes.grant(leases, expiresAtMs);
    },
  };
}
