import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/core/result.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { GraphBuilder, type GraphValue } from '../../../src/onnx/graph-builder.ts';
import { createInterpreter, type Interpreter } from '../../../src/onnx/interpreter.ts';
import type { ModelProto } from '../../../src/onnx/model-proto.ts';
import { createIntegerReference } from '../../../src/optimize/compress/integer-reference.ts';
import { percentileCalibrator } from '../../../src/optimize/compress/percentile-calibrator.ts';
import { quantizeDynamic } from '../../../src/optimize/compress/quantize-dynamic.ts';
import { quantizeGraph } from '../../../src/optimize/compress/quantize-graph.ts';
import { ortOutputs } from '../../../src/optimize/prove/ort-outputs.ts';

const WIDTH = 13;
const ROW_COUNT = 10_000;
const SEED = 4;

const random = new SeededRandom(SEED);
const normals = (count: number, scale: number): Float32Array =>
  Float32Array.from({ length: count }, () => scale * random.normal());

/** Clip → product → Relu → product → Relu → product → Sigmoid, with a linear member beside, as the ensembles are. */
function network(kind: 'MatMul' | 'Gemm'): ModelProto {
  const graph = new GraphBuilder('network');
  const product = (name: string, x: GraphValue, inputs: number, outputs: number): GraphValue => {
    const weights = {
      dims: kind === 'Gemm' ? [outputs, inputs] : [inputs, outputs],
      values: normals(inputs * outputs, 0.4),
    };
    const w = graph.constant(`${name}_w`, weights);
    const b = graph.constant(`${name}_b`, { dims: [outputs], values: normals(outputs, 0.2) });
    if (kind === 'Gemm') return graph.node('Gemm', name, [x, w, b], { transB: 1 });
    return graph.node('Add', name, [graph.node('MatMul', `${name}_product`, [x, w]), b]);
  };
  const scalar = (name: string, value: number): GraphValue =>
    graph.constant(name, { dims: [], values: Float32Array.of(value) });
  const x = graph.floatInput('x', ['batch', WIDTH]);
  const clipped = graph.node('Clip', 'clipped', [x, scalar('low', -4), scalar('high', 3.96875)]);
  const first = graph.node('Relu', 'first_relu', [product('first', clipped, WIDTH, 64)]);
  const second = graph.node('Relu', 'second_relu', [product('second', first, 64, 32)]);
  const deep = product('deep', second, 32, 1);
  const linear = product('linear', clipped, WIDTH, 1);
  const logit = graph.node('Add', 'logit', [
    graph.node('Mul', 'deep_share', [deep, scalar('deep_weight', 0.7)]),
    graph.node('Mul', 'linear_share', [linear, scalar('linear_weight', 0.3)]),
  ]);
  graph.floatOutput(logit, ['batch', 1]);
  graph.floatOutput(graph.node('Sigmoid', 'score', [logit]), ['batch', 1]);
  return graph.build();
}

const rows = normals(ROW_COUNT * WIDTH, 1.5);
const calibration = normals(500 * WIDTH, 1.5);

function mustBe<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

const quantizedStatic = (model: ModelProto): ModelProto =>
  mustBe(
    quantizeGraph(model, {
      activations: {
        kind: 'static',
        batches: [new Map([['x', { dims: [500, WIDTH], values: calibration }]])],
        createCalibrator: () => percentileCalibrator(99.9),
      },
      perChannel: true,
      bits: 8,
      scaleBytes: 4,
      skip: new Set(),
    }),
  );

const dynamic = { perChannel: true, bits: 8, scaleBytes: 4, skip: new Set<string>() } as const;

function runInBatches(interpreter: Interpreter, name: string, batchSize: number): Float32Array {
  const all: number[] = [];
  for (let at = 0; at < rows.length; at += batchSize * WIDTH) {
    const values = rows.slice(at, at + batchSize * WIDTH);
    const outputs = interpreter.run(new Map([['x', { dims: [values.length / WIDTH, WIDTH], values }]]));
    all.push(...(outputs.get(name)?.values ?? []));
  }
  return Float32Array.from(all);
}

/** Rows whose bits differ between onnxruntime and the interpreter, by output. */
async function differences(model: ModelProto, interpreter: Interpreter, batchSize: number) {
  const names = ['logit', 'score'];
  const outputs = await ortOutputs(model, { input: 'x', width: WIDTH, values: rows, batchSize }, names);
  return names.map((name) => {
    const expected = runInBatches(interpreter, name, batchSize);
    const actual = outputs.get(name) ?? new Float32Array(0);
    expect(actual).toHaveLength(ROW_COUNT);
    return actual.reduce((count, value, i) => count + (Object.is(value, expected[i]) ? 0 : 1), 0);
  });
}

describe(`integer reference on ${ROW_COUNT} rows, seed ${SEED}`, () => {
  it.each(['MatMul', 'Gemm'] as const)(
    'is what onnxruntime computes of a static QDQ %s graph',
    async (kind) => {
      const model = quantizedStatic(network(kind));
      expect(await differences(model, mustBe(createIntegerReference(model)), 1_000)).toEqual([0, 0]);
    },
  );

  it('is what onnxruntime computes of a dynamic MatMul graph, row by row', async () => {
    const model = mustBe(quantizeDynamic(network('MatMul'), dynamic));
    expect(await differences(model, mustBe(createIntegerReference(model)), 1)).toEqual([0, 0]);
  });

  it('is what onnxruntime computes of a dynamic Gemm graph in batches', async () => {
    const model = mustBe(quantizeDynamic(network('Gemm'), dynamic));
    expect(await differences(model, mustBe(createIntegerReference(model)), 64)).toEqual([0, 0]);
  });

  it('is what onnxruntime computes where only weights are quantized', async () => {
    const options = {
      activations: { kind: 'none' },
      perChannel: true,
      bits: 8,
      scaleBytes: 4,
      skip: new Set<string>(),
    } as const;
    const model = mustBe(quantizeGraph(network('MatMul'), options));
    expect(await differences(model, mustBe(createIntegerReference(model)), 1_000)).toEqual([0, 0]);
  });

  it('is not what plain f32 evaluation of the QDQ graph gives, so the comparison tells them apart', async () => {
    const model = quantizedStatic(network('MatMul'));
    const [logits = 0] = await differences(model, mustBe(createInterpreter(model)), 1_000);
    expect(logits).toBeGreaterThan(100);
  });
});
