import { err, ok, type Result } from '../../core/result.ts';
import { createInterpreter, roundHalfEven } from '../../onnx/interpreter.ts';
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
} from '../../onnx/model-proto.ts';
import { fromTensorProto, type Tensor, toTensorProto } from '../../onnx/tensor.ts';

/**
 * Static int8 quantization in QDQ form. Of every MatMul with a constant right side, the weights become int8,
 * symmetric in [−127, 127] with one scale a column behind a per-axis DequantizeLinear, and the left side
 * passes through QuantizeLinear and DequantizeLinear with the least and greatest value seen on the
 * calibration rows. A constant added to such a product becomes int32 at the product's own scale, as
 * onnxruntime's optimizer would make it anyway. Everything else stays f32, as do input and output.
 *
 * Rounding is half to even; scales and zero points follow onnxruntime's `compute_scale_zp`.
 */
export function quantizeGraph(
  model: ModelProto,
  calibrationInputs: ReadonlyMap<string, Tensor>,
): Result<ModelProto, string> {
  const interpreter = createInterpreter(model);
  if (!interpreter.ok) return interpreter;
  const graph = model.graph as GraphProto;
  const observed = interpreter.value.run(calibrationInputs);
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name ?? '', tensor]));
  const rewritten = new Rewritten(initializers);
  for (const node of graph.nodes) {
    const weights = node.opType === 'MatMul' ? initializers.get(node.inputs[1] ?? '') : undefined;
    if (!weights) {
      rewritten.nodes.push(node.opType === 'Add' ? rewritten.sum(node) : node);
      continue;
    }
    const activation = node.inputs[0] ?? '';
    const range = observed.get(activation);
    const quantized = quantizeColumns(weights);
    if (!range) return err(`${activation} was not observed in calibration`);
    if (!quantized.ok) return quantized;
    rewritten.nodes.push(rewritten.product(node, range, quantized.value));
  }
  return ok({
    ...model,
    graph: { ...graph, nodes: rewritten.nodes, initializers: [...initializers.values()] },
  });
}

/** The new node list and initializers. An activation that feeds two products is quantized once. */
class Rewritten {
  readonly nodes: NodeProto[] = [];
  readonly #initializers: Map<string, TensorProto>;
  readonly #activations = new Map<string, QuantizedActivation>();
  /** Output name of each rewritten product to the scale of its integers, column by column. */
  readonly #productScales = new Map<string, Float32Array>();

  constructor(initializers: Map<string, TensorProto>) {
    this.#initializers = initializers;
  }

  product(node: NodeProto, range: Tensor, weights: QuantizedColumns): NodeProto {
    const [activation = '', weightsName = ''] = node.inputs;
    const left = this.#activation(activation, range);
    const right = this.#weights(weightsName, weights);
    const scales = weights.scales.values.map((scale) => Math.fround(left.scale * scale));
    this.#productScales.set(node.outputs[0] ?? '', scales);
    return { ...node, inputs: [left.dequantized, right] };
  }

  /** The node, with its second input as int32 where that is a constant added to a rewritten product. */
  sum(node: NodeProto): NodeProto {
    const [product = '', biasName = ''] = node.inputs;
    const scales = this.#productScales.get(product);
    const proto = this.#initializers.get(biasName);
    const bias = proto && fromTensorProto(proto);
    if (!scales || !bias?.ok || bias.value.values.length !== scales.length) return node;
    const exact = Array.from(bias.value.values, (value, i) => roundHalfEven(value / (scales[i] as number)));
    // Beside weights next to nothing a bias may not fit; it then stays as it is.
    if (exact.some((code) => Math.abs(code) > INT32_MAX)) return node;
    const codes = Int32Array.from(exact);
    this.#initializers.delete(biasName);
    const inputs = [
      this.#constant(`${biasName}_quantized`, { dims: bias.value.dims, values: codes }),
      this.#constant(`${biasName}_scale`, { dims: [scales.length], values: scales }),
    ];
    this.nodes.push(nodeOf('DequantizeLinear', `${biasName}_dequantized`, inputs, 0));
    return { ...node, inputs: [product, `${biasName}_dequantized`] };
  }

  #activation(name: string, range: Tensor): QuantizedActivation {
    const known = this.#activations.get(name);
    if (known !== undefined) return known;
    const { scale, zeroPoint } = affineScale(range);
    const scaleName = this.#constant(`${name}_scale`, { dims: [], values: Float32Array.of(scale) });
    const zeroName = this.#constant(`${name}_zero_point`, { dims: [], values: Int8Array.of(zeroPoint) });
    this.nodes.push(nodeOf('QuantizeLinear', `${name}_quantized`, [name, scaleName, zeroName]));
    const dequantized = `${name}_dequantized`;
    this.nodes.push(nodeOf('DequantizeLinear', dequantized, [`${name}_quantized`, scaleName, zeroName]));
    const activation = { dequantized, scale };
    this.#activations.set(name, activation);
    return activation;
  }

  #weights(name: string, { codes, scales }: QuantizedColumns): string {
    this.#initializers.delete(name);
    const inputs = [this.#constant(`${name}_quantized`, codes), this.#constant(`${name}_scale`, scales)];
    this.nodes.push(nodeOf('DequantizeLinear', `${name}_dequantized`, inputs, 1));
    return `${name}_dequantized`;
  }

  #constant(name: string, tensor: Tensor): string {
    this.#initializers.set(name, toTensorProto(name, tensor));
    return name;
  }
}

const INT32_MAX = 0x7fffffff;

interface QuantizedActivation {
  readonly dequantized: string;
  readonly scale: number;
}

interface QuantizedColumns {
  readonly codes: Tensor;
  readonly scales: Tensor<Float32Array>;
}

function quantizeColumns(weights: TensorProto): Result<QuantizedColumns, string> {
  const tensor = fromTensorProto(weights);
  if (!tensor.ok) return tensor;
  const { dims, values } = tensor.value;
  const columns = dims[1] ?? 0;
  if (dims.length !== 2) return err(`${weights.name}: only matrices are quantized, not [${dims}]`);
  const scales = new Float32Array(columns);
  values.forEach((value, i) => {
    scales[i % columns] = Math.max(scales[i % columns] as number, Math.abs(value));
  });
  for (let column = 0; column < columns; column += 1) {
    scales[column] = (scales[column] as number) === 0 ? 1 : (scales[column] as number) / 127;
  }
  const codes = Int8Array.from(values as Float32Array, (value, i) => {
    const code = roundHalfEven(Math.fround(value / (scales[i % columns] as number)));
    return Math.min(Math.max(code, -127), 127);
  });
  return ok({ codes: { dims, values: codes }, scales: { dims: [columns], values: scales } });
}

/** Scale and zero point so that [−128, 127] covers the values and 0, which stays exact. */
function affineScale(range: Tensor): { readonly scale: number; readonly zeroPoint: number } {
  let low = 0;
  let high = 0;
  for (const value of range.values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === low) return { scale: 1, zeroPoint: 0 };
  const scale = Math.fround((high - low) / 255);
  return {
    scale,
    zeroPoint: Math.min(Math.max(roundHalfEven(-128 - low / ((high - low) / 255)), -128), 127),
  };
}

function nodeOf(opType: string, output: string, inputs: readonly string[], axis?: number): NodeProto {
  const attributes = axis === undefined ? [] : [axisAttribute(axis)];
  return { inputs, outputs: [output], name: undefined, opType, attributes, domain: undefined, unknown: [] };
}

const axisAttribute = (axis: number): AttributeProto => ({
  name: 'axis',
  float: undefined,
  int: axis,
  bytes: undefined,
  tensor: undefined,
  floats: [],
  ints: [],
  strings: [],
  // AttributeProto.AttributeType.INT
  type: 2,
  unknown: [],
});
