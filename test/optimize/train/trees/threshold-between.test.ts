import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thresholdBetween } from '../../../../src/optimize/train/trees/threshold-between.ts';

/** The next f32 above a finite one. */
function nextUp(x: number): number {
  const float = Float32Array.of(x === 0 ? 0 : x);
  const bits = new Int32Array(float.buffer);
  bits[0] = (bits[0] as number) + (x >= 0 ? 1 : -1);
  return float[0] as number;
}

const anyFloat = fc.float({ noNaN: true });

describe('thresholdBetween', () => {
  it('is an f32 strictly between two values wherever there is one, whatever they are', () => {
    fc.assert(
      fc.property(anyFloat, anyFloat, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(low < high);
        const threshold = thresholdBetween(low, high);
        expect(Math.fround(threshold)).toBe(threshold);
        expect(threshold).toBeLessThan(high);
        expect(threshold).toBeGreaterThanOrEqual(low);
        const hasRoom = low !== -Infinity && nextUp(low) < high;
        if (hasRoom) expect(threshold).toBeGreaterThan(low);
      }),
      { numRuns: 20_000 },
    );
  });

  it('is the lower of two neighbouring f32 numbers', () => {
    for (const low of [1, 0, 1e-45, -1, 3.4e38]) {
      const value = Math.fround(low);
      expect(thresholdBetween(value, nextUp(value))).toBe(value);
    }
  });

  it('has few significant bits and stays in the middle half of the gap', () => {
    expect(thresholdBetween(0, 1)).toBe(0.5);
    expect(thresholdBetween(-1, 3)).toBe(0);
    expect(thresholdBetween(Math.fround(1.1), Math.fround(1.35))).toBe(1.25);
    expect(thresholdBetween(-5, -3)).toBe(-4);
    expect(thresholdBetween(Math.fround(100.01), Math.fround(100.02))).toBe(100.015625);
  });

  it('stays finite beside an infinite value', () => {
    expect(Number.isFinite(thresholdBetween(-Infinity, -1))).toBe(true);
    expect(thresholdBetween(5, Infinity)).toBeGreaterThan(5);
    expect(thresholdBetween(-Infinity, Infinity)).toBe(0);
  });
});
