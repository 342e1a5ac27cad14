import { expect, it } from 'vitest';
import { expTable } from '../../src/core/exp-table.ts';

it('holds 2^(i/128) to 100 bits, each the nearest f64 and its relative rest', () => {
  expect(expTable).toHaveLength(256);
  for (let step = 0; step < 128; step++) {
    const high = expTable[2 * step] as number;
    const rest = expTable[2 * step + 1] as number;
    expect(Math.abs(rest)).toBeLessThanOrEqual(2 ** -53);
    // high · (1 + rest) in units of 2⁻¹⁷², raised to the 128th power: 2^step.
    const value = BigInt(high * 2 ** 52) * (2n ** 120n + BigInt(rest * 2 ** 120));
    const error = value ** 128n * 2n ** 110n - 2n ** BigInt(step + 172 * 128 + 110);
    expect(Math.abs(Number(error / 2n ** BigInt(step + 172 * 128)))).toBeLessThan(2 ** 10 * 128);
  }
});
