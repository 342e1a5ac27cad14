import type { TensorProto } from '../../onnx/model-proto.ts';
import { fromTensorProto, sizeOf, tensorType } from '../../onnx/tensor.ts';
import type { Place } from './program-writer.ts';

/** What a name in a graph stands for while the graph is compiled. */
export type GraphOperand = RowsOperand | ConstantOperand | IntegerOperand | UnavailableOperand;

/** f32 [batch, width], or whole numbers that are kept as f32, which holds those up to 2²⁴. */
export interface RowsOperand {
  readonly kind: 'rows';
  readonly type: 'f32' | 'i64';
  readonly place: Place;
  /** 1: [batch], of one column. */
  readonly rank: 1 | 2;
  /** Where it comes from, as far as onnxruntime would make one operator of that and what follows. */
  readonly origin: RowsOrigin;
}

export type RowsOrigin =
  | { readonly kind: 'product'; readonly from: Place; readonly matrix: Matrix }
  | { readonly kind: 'scaled by a number' }
  | { readonly kind: 'other' };

export interface Matrix {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs × outputs], row-major. */
  readonly values: ArrayLike<number>;
}

export interface ConstantOperand {
  readonly kind: 'constant';
  readonly type: 'f32' | 'i64' | 'i32' | 'i8' | 'u8';
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

/** A step of integer arithmetic on its way to f32; `compile-integers.ts` knows which may follow which. */
export interface IntegerOperand {
  readonly kind: 'integer';
  readonly step: IntegerStep;
}

export type IntegerStep =
  /** 8-bit codes of rows, as f32; the step after is the same numbers called dequantized. */
  | {
      readonly kind: 'codes' | 'dequantized';
      readonly place: Place;
      readonly scale: number;
      readonly zero: number;
    }
  /** code × scale of a constant, one scale a column or one for all. */
  | { readonly kind: 'weights'; readonly constant: ConstantOperand; readonly scales: Float32Array }
  /** x · w without its bias, and with it, rectified or not. */
  | { readonly kind: 'product'; readonly input: QuantizedInput; readonly weights: QuantizedWeights }
  | {
      readonly kind: 'sums';
      readonly sums: Place;
      readonly factors: Float32Array;
      readonly isRectified: boolean;
    }
  /** Parts of a product whose input has the range of the batch. */
  | { readonly kind: 'dynamic'; readonly part: 'codes' | 'scale' | 'zero'; readonly source: Place }
  | {
      readonly kind: 'dynamic sums' | 'dynamic floats';
      readonly source: Place;
      readonly weights: ConstantOperand;
    }
  | { readonly kind: 'dynamic factors'; readonly source: Place; readonly factors: ConstantOperand };

export interface QuantizedInput {
  readonly place: Place;
  readonly scale: number;
  readonly zero: number;
}

export interface QuantizedWeights {
  readonly constant: ConstantOperand;
  readonly scales: Float32Array;
}

/** An output that the kernel does not compute; only its use is a fault. */
export interface UnavailableOperand {
  readonly kind: 'unavailable';
  readonly reason: string;
}

/** What a classifier answers first. */
export const labelOperand: UnavailableOperand = {
  kind: 'unavailable',
  reason: 'the kernel computes scores, not labels',
};

const typeNames = new Map<number, ConstantOperand['type']>([
  [tensorType.float, 'f32'],
  [tensorType.uint8, 'u8'],
  [tensorType.int8, 'i8'],
  [tensorType.int32, 'i32'],
]);

/** A constant of a graph, or why it cannot be read. */
export function readConstant(tensor: TensorProto): ConstantOperand | UnavailableOperand {
  if (tensor.dataType === tensorType.int64) return readInt64(tensor);
  const read = fromTensorProto(tensor);
  const type = typeNames.get(tensor.dataType ?? 0);
  if (!read.ok) return { kind: 'unavailable', reason: read.error };
  if (type === undefined)
    return { kind: 'unavailable', reason: `data type ${tensor.dataType} is not supported` };
  return { kind: 'constant', type, ...read.value };
}

function readInt64({
  dims,
  rawData,
  int64Data,
  dataLocation,
}: TensorProto): ConstantOperand | UnavailableOperand {
  const values = rawData === undefined ? int64Data : wideIntegers(rawData);
  if (dataLocation || values.length !== sizeOf(dims) || !values.every(Number.isSafeInteger))
    return { kind: 'unavailable', reason: 'a constant of int64 cannot be read' };
  return { kind: 'constant', type: 'i64', dims, values };
}

function wideIntegers(raw: Uint8Array): readonly number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.length >> 3 }, (_, i) => Number(view.getBigInt64(i * 8, true)));
}
