import { expect, it } from 'vitest';
import { logTable } from '../../src/core/log-table.ts';

const UNIT = 2n ** 150n;

/** log(above / below) in units of 2⁻¹⁵⁰, as 2·artanh((above − below)/(above + below)). */
function logOfRatio(above: bigint, below: bigint): bigint {
  const ratio = ((above - below) * UNIT) / (above + below);
  let power = ratio;
  let sum = 0n;
  for (let odd = 1n; power !== 0n; odd += 2n) {
    sum += power / odd;
    power = (power * ratio * ratio) / UNIT / UNIT;
  }
  return 2n * sum;
}

it('holds an inverse of 8 bits and its negative logarithm to 95 bits for each interval', () => {
  expect(logTable).toHaveLength(3 * 128);
  for (let interval = 0; interval < 128; interval++) {
    const [inverse, high, low] = logTable.subarray(3 * interval) as unknown as [number, number, number];
    expect(inverse * (inverse >= 1 ? 128 : 256)).toSatisfy(Number.isInteger);
    expect(high * 2 ** 43).toSatisfy(Number.isInteger);
    const held = BigInt(high * 2 ** 43) * 2n ** 107n + BigInt(Math.round(low * 2 ** 110)) * 2n ** 40n;
    const exact = logOfRatio(256n, BigInt(inverse * 256));
    expect(Math.abs(Number(held - exact))).toBeLessThan(2 ** (150 - 95));
  }
});

it('keeps z/c − 1 below 2⁻⁷ at both ends of every interval', () => {
  const view = new DataView(new ArrayBuffer(8));
  for (let interval = 0; interval < 128; interval++) {
    for (const edge of [interval, interval + 1]) {
      view.setInt32(0, 0x3fe69555 + (edge << 13));
      expect(Math.abs(view.getFloat64(0) * (logTable[3 * interval] as number) - 1)).toBeLessThan(2 ** -7);
    }
  }
});
