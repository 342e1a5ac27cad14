import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractBars } from '../../src/features/contract-bars.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { contractHash, featureVector, subsetOf } from '../../src/features/vector.ts';

const names = dailyV1.indicators.map(({ name }) => name);

function subset(some: readonly string[]) {
  const made = subsetOf(dailyV1, some);
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

describe('subsetOf', () => {
  it('gives the set again for all of its names, contract hash included', () => {
    expect(subset(names)).toEqual(dailyV1);
    expect(contractHash(subset(names))).toBe(contractHash(dailyV1));
  });

  it('gives the same bits for each feature as the whole set does', () => {
    const bars = contractBars(90);
    const whole = featureVector(dailyV1, bars).values;
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), (some) => {
        const { values } = featureVector(subset(some), bars);
        expect(Array.from(values)).toEqual(some.map((name) => whole[names.indexOf(name)]));
      }),
      { numRuns: 30 },
    );
  });

  it('needs the bars of its longest feature and no more', () => {
    expect(subset(['log_return_1', 'log_return_5']).windowBars).toBe(6);
    expect(featureVector(subset(['log_return_1']), contractBars(2)).values).toHaveLength(1);
  });

  it('has a contract hash of its own', () => {
    const hashes = [['log_return_1'], ['log_return_2'], ['log_return_1', 'log_return_2'], names].map((some) =>
      contractHash(subset(some)),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it.each([
    ['no name', [], 'no feature of daily-v1 is named'],
    ['a stranger', ['log_return_1', 'x'], 'daily-v1 has no feature x'],
    ['a name twice', ['log_return_1', 'log_return_1'], 'named twice or not in its order'],
    ['another order', ['rsi_3', 'log_return_1'], 'named twice or not in its order'],
  ])('refuses %s', (_, some, reason) => {
    expect(subsetOf(dailyV1, some)).toEqual({ ok: false, error: expect.stringContaining(reason) });
  });
});
