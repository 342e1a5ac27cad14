import type { NodeProto } from './model-proto.ts';
import { intAttributeOf } from './operator-proto.ts';
import { roundHalfEven } from './round-half-even.ts';
import { type Tensor, tensorType } from './tensor.ts';

/**
 * MatMulInteger of 8-bit codes [n, k] × [k, m]: exact in int32, which k < 2¹⁵ cannot overflow. One zero point
 * for the left side; one for the right side, or one a column.
 */
export function matMulInteger(
  a: Tensor,
  b: Tensor,
  aZeros: Tensor | undefined,
  bZeros: Tensor | undefined,
): Tensor {
  const [n = 0, k = 0] = a.dims;
  const m = b.dims[1] ?? 0;
  if (a.dims.length !== 2 || b.dims.length !== 2 || b.dims[0] !== k || k >= 32_768) {
    throw new Error(`cannot multiply [${a.dims}] by [${b.dims}]`);
  }
  const left = centred(a, aZeros);
  const right = centred(b, bZeros);
  const values = new Int32Array(n * m);
  for (let row = 0; row < n; row += 1) {
    const sums = values.subarray(row * m, (row + 1) * m);
    for (let i = 0; i < k; i += 1) {
      const factor = left[row * k + i] as number;
      if (factor === 0) continue;
      for (let column = 0; column < m; column += 1) {
        sums[column] = (sums[column] as number) + factor * (right[i * m + column] as number);
      }
    }
  }
  return { dims: [n, m], values };
}

function centred({ values }: Tensor, zeros: Tensor | undefined): ArrayLike<number> {
  const offsets = Array.from(zeros?.values ?? [0]);
  if (offsets.every((offset) => offset === 0)) return values;
  return Int16Array.from(values, (code, i) => code - (offsets[i % offsets.length] as number));
}

/**
 * DynamicQuantizeLinear: u8 codes, scale and zero point from the least and greatest value of the whole tensor
 * and 0. A tensor of zeros gets the scale 1, as onnxruntime gives it.
 */
export function dynamicQuantizeLinear(x: Tensor): readonly [codes: Tensor, scale: Tensor, zeroPoint: Tensor] {
  const { scale, zeroPoint } = dynamicScale(x.values);
  const codes = Uint8Array.from(x.values, (value) => {
    const code = roundHalfEven(Math.fround(value / scale)) + zeroPoint;
    return Math.min(Math.max(code, 0), 255);
  });
  return [
    { dims: x.dims, values: codes },
    { dims: [], values: Float32Array.of(scale) },
    { dims: [], values: Uint8Array.of(zeroPoint) },
  ];
}

/** In f32, operation by operation, as the specification writes it. */
export function dynamicScale(values: ArrayLike<number>): {
  readonly scale: number;
  readonly zeroPoint: number;
} {
  let low = 0;
  let high = 0;
  for (let i = 0; i < values.length; i += 1) {
    low = Math.min(low, values[i] as number);
    high = Math.max(high, values[i] as number);
  }
  if (high === low) return { scale: 1, zeroPoint: 0 };
  const scale = Math.fround(Math.fround(high - low) / 255);
  const zeroPoint = roundHalfEven(Math.fround(-low / scale));
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, 0), 255) };
}

/** Cast of integers to f32, rounded to the nearest. */
export function castToFloat(x: Tensor, node: NodeProto): Tensor {
  const target = intAttributeOf(node, 'to');
  if (target !== tensorType.float) throw new Error(`Cast to data type ${target} is not supported`);
  return { dims: x.dims, values: Float32Array.from(x.values) };
}
