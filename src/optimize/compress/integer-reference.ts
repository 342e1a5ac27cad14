import { ok, type Result } from '../../core/result.ts';
import { createInterpreter, type Interpreter } from '../../onnx/interpreter.ts';
import type { ModelProto, NodeProto } from '../../onnx/model-proto.ts';
import { intAttributeOf } from '../../onnx/operator-proto.ts';
import { fromTensorProto, type Tensor, tensorType } from '../../onnx/tensor.ts';
import { inputMajor } from './quantize-dynamic.ts';
import { initializersOf, RewrittenGraph } from './rewritten-graph.ts';

/**
 * Evaluates a quantized graph with its products in integer arithmetic: exact int32 sums, bias included, then
 * one conversion to f32 and one multiplication by fround(left scale × right scale). A product that is quantized
 * again, through a ReLU or not, is multiplied by fround(fround(left × right scale) ÷ next scale) instead and
 * rounded to its code. Everything else is the reference interpreter's. onnxruntime-web 1.30 gives the same bits:
 *
 * - QDQ graphs, because at its `extended` level and above it computes the patterns below as QGemm, without
 *   the ReLU and with the next scale in its own where a QuantizeLinear follows, or as MatMulIntegerToFloat
 *   where nothing is added;
 * - dynamic graphs at every level, because they spell out the integer operators;
 * - weight-only graphs at every level, because nothing in them is an integer product.
 */
export function createIntegerReference(model: ModelProto): Result<Interpreter, string> {
  const form = integerForm(model);
  return form.ok ? createInterpreter(form.value) : form;
}

/**
 * The graph with each product of two dequantized operands, and the dequantized int32 that is added to it,
 * written out as MatMulInteger, Add, Cast and Mul, with a QuantizeLinear of scale 1 where its codes are what
 * is wanted. A product to which an f32 is added stays in f32, as in onnxruntime.
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
    const next = requantizationOf((product.sum ?? node).outputs[0] ?? '', nodes, constants);
    for (const fused of [product.sum, next]) if (fused) absorbed.add(fused);
    addIntegerProduct(graph, product, next, constants);
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
  const user = onlyUserOf(node.outputs[0] ?? '', nodes);
  const sum = user?.opType === 'Add' ? user : undefined;
  if (!sum) return { node, left, right, bias: undefined, sum };
  const added = dequantized.get(sum.inputs[1] ?? '');
  return added && { node, left, right, bias: added, sum };
}

/**
 * The QuantizeLinear that is all that becomes of a value, if need be after a ReLU that changes none of its codes
 * because 0 is its lowest one.
 */
function requantizationOf(
  name: string,
  nodes: readonly NodeProto[],
  constants: ReadonlyMap<string, Tensor>,
): NodeProto | undefined {
  const user = onlyUserOf(name, nodes);
  if (user?.opType === 'QuantizeLinear') return user;
  const next = user?.opType === 'Relu' ? onlyUserOf(user.outputs[0] ?? '', nodes) : undefined;
  const isLowest = constants.get(next?.inputs[2] ?? '')?.values[0] === -128;
  return next?.opType === 'QuantizeLinear' && isLowest ? next : undefined;
}

function onlyUserOf(name: string, nodes: readonly NodeProto[]): NodeProto | undefined {
  const users = nodes.filter(({ inputs }) => inputs.includes(name));
  return users.length === 1 ? users[0] : undefined;
}

function addIntegerProduct(
  graph: RewrittenGraph,
  { node, left, right, bias, sum }: IntegerProduct,
  next: NodeProto | undefined,
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
  const nextScale = next ? (constant(next.inputs[1]).values[0] as number) : 1;
  const factors = scales.map((factor) => Math.fround(factor / nextScale));
  const factor = graph.constant(`${output}_factors`, { dims: [factors.length], values: factors });
  const scaled = graph.node('Mul', next ? `${output}_scaled` : output, [cast, factor]);
  if (!next) return;
  const one = graph.constant('one', { dims: [], values: Float32Array.of(1) });
  graph.node('QuantizeLinear', next.outputs[0] ?? '', [scaled, one, next.inputs[2] ?? '']);
}

function inputMajorTensor({ dims, values }: Tensor, isTransposed: boolean): Tensor {
  if (!isTransposed) return { dims, values };
  const [outputs = 0, inputs = 0] = dims;
  return { dims: [inputs, outputs], values: inputMajor(values as Int8Array, inputs) };
}
