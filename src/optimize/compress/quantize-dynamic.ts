import { ok, type Result } from '../../core/result.ts';
import type { ModelProto } from '../../onnx/model-proto.ts';
import { nodeProto } from '../../onnx/operator-proto.ts';
import { tensorType } from '../../onnx/tensor.ts';
import { type ConstantProduct, constantProduct } from './constant-product.ts';
import { quantizeColumns, type WeightQuantization } from './quantize-columns.ts';
import { initializersOf, RewrittenGraph } from './rewritten-graph.ts';

interface DynamicQuantization extends WeightQuantization {
  /** Products that stay f32, by the name of their output. */
  readonly skip: ReadonlySet<string>;
}

/**
 * int8 quantization that needs no calibration: of every MatMul and Gemm with a constant right side, weights
 * become symmetric int8, and the left side becomes u8 in the range it has at that moment (DynamicQuantizeLinear,
 * MatMulInteger, Cast, and a Mul by both scales; a Gemm's bias is added in f32).
 *
 * The range is that of the whole batch, so a row's score depends on the rows it is asked with; a service that
 * asks one row at a time gets each row's own. onnxruntime fuses the nodes into one (DynamicQuantizeMatMul) with
 * the same result to the bit.
 */
export function quantizeDynamic(model: ModelProto, options: DynamicQuantization): Result<ModelProto, string> {
  const initializers = initializersOf(model);
  const graph = new RewrittenGraph(model);
  const quantized = new Set<string>();
  for (const node of model.graph?.nodes ?? []) {
    const product = options.skip.has(node.outputs[0] ?? '')
      ? ok(undefined)
      : constantProduct(node, initializers);
    if (!product.ok) return product;
    if (!product.value) {
      graph.keep(node);
      continue;
    }
    const { activation } = product.value;
    if (!quantized.has(activation)) addQuantization(graph, activation);
    quantized.add(activation);
    addProduct(graph, product.value, options);
  }
  return ok(graph.build());
}

function addQuantization(graph: RewrittenGraph, name: string): void {
  const outputs = [`${name}_quantized`, `${name}_scale`, `${name}_zero_point`];
  graph.keep(nodeProto({ opType: 'DynamicQuantizeLinear', inputs: [name], outputs }));
}

function addProduct(graph: RewrittenGraph, product: ConstantProduct, options: WeightQuantization): void {
  const { node, activation, weightsName, inputs, outputs, isTransposed, biasName } = product;
  const { codes, scales } = quantizeColumns(
    { values: product.weights.values, outputs, isTransposed },
    options,
  );
  const name = node.outputs[0] ?? '';
  const weights = [
    graph.constant(`${weightsName}_quantized`, {
      dims: [inputs, outputs],
      values: isTransposed ? inputMajor(codes, inputs) : codes,
    }),
    graph.constant(`${weightsName}_scale`, { dims: [outputs], values: scales }),
  ] as const;
  const sums = graph.node('MatMulInteger', `${name}_sums`, [
    `${activation}_quantized`,
    weights[0],
    `${activation}_zero_point`,
  ]);
  const cast = graph.node('Cast', `${name}_cast`, [sums], { to: tensorType.float });
  const scale = graph.node('Mul', `${name}_scale`, [`${activation}_scale`, weights[1]]);
  graph.node('Mul', biasName === undefined ? name : `${name}_product`, [cast, scale]);
  if (biasName !== undefined) graph.node('Add', name, [`${name}_product`, biasName]);
}

/** [outputs × inputs] as [inputs × outputs]. */
export function inputMajor(codes: Int8Array, inputs: number): Int8Array {
  const outputs = codes.length / inputs;
  return Int8Array.from(codes, (_, i) => codes[(i % outputs) * inputs + Math.floor(i / outputs)] as number);
}
