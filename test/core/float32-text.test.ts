import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32sOf, float32Text } from '../../src/core/float32-text.ts';

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

describe('the text of 32-bit floats', () => {
  it('is the base64 of their bits, the lowest byte first', () => {
    expect(float32Text(Float32Array.of(1, -2.5))).toBe('AACAPwAAIMA=');
  });

  it('gives every float back, bit by bit, from anywhere in a buffer', () => {
    fc.assert(
      fc.property(fc.float32Array(), fc.nat(3), (values, before) => {
        const shifted = new Float32Array(values.length + before).subarray(before);
        shifted.set(values);
        const again = float32sOf(float32Text(shifted));
        expect(again && [...bits(again)]).toEqual([...bits(values)]);
      }),
    );
  });

  it.each(['AACA', 'AAA=', '!', 'AACAPwA='])('is not %s', (text) => {
    expect(float32sOf(text)).toBeUndefined();
  });
});
