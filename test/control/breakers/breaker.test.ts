import { describe, expect, it } from 'vitest';
import { type Admission, createBreaker, type LocalBreaker } from '../../../src/control/breakers/breaker.ts';
import { type BreakerSettings, breakerSettings } from '../../../src/control/breakers/breaker-settings.ts';

const settings: BreakerSettings = {
  window: { kind: 'time', spanMs: 30_000 },
  failures: 3,
  slowMs: 50,
  slowShare: 0.8,
  minimumCalls: 10,
  openMs: 30_000,
  openMsMax: 120_000,
  probes: 2,
  probeLeaseMs: 5_000,
};
const failed = { failed: true, tookMs: 1 };
const good = { failed: false, tookMs: 1 };
const slow = { failed: false, tookMs: 51 };

function fail(breaker: LocalBreaker, times: number, nowMs = 0): void {
  for (let call = 0; call < times; call++) breaker.settle(breaker.admit(nowMs), failed, nowMs);
}

/** Opened by the fleet at generation 5, and to be probed from 1,000 on. */
function openByFleet(): LocalBreaker {
  const breaker = createBreaker(settings);
  breaker.learn({ state: 'open', generation: 5, waitMs: 1_000 }, [], false, 0);
  return breaker;
}

describe("an isolate's half of a breaker", () => {
  it('opens at the third failure, at once, and asks the fleet to open too', () => {
    const breaker = createBreaker(settings);
    fail(breaker, 2);
    expect(breaker.admit(0)).toEqual({ kind: 'closed', generation: 0 });
    expect(breaker.isUrgent()).toBe(false);
    fail(breaker, 1);
    expect(breaker.admit(0)).toEqual({ kind: 'refused', generation: 0, retryAfterMs: 30_000 });
    expect(breaker.isUrgent()).toBe(true);
    expect(breaker.reports(0)).toEqual([{ kind: 'open', generation: 0 }]);
  });

  it('stays open past its time until the fleet has said something', () => {
    const breaker = createBreaker(settings);
    fail(breaker, 3);
    expect(breaker.admit(1e9)).toMatchObject({ kind: 'refused' });
    breaker.learn({ state: 'closed', generation: 0 }, [], false, 1e9);
    expect(breaker.admit(1e9)).toMatchObject({ kind: 'refused' });
  });

  it('forgets failures that are old', () => {
    const breaker = createBreaker(settings);
    fail(breaker, 2, 0);
    fail(breaker, 2, 40_000);
    expect(breaker.admit(40_000).kind).toBe('closed');
  });

  it('opens at a share of slow calls, once there were enough calls', () => {
    const breaker = createBreaker(settings);
    for (let call = 0; call < 9; call++) breaker.settle(breaker.admit(0), slow, 0);
    expect(breaker.admit(0).kind).toBe('closed');
    breaker.settle(breaker.admit(0), slow, 0);
    expect(breaker.admit(0).kind).toBe('refused');
    const mixed = createBreaker(settings);
    for (let call = 0; call < 40; call++) mixed.settle(mixed.admit(0), call % 4 === 0 ? good : slow, 0);
    expect(mixed.admit(0).kind).toBe('closed');
  });

  it('counts nothing of a call that was admitted before its last change', () => {
    const breaker = createBreaker(settings);
    const early = Array.from({ length: 5 }, () => breaker.admit(0));
    breaker.learn({ state: 'closed', generation: 9 }, [], false, 0);
    for (const admission of early) breaker.settle(admission, failed, 0);
    expect(breaker.admit(0)).toEqual({ kind: 'closed', generation: 9 });
  });

  it('probes only under a lease of the fleet, once a lease, and not under one that is over', () => {
    const breaker = openByFleet();
    expect(breaker.admit(999)).toEqual({ kind: 'refused', generation: 5, retryAfterMs: 1 });
    expect(breaker.reports(999)).toEqual([]);
    expect(breaker.admit(1_000).kind).toBe('refused');
    expect(breaker.reports(1_000)).toEqual([{ kind: 'probe', generation: 5, wanted: 1 }]);
    breaker.grant(5, ['a', 'b'], 6_000);
    breaker.grant(5, ['a'], 6_000);
    breaker.grant(4, ['of-another-generation'], 6_000);
    expect(breaker.admit(1_500)).toEqual({ kind: 'probe', generation: 5, lease: 'a' });
    expect(breaker.admit(6_000)).toMatchObject({ kind: 'refused' });
  });

  it('reports each probe until a sync that carried the report was answered', () => {
    const breaker = openByFleet();
    breaker.grant(5, ['a', 'b'], 6_000);
    breaker.settle(breaker.admit(1_000), good, 1_001);
    const [first] = breaker.reports(1_001);
    expect(first).toEqual({ kind: 'succeeded', generation: 5, lease: 'a' });
    breaker.settle(breaker.admit(1_001), good, 1_002);
    breaker.learn({ state: 'open', generation: 5, waitMs: 0 }, first ? [first] : [], false, 1_003);
    expect(breaker.reports(1_003)).toEqual([{ kind: 'succeeded', generation: 5, lease: 'b' }]);
    breaker.learn({ state: 'closed', generation: 6 }, [], false, 1_004);
    expect(breaker.reports(1_004)).toEqual([]);
    expect(breaker.admit(1_004).kind).toBe('closed');
  });

  it('a probe that failed, or was slow, ends probing here before the fleet knows', () => {
    for (const call of [failed, slow]) {
      const breaker = openByFleet();
      breaker.grant(5, ['a', 'b'], 6_000);
      breaker.settle(breaker.admit(1_000), call, 1_000);
      expect(breaker.admit(1_000)).toMatchObject({ kind: 'refused', retryAfterMs: 30_000 });
      expect(breaker.reports(1_000)).toEqual([{ kind: 'failed', generation: 5, lease: 'a' }]);
    }
  });

  it('a call of before that ends while it is open is no probe', () => {
    const breaker = createBreaker(settings);
    const early = breaker.admit(0);
    breaker.learn({ state: 'open', generation: 5, waitMs: 0 }, [], false, 0);
    breaker.settle(early, good, 1);
    breaker.settle({ ...early, generation: 5 } as Admission, failed, 1);
    expect(breaker.reports(1)).toEqual([]);
  });

  it('is closed by nothing but the fleet, and by nothing older than what it knows', () => {
    const breaker = openByFleet();
    breaker.learn({ state: 'closed', generation: 4 }, [], false, 2_000);
    expect(breaker.admit(500).kind).toBe('refused');
    expect(breaker.reports(2_000)).toEqual([{ kind: 'restore', generation: 5, state: 'open' }]);
  });

  it('brings a trip back to a Redis that lost it, but not a closed state', () => {
    const tripped = createBreaker(settings);
    tripped.learn({ state: 'tripped', generation: 7 }, [], false, 0);
    expect(tripped.admit(1e12)).toEqual({ kind: 'refused', generation: 7, retryAfterMs: null });
    tripped.learn({ state: 'closed', generation: 0 }, [], true, 0);
    expect(tripped.reports(0)).toEqual([{ kind: 'restore', generation: 7, state: 'tripped' }]);
    expect(tripped.isUrgent()).toBe(true);
    const closed = createBreaker(settings);
    closed.learn({ state: 'closed', generation: 7 }, [], false, 0);
    closed.learn({ state: 'open', generation: 3, waitMs: 10 }, [], true, 0);
    expect(closed.admit(0)).toMatchObject({ kind: 'refused', generation: 3 });
  });

  it.each(Object.entries(breakerSettings))(
    '%s has settings that can open and can close it',
    (_name, given) => {
      expect(given.openMsMax).toBeGreaterThanOrEqual(given.openMs);
      expect(given.failures).toBeGreaterThan(0);
      expect(given.probes).toBeGreaterThan(0);
      expect(given.slowShare).toBeLessThanOrEqual(1);
      const size = given.window.kind === 'count' ? given.window.calls : Number.POSITIVE_INFINITY;
      expect(size).toBeGreaterThanOrEqual(Math.max(given.failures, given.minimumCalls));
    },
  );
});
