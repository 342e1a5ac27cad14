import { ok, type Result } from '../../core/result.ts';
import { createInterpreter, type Interpreter } from '../../onnx/interpreter.ts';
import type { ModelProto, NodeProto } from '../../onnx/model-proto.ts';
import { intAttributeOf } from '../../onnx/node-proto.ts';
import { fromTensorProto, type Tensor, tensorType } from '../../onnx/tensor.ts';
import { inputMajor } from './quantize-dynamic.ts';
import { initializersOf, RewrittenGraph } from './rewritten-graph.ts';

/**
 * Evaluates a quantized graph with its products in integer arithmetic: exact int32 sums, bias included, then
 * one conversion to f32 and one multiplication by fround(left scale × right scale). Everything else is the
 * reference interpreter's. onnxruntime-web 1.30 gives the same bits:
 *
 * - QDQ graphs, because at its `extended` level and above it computes the pattern below as QGemm, or as
 *   MatMulIntegerToFloat where nothing is added;
 * - dynamic graphs at every level, because they spell out the integer operators;
 * - weight-only graphs at every level, because nothing in them is an integer product.
 */
export function createIntegerReference(model: ModelProto): Result<Interpreter, string> {
  const form = integerForm(model);
  return form.ok ? createInterpreter(form.value) : form;
}

/**
 * The graph with each product of two dequantized operands, and the dequantized int32 that is added to it,
 * written out as MatMulInteger, Add, Cast and Mul. A product to which an f32 is added stays in f32, as in
 * onnxruntime.
 */
function integerForm(model: ModelProto): Result<ModelProto, string> {
  const nodes = model.graph?.nodes ?? [];
  const dequantized = new Map<string, NodeProto>();
  for (const node of nodes)
    if (node.opType === 'DequantizeLinear') dequantized.set(node.outputs[0] ?? '', node);
  const graph = new RewrittenGraph(model);
  const constants = new Map<string, Tensor>();
  for (const [name, proto] of initializersOf(model)) {
    const tensor = fromTensorProto(proto);
    if (!tensor.ok) return tensor;
    constants.set(name, tensor.value);
  }
  const absorbed = new Set<NodeProto>();
  for (const node of nodes) {
    if (absorbed.has(node)) continue;
    const product = integerProductOf(node, nodes, dequantized);
    if (!product) {
      graph.keep(node);
      continue;
    }
    if (product.sum) absorbed.add(product.sum);
    addIntegerProduct(graph, product, constants);
  }
  return ok(graph.build());
}

interface IntegerProduct {
  readonly node: NodeProto;
  readonly left: NodeProto;
  readonly right: NodeProto;
  readonly bias: NodeProto | undefined;
  /** The Add that brings the bias, where the product itself does not. */
  readonly sum: NodeProto | undefined;
}

function integerProductOf(
  node: NodeProto,
  nodes: readonly NodeProto[],
  dequantized: ReadonlyMap<string, NodeProto>,
): IntegerProduct | undefined {
  if (node.opType !== 'MatMul' && node.opType !== 'Gemm') return undefined;
  const [left, right, bias] = node.inputs.map((name) => dequantized.get(name));
  if (!left || !right) return undefined;
  if (node.inputs[2] !== undefined) return bias && { node, left, right, bias, sum: undefined };
  const users = nodes.filter(({ inputs }) => inputs.includes(node.outputs[0] ?? ''));
  const sum = users.length === 1 && users[0]?.opType === 'Add' ? users[0] : undefined;
  if (!sum) return { node, left, right, bias: undefined, sum };
  const added = dequantized.get(sum.inputs[1] ?? '');
  return added && { node, left, right, bias: added, sum };
}

function addIntegerProduct(
  graph: RewrittenGraph,
  { node, left, right, bias, sum }: IntegerProduct,
  constants: ReadonlyMap<string, Tensor>,
): void {
  const output = (sum ?? node).outputs[0] ?? '';
  const constant = (name: string | undefined): Tensor => {
    const tensor = constants.get(name ?? '');
    if (!tensor) throw new RangeError(`${output}: ${name} is not a constant`);
    return tensor;
  };
  const codes = constant(right.inputs[0]);
  const leftScale = constant(left.inputs[1]).values[0] as number;
  const scales = Float32Array.from(constant(right.inputs[1]).values, (scale) =>
    Math.fround(leftScale * scale),
  );
  const weights = graph.constant(
    `${output}_weights`,
    inputMajorTensor(codes, intAttributeOf(node, 'transB') === 1),
  );
  const inputs = [left.inputs[0] ?? '', weights, left.inputs[2] ?? '', right.inputs[2] ?? ''];
  let sums = graph.node('MatMulInteger', `${output}_products`, inputs);
  if (bias) sums = graph.node('Add', `${output}_sums`, [sums, bias.inputs[0] ?? '']);
  const cast = graph.node('Cast', `${output}_cast`, [sums], { to: tensorType.float });
  const scale = graph.constant(`${output}_scales`, { dims: [scales.length], values: scales });
  graph.node('Mul', output, [cast, scale]);
}

function inputMajorTensor({ dims, values }: Tensor, isTransposed: boolean): Tensor {
  if (!isTransposed) return { dims, values };
  const [outputs = 0, inputs = 0] = dims;
  return { dims: [inputs, outputs], values: inputMajor(values as Int8Array, inputs) };
}
