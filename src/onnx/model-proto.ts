import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import {
  bytes,
  float,
  int32,
  int64,
  type MessageOf,
  message,
  nested,
  optional,
  packed,
  repeated,
  string,
} from './wire-message.ts';

/** The bytes of an `.onnx` file. The same model gives the same bytes. */
export function encodeModel(model: ModelProto): Uint8Array {
  const writer = new BinaryWriter();
  modelCodec.encode(model, writer);
  return writer.finish();
}

/** Reads an `.onnx` file. Fields outside the tables below are kept and written back by {@link encodeModel}. */
export function decodeModel(file: Uint8Array): Result<ModelProto, string> {
  try {
    return ok(modelCodec.decode(new BinaryReader(file)));
  } catch (failure) {
    return err(`not an ONNX file: ${messageOf(failure)}`);
  }
}

// The fields that are read here, numbered as in onnx/onnx.proto of ONNX 1.19. Graph-valued attributes (If, Loop,
// Scan), functions, training information and external data are outside and survive as unknown fields.

const dimensionTable = { value: optional(1, int64), parameter: optional(2, string) };
const dimensionCodec = message(dimensionTable);

const shapeTable = { dims: repeated(1, nested(dimensionCodec)) };
const shapeCodec = message(shapeTable);

const tensorTypeTable = { elementType: optional(1, int32), shape: optional(2, nested(shapeCodec)) };
const tensorTypeCodec = message(tensorTypeTable);

const typeTable = { tensor: optional(1, nested(tensorTypeCodec)) };
const typeCodec = message(typeTable);

const valueInfoTable = { name: optional(1, string), type: optional(2, nested(typeCodec)) };
const valueInfoCodec = message(valueInfoTable);

const tensorTable = {
  dims: repeated(1, int64),
  dataType: optional(2, int32),
  floatData: packed(4, float),
  int32Data: packed(5, int32),
  int64Data: packed(7, int64),
  name: optional(8, string),
  rawData: optional(9, bytes),
  dataLocation: optional(14, int32),
};
const tensorCodec = message(tensorTable);

const attributeTable = {
  name: optional(1, string),
  float: optional(2, float),
  int: optional(3, int64),
  bytes: optional(4, bytes),
  tensor: optional(5, nested(tensorCodec)),
  floats: repeated(7, float),
  ints: repeated(8, int64),
  strings: repeated(9, bytes),
  type: optional(20, int32),
};
const attributeCodec = message(attributeTable);

const nodeTable = {
  inputs: repeated(1, string),
  outputs: repeated(2, string),
  name: optional(3, string),
  opType: optional(4, string),
  attributes: repeated(5, nested(attributeCodec)),
  domain: optional(7, string),
};
const nodeCodec = message(nodeTable);

const graphTable = {
  nodes: repeated(1, nested(nodeCodec)),
  name: optional(2, string),
  initializers: repeated(5, nested(tensorCodec)),
  inputs: repeated(11, nested(valueInfoCodec)),
  outputs: repeated(12, nested(valueInfoCodec)),
};
const graphCodec = message(graphTable);

const operatorSetTable = { domain: optional(1, string), version: optional(2, int64) };
const operatorSetCodec = message(operatorSetTable);

const modelTable = {
  irVersion: optional(1, int64),
  producerName: optional(2, string),
  graph: optional(7, nested(graphCodec)),
  operatorSets: repeated(8, nested(operatorSetCodec)),
};
const modelCodec = message(modelTable);

export type ModelProto = MessageOf<typeof modelTable>;
export type GraphProto = MessageOf<typeof graphTable>;
export type NodeProto = MessageOf<typeof nodeTable>;
export type AttributeProto = MessageOf<typeof attributeTable>;
export type TensorProto = MessageOf<typeof tensorTable>;
export type ValueInfoProto = MessageOf<typeof valueInfoTable>;
