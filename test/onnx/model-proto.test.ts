import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { decodeModel, encodeModel, type ModelProto } from '../../src/onnx/model-proto.ts';
import { fromTensorProto, type Tensor, toTensorProto } from '../../src/onnx/tensor.ts';

function smallModel(): ModelProto {
  const graph = new GraphBuilder('small');
  const x = graph.floatInput('x', ['batch', 2]);
  const weights = graph.constant('w', { dims: [2, 1], values: Float32Array.of(1.5, -2.25) });
  graph.floatOutput(graph.node('MatMul', 'y', [x, weights]), ['batch', 1]);
  return graph.build();
}

describe('encodeModel and decodeModel', () => {
  it('give back the same bytes', () => {
    const file = encodeModel(smallModel());
    const decoded = decodeModel(file);
    expect(decoded.ok && encodeModel(decoded.value)).toEqual(file);
  });

  it('give back the same model', () => {
    const model = smallModel();
    expect(decodeModel(encodeModel(model))).toEqual({ ok: true, value: model });
  });

  it('keep fields they do not know, at every depth', () => {
    const documented = new BinaryWriter()
      .raw(encodeModel(smallModel()))
      .tag(6, WireType.LengthDelimited)
      .string('a doc_string, which the table leaves out')
      .tag(7, WireType.LengthDelimited)
      .bytes(new BinaryWriter().tag(10, WireType.LengthDelimited).string('inside the graph').finish())
      .finish();
    const decoded = decodeModel(documented);
    const again = decoded.ok ? new TextDecoder().decode(encodeModel(decoded.value)) : '';
    expect(again).toContain('a doc_string, which the table leaves out');
    expect(again).toContain('inside the graph');
  });

  it('read packed integers where proto2 writes them one by one', () => {
    const packedDims = new BinaryWriter()
      .tag(1, WireType.LengthDelimited)
      .bytes(Uint8Array.of(3, 4))
      .finish();
    const graph = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(packedDims).finish();
    const decoded = decodeModel(new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph).finish());
    expect(decoded.ok && decoded.value.graph?.initializers[0]?.dims).toEqual([3, 4]);
  });

  it('refuse bytes that are not a model instead of throwing, whatever they are', () => {
    const file = encodeModel(smallModel());
    expect(decodeModel(file.subarray(0, file.length - 1)).ok).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(decodeModel(noise)).toHaveProperty('ok');
      }),
    );
  });

  it('refuse an integer that a number cannot hold', () => {
    const file = new BinaryWriter().tag(1, WireType.Varint).int64('9007199254740993').finish();
    expect(decodeModel(file).ok).toBe(false);
  });
});

describe('tensors', () => {
  const tensors: readonly Tensor[] = [
    { dims: [2, 2], values: Float32Array.of(1, -0, 3.5, 1e-40) },
    { dims: [], values: Float32Array.of(7) },
    { dims: [3], values: Int8Array.of(-128, 0, 127) },
    { dims: [2], values: Uint8Array.of(0, 255) },
    { dims: [2], values: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
  ];

  it('come back from raw data with the same bits', () => {
    for (const tensor of tensors) {
      expect(fromTensorProto(toTensorProto('t', tensor))).toEqual({ ok: true, value: tensor });
    }
  });

  it('are also read from typed fields', () => {
    const proto = {
      ...toTensorProto('t', tensors[0] as Tensor),
      rawData: undefined,
      floatData: [1, 2, 3, 4],
    };
    expect(fromTensorProto(proto)).toEqual({
      ok: true,
      value: { dims: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
    });
  });

  it('are refused when their data does not fill their shape', () => {
    const proto = { ...toTensorProto('t', tensors[0] as Tensor), dims: [2, 3] };
    expect(fromTensorProto(proto)).toEqual({ ok: false, error: 'tensor t: 4 values do not fill [2,3]' });
  });
});

describe('GraphBuilder', () => {
  it('throws on a name defined twice and on a value of another graph', () => {
    const graph = new GraphBuilder('g');
    const x = graph.floatInput('x', ['batch', 2]);
    expect(() => graph.floatInput('x', ['batch', 2])).toThrow('defined twice');
    expect(() => graph.node('Add', 'y', [x, { name: 'elsewhere' }])).toThrow('another graph');
  });
});
