import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finestIndexOf, middleOf, SCALE_MAX } from '../../src/telemetry/bucket-index.ts';

const positive = fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true });

/** Whether 2^(index/64) < value ≤ 2^((index + 1)/64), by integers: value^64 against powers of two. */
function isInBucket(value: number, index: number): boolean {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
  const exponentBits = Number(bits >> 52n);
  const fraction = (bits & 0xfffffffffffffn) | (exponentBits > 0 ? 0x10000000000000n : 0n);
  const exponent = Math.max(exponentBits, 1) - 1075;
  const power = fraction ** 64n;
  const lower = index - 64 * exponent;
  return power > 1n << BigInt(lower) && power <= 1n << BigInt(lower + 1);
}

describe('finestIndexOf', () => {
  it('gives the bucket that holds the value, for every f64 from the least to the greatest', () => {
    fc.assert(
      fc.property(positive, (value) => {
        expect(finestIndexOf(value)).toSatisfy((index: number) => isInBucket(value, index));
      }),
    );
  });

  it('is exact at the edges of buckets and beside them', () => {
    for (const octave of [-1022, -3, 0, 5, 1022]) {
      for (let step = 0; step < 64; step++) {
        const edge = 2 ** (step / 64) * 2 ** octave;
        const ulp = 2 ** Math.max(octave - 52, -1074);
        for (const value of [edge - 2 * ulp, edge - ulp, edge, edge + ulp, edge + 2 * ulp]) {
          expect(finestIndexOf(value), `${value}`).toSatisfy((index: number) => isInBucket(value, index));
        }
      }
    }
  });

  it.each([
    [1, -1],
    [2, 63],
    [4, 127],
    [1.0000000000000002, 0],
    [0.5, -65],
    [5e-324, -1074 * 64 - 1],
    [Number.MAX_VALUE, 1024 * 64 - 1],
  ])('of %d is %d', (value, index) => {
    expect(finestIndexOf(value)).toBe(index);
  });
});

describe('middleOf', () => {
  it('is at most (b − 1)/(b + 1) away from any value of its bucket, relatively', () => {
    const value = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(value, fc.integer({ min: -4, max: SCALE_MAX }), (x, scale) => {
        const base = 2 ** (2 ** -scale);
        const middle = middleOf(finestIndexOf(x) >> (SCALE_MAX - scale), scale);
        expect(Math.abs(middle / x - 1)).toBeLessThanOrEqual(((base - 1) / (base + 1)) * (1 + 1e-9));
      }),
    );
  });
});
