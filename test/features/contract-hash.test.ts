import { describe, expect, it } from 'vitest';
import { wireBar } from '../../src/client/wire-bar.ts';
import { validateBars } from '../../src/features/bar.ts';
import { contractBars } from '../../src/features/contract-bars.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import type { Indicator } from '../../src/features/indicator.ts';
import { logReturn } from '../../src/features/indicators/log-return.ts';
import { rsi } from '../../src/features/indicators/rsi.ts';
import { contractHash, createFeatureSet } from '../../src/features/vector.ts';

describe('the contract hash', () => {
  it('of daily-v1 is the one its models were trained under', () => {
    expect(contractHash(dailyV1)).toBe('4bff0f0076f7734e744fd3ac5b8d43c75b84806d77fbf21f833c322759964acc');
  });

  it('changes with a name, a parameter, the order and the set', () => {
    const hashes = [
      createFeatureSet('a', [logReturn({ horizon: 1 }), rsi({ period: 3, windowBars: 64 })]),
      createFeatureSet('b', [logReturn({ horizon: 1 }), rsi({ period: 3, windowBars: 64 })]),
      createFeatureSet('a', [rsi({ period: 3, windowBars: 64 }), logReturn({ horizon: 1 })]),
      createFeatureSet('a', [logReturn({ horizon: 2 }), rsi({ period: 3, windowBars: 64 })]),
      createFeatureSet('a', [logReturn({ horizon: 1 }), rsi({ period: 3, windowBars: 63 })]),
    ].map(contractHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('changes with a formula under the same name', () => {
    const formula = logReturn({ horizon: 1 });
    const other: Indicator<unknown> = { ...formula, value: (state) => -formula.value(state as never) };
    expect(contractHash(createFeatureSet('a', [other]))).not.toBe(
      contractHash(createFeatureSet('a', [formula])),
    );
  });

  it('stands on a fixed series of valid bars', () => {
    const bars = contractBars(300);
    const rows = bars.map(wireBar);
    expect(validateBars(rows, { nowMs: bars.at(-1)?.tMs ?? 0, barsMax: 300 })).toEqual({ ok: true, bars });
    expect(contractBars(64)).toEqual(bars.slice(0, 64));
  });
});
