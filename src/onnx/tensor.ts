import { err, ok, type Result } from '../core/result.ts';
import type { TensorProto } from './model-proto.ts';

/** `TensorProto.DataType` of the types that are used here. */
export const tensorType = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

export type TensorValues = Float32Array | Uint8Array | Int8Array | Int32Array;

/** Values with their shape, row-major. */
export interface Tensor<Values extends TensorValues = TensorValues> {
  readonly dims: readonly number[];
  readonly values: Values;
}

/** The tensor as an initializer: raw little-endian data, as the specification asks of `raw_data`. */
export function toTensorProto(name: string, tensor: Tensor): TensorProto {
  const { dims, values } = tensor;
  if (sizeOf(dims) !== values.length)
    throw new RangeError(`${name}: ${values.length} values do not fill [${dims}]`);
  return {
    dims,
    dataType: dataTypeOf(values),
    floatData: [],
    int32Data: [],
    int64Data: [],
    name,
    rawData: littleEndianBytes(values),
    dataLocation: undefined,
    unknown: [],
  };
}

/** Reads an initializer of a type listed in {@link TensorValues}, from `raw_data` or the typed fields. */
export function fromTensorProto(proto: TensorProto): Result<Tensor, string> {
  const name = proto.name ?? '';
  const width = widthOf(proto.dataType);
  if (width === undefined) return err(`tensor ${name}: data type ${proto.dataType} is not supported`);
  if (proto.dataLocation) return err(`tensor ${name}: external data is not supported`);
  const size = sizeOf(proto.dims);
  if (!Number.isSafeInteger(size) || size < 0) return err(`tensor ${name}: bad shape [${proto.dims}]`);
  const raw = proto.rawData;
  const count = raw ? raw.length / width : typedData(proto).length;
  if (count !== size) return err(`tensor ${name}: ${count} values do not fill [${proto.dims}]`);
  return ok({ dims: proto.dims, values: raw ? readRaw(proto.dataType, raw) : readTyped(proto) });
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((size, dim) => size * dim, 1);

function dataTypeOf(values: TensorValues): number {
  if (values instanceof Float32Array) return tensorType.float;
  if (values instanceof Int8Array) return tensorType.int8;
  if (values instanceof Uint8Array) return tensorType.uint8;
  return tensorType.int32;
}

function widthOf(dataType: number | undefined): 1 | 4 | undefined {
  if (dataType === tensorType.float || dataType === tensorType.int32) return 4;
  if (dataType === tensorType.int8 || dataType === tensorType.uint8) return 1;
  return undefined;
}

const typedData = (proto: TensorProto): readonly number[] =>
  proto.dataType === tensorType.float ? proto.floatData : proto.int32Data;

function readTyped(proto: TensorProto): TensorValues {
  const data = typedData(proto);
  if (proto.dataType === tensorType.float) return Float32Array.from(data);
  if (proto.dataType === tensorType.int8) return Int8Array.from(data);
  if (proto.dataType === tensorType.uint8) return Uint8Array.from(data);
  return Int32Array.from(data);
}

function readRaw(dataType: number | undefined, raw: Uint8Array): TensorValues {
  if (dataType === tensorType.uint8) return raw.slice();
  if (dataType === tensorType.int8) return Int8Array.from(raw);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const count = raw.length / 4;
  if (dataType === tensorType.float) {
    return Float32Array.from({ length: count }, (_, index) => view.getFloat32(index * 4, true));
  }
  return Int32Array.from({ length: count }, (_, index) => view.getInt32(index * 4, true));
}

function littleEndianBytes(values: TensorValues): Uint8Array {
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (values instanceof Float32Array) view.setFloat32(index * 4, value, true);
    else if (values instanceof Int32Array) view.setInt32(index * 4, value, true);
    else view.setUint8(index, value);
  }
  return bytes;
}
