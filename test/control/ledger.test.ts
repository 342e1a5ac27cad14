import { beforeEach, describe, expect, it } from 'vitest';
import { createLedger, type Ledger } from '../../src/control/ledger.ts';
import type { Grant } from '../../src/control/sync.ts';

const grantLifeMs = 1_000;
const key = { keyId: 'key', ratePerSecond: 1_000, burst: 1_000 };
let ledger: Ledger;
let requests = 0;

beforeEach(() => {
  ledger = createLedger({ grantLifeMs, keysMax: 3 });
  ledger.meet(key, 0);
});

const grantOf = (granted: number, over: Partial<Grant> = {}): Grant => ({
  ...key,
  wanted: granted,
  granted,
  waitMs: 0,
  ...over,
});
function apply(granted: number, sentAtMs: number, nowMs = sentAtMs, over: Partial<Grant> = {}): void {
  requests += 1;
  ledger.apply(`request-${requests}`, [grantOf(granted, over)], sentAtMs + grantLifeMs, nowMs);
}
const takeAll = (nowMs: number, keyId = 'key'): number => {
  let taken = 0;
  while (ledger.take(keyId, nowMs)) taken += 1;
  return taken;
};
const wanted = (nowMs: number, keyId = 'key') =>
  ledger.wants(nowMs).find((want) => want.keyId === keyId)?.wanted ?? 0;

describe('a grant', () => {
  it('is spent token by token', () => {
    apply(3, 0);
    expect(ledger.state('key', 0).remaining).toBe(3);
    expect(takeAll(0)).toBe(3);
    expect(ledger.take('key', 0)).toBe(false);
  });

  it('dies by its own expiry, also when another came after it', () => {
    apply(5, 0);
    apply(2, 400);
    expect(ledger.state('key', 999).remaining).toBe(7);
    expect(ledger.state('key', 1_000).remaining).toBe(2);
    expect(takeAll(1_000)).toBe(2);
    expect(takeAll(1_400)).toBe(0);
  });

  it('that is older is spent first, also when it came late', () => {
    apply(2, 400);
    apply(3, 0, 500);
    for (let taken = 0; taken < 3; taken++) ledger.take('key', 500);
    expect(ledger.state('key', 1_000).remaining).toBe(2);
  });

  it('gives all the tokens that are asked for at once, across grants, or none of them', () => {
    apply(3, 0);
    apply(4, 100);
    expect(ledger.take('key', 200, 8)).toBe(false);
    expect(ledger.state('key', 200).remaining).toBe(7);
    expect(ledger.take('key', 200, 5)).toBe(true);
    expect(takeAll(200)).toBe(2);
  });

  it('is applied once, and not when its life is over', () => {
    ledger.apply('same', [grantOf(4)], 1_000, 0);
    ledger.apply('same', [grantOf(4)], 1_000, 10);
    expect(takeAll(10)).toBe(4);
    ledger.apply('same', [grantOf(4)], 1_000, 20);
    ledger.apply('late', [grantOf(4)], 1_000, 1_000);
    expect(takeAll(20)).toBe(0);
    expect(takeAll(1_000)).toBe(0);
  });

  it('for a key that is not known is dropped', () => {
    ledger.apply('other', [grantOf(4, { keyId: 'other' })], 1_000, 0);
    expect(ledger.take('other', 0)).toBe(false);
  });
});

describe('what is asked for', () => {
  it('is nothing for a key that nobody uses', () => {
    expect(ledger.wants(0)).toEqual([]);
  });

  it('is what was missed and the refill of 100 ms, at first', () => {
    ledger.miss('key');
    ledger.miss('key');
    expect(wanted(0)).toBe(102);
  });

  it('is what was missed and the refill of 5 ms, for a key that used little when it was last here', () => {
    ledger.miss('key');
    wanted(0);
    apply(1, 0);
    ledger.take('key', 0);
    ledger.miss('key');
    expect(wanted(10_000)).toBe(1 + 5);
  });

  it('doubles with each round trip while the load outruns it, up to half of the burst', () => {
    let granted = 10;
    for (let nowMs = 0; nowMs < 100; nowMs += 10) {
      apply(granted, nowMs);
      takeAll(nowMs);
      granted = wanted(nowMs);
    }
    expect(granted).toBe(500);
  });

  it('is a life’s use less what is left, under a steady load', () => {
    ledger.wants(0);
    apply(100, 0);
    for (let taken = 0; taken < 60; taken++) ledger.take('key', 0);
    expect(wanted(500)).toBe(2 * 60 - 40);
  });

  it('is only what was missed, for a small limit', () => {
    ledger.meet({ keyId: 'small', ratePerSecond: 1, burst: 5 }, 0);
    ledger.miss('small');
    ledger.miss('small');
    expect(wanted(0, 'small')).toBe(2);
    for (let missed = 0; missed < 9; missed++) ledger.miss('small');
    expect(wanted(0, 'small')).toBe(5);
  });

  it('leaves out who found a token meanwhile, but counts each miss in its own period only', () => {
    ledger.meet({ keyId: 'small', ratePerSecond: 1, burst: 5 }, 0);
    const early = ledger.miss('small');
    ledger.wants(0);
    const late = ledger.miss('small');
    ledger.miss('small');
    ledger.found('small', early);
    ledger.found('small', late);
    expect(wanted(0, 'small')).toBe(1);
  });

  it('is all that a batch missed, until it found them', () => {
    ledger.meet({ ...key, keyId: 'small', burst: 19 }, 0);
    const period = ledger.miss('small', 12);
    expect(ledger.wants(0).map(({ wanted }) => wanted)).toEqual([16]);
    ledger.found('small', period, 12);
    ledger.found('small', ledger.miss('small', 12), 12);
    expect(ledger.wants(0)).toEqual([]);
  });

  it('is nothing while the bucket is known to be empty', () => {
    apply(0, 0, 0, { wanted: 5, granted: 0, waitMs: 80 });
    ledger.miss('key');
    expect(wanted(79)).toBe(0);
    ledger.miss('key');
    expect(wanted(80)).toBeGreaterThan(0);
  });

  it('puts the keys first that somebody waits for', () => {
    ledger.meet({ ...key, keyId: 'waiting' }, 0);
    apply(5, 0);
    ledger.take('key', 0);
    ledger.miss('waiting');
    expect(ledger.wants(0).map((want) => want.keyId)[0]).toBe('waiting');
  });
});

describe('a bucket', () => {
  it('is low below a third of what it was meant to have', () => {
    ledger.miss('key');
    apply(wanted(0), 0);
    expect(ledger.isLow('key', 0)).toBe(false);
    for (let taken = 0; taken < 68; taken++) ledger.take('key', 0);
    expect(ledger.isLow('key', 0)).toBe(true);
  });

  it('that is empty says when to come back, and is not low', () => {
    apply(0, 0, 100, { wanted: 5, granted: 0, waitMs: 700 });
    expect(ledger.state('key', 100)).toEqual({
      remaining: 0,
      burst: 1_000,
      ratePerSecond: 1_000,
      retryAfterMs: 700,
    });
    expect(ledger.isLow('key', 100)).toBe(false);
    expect(ledger.state('key', 800).retryAfterMs).toBe(0);
  });

  it('says to a batch to come back when the bucket alone has as many, since what is here may be over then', () => {
    apply(5, 0, 100, { wanted: 600, granted: 5, waitMs: 1 });
    expect(ledger.state('key', 100, 600)).toMatchObject({ remaining: 5, retryAfterMs: 600 });
    expect(ledger.state('key', 100, 5).retryAfterMs).toBe(0);
  });

  it('is forgotten when more keys are met than are kept, idle ones first', () => {
    ledger.meet({ ...key, keyId: 'b' }, 0);
    ledger.meet({ ...key, keyId: 'c' }, 0);
    apply(5, 4_500);
    ledger.meet(key, 4_900);
    ledger.meet({ ...key, keyId: 'd' }, 5_000);
    expect(takeAll(5_000)).toBe(5);
    expect(() => ledger.state('b', 5_000)).toThrow(RangeError);
    ledger.meet({ ...key, keyId: 'b' }, 5_000);
    ledger.meet({ ...key, keyId: 'c' }, 5_000);
    expect(() => ledger.state('key', 5_000)).toThrow(RangeError);
  });

  it('has the limit that was last asked with', () => {
    ledger.meet({ ...key, burst: 50, ratePerSecond: 5 }, 10);
    expect(ledger.state('key', 10)).toMatchObject({ burst: 50, ratePerSecond: 5 });
  });
});
