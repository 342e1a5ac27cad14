import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/onnx/graph-builder.ts';
import { createInterpreter } from '../../../src/onnx/interpreter.ts';
import type { ModelProto } from '../../../src/onnx/model-proto.ts';
import { fromTensorProto, type Tensor } from '../../../src/onnx/tensor.ts';
import { minMaxCalibrator } from '../../../src/optimize/compress/min-max-calibrator.ts';
import { type GraphQuantization, quantizeGraph } from '../../../src/optimize/compress/quantize-graph.ts';

/** y = x·w + b, with a second product of the same x beside it. */
function graphOf(weights: Float32Array, bias = 0.25): ModelProto {
  const graph = new GraphBuilder('g');
  const x = graph.floatInput('x', ['batch', 2]);
  const w = graph.constant('w', { dims: [2, 2], values: weights });
  const b = graph.constant('b', { dims: [2], values: Float32Array.of(bias, -bias) });
  const v = graph.constant('v', { dims: [2, 1], values: Float32Array.of(1, 1) });
  graph.floatOutput(graph.node('MatMul', 'other', [x, v]), ['batch', 1]);
  graph.floatOutput(graph.node('Add', 'y', [graph.node('MatMul', 'xw', [x, w]), b]), ['batch', 2]);
  return graph.build();
}

const rows: Tensor = { dims: [3, 2], values: Float32Array.of(-1, 2, 0.5, -0.25, 1.5, 1) };

const plain: GraphQuantization = {
  activations: {
    kind: 'static',
    batches: [new Map([['x', rows]])],
    createCalibrator: minMaxCalibrator,
  },
  perChannel: true,
  bits: 8,
  scaleBytes: 4,
  skip: new Set(),
};

function quantized(model: ModelProto, options: Partial<GraphQuantization> = {}): ModelProto {
  const result = quantizeGraph(model, { ...plain, ...options });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function constantOf(model: ModelProto, name: string): Tensor | undefined {
  const proto = model.graph?.initializers.find((initializer) => initializer.name === name);
  const tensor = proto && fromTensorProto(proto);
  return tensor?.ok ? tensor.value : undefined;
}

function outputs(model: ModelProto): Tensor | undefined {
  const interpreter = createInterpreter(model);
  return interpreter.ok ? interpreter.value.run(new Map([['x', rows]])).get('y') : undefined;
}

describe('quantizeGraph', () => {
  const weights = Float32Array.of(0.5, -30, -1, 10);

  it('gives each column its own scale, so that a large one does not flatten a small one', () => {
    const model = quantized(graphOf(weights));
    expect(constantOf(model, 'w_quantized')?.values).toEqual(Int8Array.of(64, -127, -127, 42));
    expect(constantOf(model, 'w_scale')?.values).toEqual(Float32Array.of(1 / 127, 30 / 127));
    expect(constantOf(model, 'w')).toBeUndefined();
  });

  it('covers the values seen in calibration, with 0 exact', () => {
    const model = quantized(graphOf(weights));
    expect(constantOf(model, 'xw_input_scale')?.values).toEqual(Float32Array.of(3 / 255));
    expect(constantOf(model, 'xw_input_zero_point')?.values).toEqual(Int8Array.of(-43));
  });

  it('quantizes an activation for each product it feeds, else onnxruntime would not take integers', () => {
    const nodes = quantized(graphOf(weights)).graph?.nodes ?? [];
    const codes = nodes
      .filter(({ opType }) => opType === 'QuantizeLinear')
      .map(({ outputs: [name] }) => name);
    expect(new Set(codes)).toEqual(new Set(['xw_input_quantized', 'other_input_quantized']));
  });

  it('stays within the rounding of weights and inputs', () => {
    const exact = outputs(graphOf(weights))?.values ?? [];
    const rounded = outputs(quantized(graphOf(weights)))?.values ?? [];
    expect(rounded).toHaveLength(6);
    rounded.forEach((value, i) => {
      const largest = i % 2 === 0 ? 1 : 30;
      const bound = 2 * (2 * (largest / 254) + largest * (3 / 510));
      expect(Math.abs(value - (exact[i] as number))).toBeLessThan(bound);
    });
  });

  it('keeps a bias in f32 where int32 cannot hold it', () => {
    const model = quantized(graphOf(Float32Array.of(1e-9, 1e-9, 1e-9, 1e-9), 1_000));
    expect(constantOf(model, 'b')?.values).toEqual(Float32Array.of(1_000, -1_000));
    expect(constantOf(quantized(graphOf(weights)), 'b_quantized')?.values).toBeInstanceOf(Int32Array);
  });

  it('gives a column of zeros a scale that is not 0', () => {
    const model = quantized(graphOf(new Float32Array(4)));
    expect(constantOf(model, 'w_scale')?.values).toEqual(Float32Array.of(1, 1));
  });

  it('takes one scale for the matrix where that is asked', () => {
    const model = quantized(graphOf(weights), { perChannel: false });
    expect(constantOf(model, 'w_scale')?.values).toEqual(Float32Array.of(30 / 127, 30 / 127));
    expect(constantOf(model, 'w_quantized')?.values).toEqual(Int8Array.of(2, -127, -4, 42));
  });

  it('leaves a skipped product as it was', () => {
    const model = quantized(graphOf(weights), { skip: new Set(['xw']) });
    expect(constantOf(model, 'w')?.values).toEqual(weights);
    expect(constantOf(model, 'v_quantized')).toBeDefined();
  });

  it('leaves activations alone where only weights are quantized', () => {
    const model = quantized(graphOf(weights), { activations: { kind: 'none' } });
    const nodes = model.graph?.nodes ?? [];
    expect(nodes.map(({ opType }) => opType)).not.toContain('QuantizeLinear');
    expect(constantOf(model, 'w_quantized')).toBeDefined();
    expect(constantOf(model, 'b')).toBeDefined();
  });

  it('quantizes a Gemm along its outputs, also where its weights stand transposed', () => {
    const graph = new GraphBuilder('g');
    const x = graph.floatInput('x', ['batch', 2]);
    const w = graph.constant('w', { dims: [2, 2], values: Float32Array.of(0.5, -1, -30, 10) });
    const b = graph.constant('b', { dims: [2], values: Float32Array.of(0.25, -0.25) });
    graph.floatOutput(graph.node('Gemm', 'y', [x, w, b], { transB: 1 }), ['batch', 2]);
    const model = quantized(graph.build());
    expect(constantOf(model, 'w_scale')?.values).toEqual(Float32Array.of(1 / 127, 30 / 127));
    expect(constantOf(model, 'b_quantized')?.values).toBeInstanceOf(Int32Array);
    expect(outputs(model)?.values).toEqual(outputs(quantized(graphOf(weights)))?.values);
  });

  it('refuses to calibrate on nothing', () => {
    const activations = { kind: 'static', batches: [], createCalibrator: minMaxCalibrator } as const;
    expect(quantizeGraph(graphOf(weights), { ...plain, activations })).toEqual({
      ok: false,
      error: 'static quantization needs calibration rows',
    });
  });
});
