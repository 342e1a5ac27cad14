import { describe, expect, it } from 'vitest';
import { createUnsharedAllowance } from '../../src/control/unshared-allowance.ts';

const ask = (keyId: string) => ({ keyId, ratePerSecond: 10, burst: 20 });

describe('what a key may ask for without the shared buckets', () => {
  it('is its own burst, and then its own rate', () => {
    const allowance = createUnsharedAllowance(10);
    let spent = 0;
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 10) {
      if (allowance.spend(ask('a'), 1, nowMs) === undefined) spent += 1;
    }
    expect(spent).toBe(20 + 100);
  });

  it('is all that was asked for, or nothing and the time until it is', () => {
    const allowance = createUnsharedAllowance(10);
    expect(allowance.spend(ask('a'), 15, 0)).toBeUndefined();
    expect(allowance.spend(ask('a'), 15, 0)).toEqual({
      remaining: 0,
      burst: 20,
      ratePerSecond: 10,
      retryAfterMs: 1_000,
    });
    expect(allowance.spend(ask('a'), 15, 999)).toBeDefined();
    expect(allowance.spend(ask('a'), 15, 1_000)).toBeUndefined();
  });

  it("is each key's own, for as many keys as are remembered", () => {
    const allowance = createUnsharedAllowance(2);
    for (const keyId of ['a', 'b', 'c']) expect(allowance.spend(ask(keyId), 20, 0)).toBeUndefined();
    expect(allowance.spend(ask('c'), 1, 0)).toBeDefined();
    expect(allowance.spend(ask('a'), 20, 0)).toBeUndefined();
  });
});
