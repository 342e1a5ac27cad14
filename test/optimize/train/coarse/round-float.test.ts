import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/core/seeded-random.ts';
import { floatBytesOf, roundFloat, roundFloatUp } from '../../../../src/optimize/train/coarse/round-float.ts';
import { normals } from '../../compress/random-model.ts';

const SEED = 5;
const random = new SeededRandom(SEED);

describe('roundFloat', () => {
  it('keeps the highest bytes of an f32, ties to even', () => {
    expect(roundFloat(1.00390625, 2)).toBe(1);
    expect(roundFloat(1.01171875, 2)).toBe(1.015625);
    expect(roundFloat(-1.005, 2)).toBe(-1.0078125);
    expect(roundFloat(0.1, 4)).toBe(Math.fround(0.1));
    expect(Object.is(roundFloat(-0, 2), -0)).toBe(true);
    expect(roundFloat(Infinity, 2)).toBe(Infinity);
  });

  it(`is within half a step for any value, and up never below, seed ${SEED}`, () => {
    for (const value of normals(random, 2_000, 30)) {
      for (const [bytes, share] of [
        [2, 1 / 256],
        [3, 1 / 65_536],
      ] as const) {
        expect(Math.abs(roundFloat(value, bytes) - value)).toBeLessThanOrEqual(Math.abs(value) * share);
        const up = roundFloatUp(Math.abs(value), bytes);
        expect(up).toBeGreaterThanOrEqual(Math.abs(value));
        expect(up).toBeLessThanOrEqual(Math.abs(value) * (1 + 2 * share));
        expect(floatBytesOf(Float32Array.of(up))).toBeLessThanOrEqual(bytes);
      }
    }
    expect(floatBytesOf(Float32Array.of(1, 0.1))).toBe(4);
    expect(floatBytesOf(Float32Array.of(1, -2, 0))).toBe(2);
  });
});
