import { beforeEach, describe, expect, it } from 'vitest';
import { createRefresh, type Owner, type Refresh } from '../../src/control/refresh.ts';

const deadlineMs = 100;
/** An owner that has reported nothing by then is dead. */
const orphanedMs = deadlineMs + 25;

let refresh: Refresh;
let owner: Owner;

beforeEach(() => {
  refresh = createRefresh();
});

const facts = (nowMs: number) => ({ need: refresh.need(nowMs), mayStart: refresh.mayStart(nowMs) });
const start = (nowMs: number) => {
  owner = refresh.start(nowMs, deadlineMs);
};
const fail = (nowMs: number) => {
  start(nowMs);
  refresh.failed(owner, nowMs);
};

describe('a refresh', () => {
  it('that is idle is owned by whoever needs it', () => {
    expect(facts(0)).toEqual({ need: 'own', mayStart: true });
  });

  it('that is owned makes others wait', () => {
    start(0);
    expect(facts(0)).toEqual({ need: 'wait', mayStart: false });
    expect(facts(orphanedMs - 1)).toEqual({ need: 'wait', mayStart: false });
    expect(owner).toMatchObject({ startedAtMs: 0, deadlineAtMs: deadlineMs });
  });

  it('that succeeded is idle', () => {
    start(0);
    refresh.succeeded(owner);
    expect(facts(1)).toEqual({ need: 'own', mayStart: true });
  });

  it('whose owner reported nothing is orphaned, and is owned by the next', () => {
    start(0);
    expect(facts(orphanedMs)).toEqual({ need: 'own', mayStart: true });
    start(orphanedMs);
    expect(facts(orphanedMs)).toEqual({ need: 'wait', mayStart: false });
  });

  it('that failed is down: nobody waits, and the first probe is due at once', () => {
    fail(10);
    expect(refresh.isDown(10)).toBe(true);
    expect(facts(10)).toEqual({ need: 'refuse', mayStart: true });
  });

  it('that is probed lets one probe at a time, and nobody wait for it', () => {
    fail(10);
    start(11);
    expect(facts(11)).toEqual({ need: 'refuse', mayStart: false });
    expect(facts(11 + orphanedMs)).toEqual({ need: 'refuse', mayStart: true });
  });

  it('whose probe succeeded is idle', () => {
    fail(10);
    start(11);
    refresh.succeeded(owner);
    expect(refresh.isDown(11)).toBe(false);
    expect(facts(11)).toEqual({ need: 'own', mayStart: true });
  });

  it('whose probes fail is probed ever later, up to 800 ms', () => {
    let nowMs = 0;
    for (const backoffMs of [0, 50, 100, 200, 400, 800, 800]) {
      fail(nowMs);
      if (backoffMs > 0) expect(facts(nowMs + backoffMs - 1)).toEqual({ need: 'refuse', mayStart: false });
      expect(facts(nowMs + backoffMs)).toEqual({ need: 'refuse', mayStart: true });
      nowMs += backoffMs;
    }
  });

  it('that is down and was not probed for two seconds is tried by the next who needs it', () => {
    fail(0);
    expect(facts(1_999).need).toBe('refuse');
    expect(facts(2_000)).toEqual({ need: 'own', mayStart: true });
  });

  it('hears no failure of an owner that was replaced, or twice of one', () => {
    start(0);
    const replaced = owner;
    start(orphanedMs);
    refresh.failed(replaced, orphanedMs);
    expect(facts(orphanedMs)).toEqual({ need: 'wait', mayStart: false });
    refresh.failed(owner, 200);
    refresh.failed(owner, 210);
    expect(facts(210)).toEqual({ need: 'refuse', mayStart: true });
  });

  it('hears of a success from whoever had it, without ending another’s', () => {
    start(0);
    const late = owner;
    refresh.failed(late, 100);
    start(100);
    refresh.succeeded(late);
    expect(facts(100)).toEqual({ need: 'wait', mayStart: false });
    refresh.failed(owner, 150);
    expect(refresh.isDown(150)).toBe(true);
  });
});
