import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../src/core/sigmoid.ts';
import { dynamicQuantizeLinear, matMulInteger } from '../../src/onnx/integer-operators.ts';
import { rationalSigmoid } from '../../src/onnx/rational-sigmoid.ts';

describe('integer operators', () => {
  it('multiply codes less their zero points exactly', () => {
    const a = { dims: [1, 2], values: Uint8Array.of(255, 3) };
    const b = { dims: [2, 2], values: Int8Array.of(127, -128, 1, 5) };
    const zero = { dims: [], values: Uint8Array.of(5) };
    const zeros = { dims: [2], values: Int8Array.of(0, 1) };
    expect(matMulInteger(a, b, zero, zeros).values).toEqual(Int32Array.of(250 * 127 - 2, 250 * -129 - 8));
  });

  it('quantize by the range of the tensor, 0 always inside (ONNX, DynamicQuantizeLinear, first example)', () => {
    const [codes, scale, zero] = dynamicQuantizeLinear({
      dims: [6],
      values: Float32Array.of(0, 2, -3, -2.5, 1.34, 0.5),
    });
    expect(codes.values).toEqual(Uint8Array.of(153, 255, 0, 26, 221, 179));
    expect(scale.values[0]).toBeCloseTo(0.019_607_844, 8);
    expect(zero.values).toEqual(Uint8Array.of(153));
  });

  it('quantize a tensor of zeros with the scale 1', () => {
    const [codes, scale] = dynamicQuantizeLinear({ dims: [2], values: new Float32Array(2) });
    expect([...codes.values, ...scale.values]).toEqual([0, 0, 1]);
  });
});

describe('rationalSigmoid', () => {
  it('is within 1.5·10⁻⁷ of the logistic function everywhere, ½ at 0 and in [0, 1] beyond its bounds', () => {
    for (let x = -30; x <= 30; x += 0.013) {
      expect(Math.abs(rationalSigmoid(Math.fround(x)) - sigmoid(Math.fround(x)))).toBeLessThan(1.5e-7);
    }
    expect(rationalSigmoid(0)).toBe(0.5);
    expect(rationalSigmoid(1e9)).toBeLessThanOrEqual(1);
    expect(rationalSigmoid(-1e9)).toBeGreaterThanOrEqual(0);
    expect(rationalSigmoid(NaN)).toBeNaN();
  });
});
