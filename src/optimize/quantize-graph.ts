import { err, ok, type Result } from '../core/result.ts';
import { createInterpreter, roundHalfEven } from '../onnx/interpreter.ts';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from '../onnx/model-proto.ts';
import { fromTensorProto, type Tensor, toTensorProto } from '../onnx/tensor.ts';

/**
 * Static int8 quantization in QDQ form. Of every MatMul with a constant right side, the weights become int8,
 * symmetric in [−127, 127] with one scale a column behind a per-axis DequantizeLinear, and the left side
 * passes through QuantizeLinear and DequantizeLinear with the least and greatest value seen on the
 * calibration rows. Everything else stays f32, as do input and output.
 *
 * Rounding is half to even and the scale arithmetic is that of onnxruntime's `compute_scale_zp`.
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
      rewritten.nodes.push(node);
      continue;
    }
    const activation = node.inputs[0] ?? '';
    const range = observed.get(activation);
    const quantized = quantizeColumns(weights);
    if (!range) return err(`${activation} was not observed in calibration`);
    if (!quantized.ok) return quantized;
    const left = rewritten.activation(activation, range);
    const right = rewritten.weights(weights.name ?? '', quantized.value);
    rewritten.nodes.push({ ...node, inputs: [left, right] });
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
  readonly #activations = new Map<string, string>();

  constructor(initializers: Map<string, TensorProto>) {
    this.#initializers = initializers;
  }

  activation(name: string, range: Tensor): string {
    const known = this.#activations.get(name);
    if (known !== undefined) return known;
    const { scale, zeroPoint } = affineScale(range);
    const scaleName = this.#constant(`${name}_scale`, { dims: [], values: Float32Array.of(scale) });
    const zeroName = this.#constant(`${name}_zero_point`, { dims: [], values: Int8Array.of(zeroPoint) });
    this.nodes.push(nodeOf('QuantizeLinear', `${name}_quantized`, [name, scaleName, zeroName]));
    const dequantized = `${name}_dequantized`;
    this.nodes.push(nodeOf('DequantizeLinear', dequantized, [`${name}_quantized`, scaleName, zeroName]));
    this.#activations.set(name, dequantized);
    return dequantized;
  }

  weights(name: string, { codes, scales }: QuantizedColumns): string {
    this.#initializers.delete(name);
    const zeros = { dims: scales.dims, values: new Int8Array(scales.values.length) };
    const inputs = [
      this.#constant(`${name}_quantized`, codes),
      this.#constant(`${name}_scale`, scales),
      this.#constant(`${name}_zero_point`, zeros),
    ];
    this.nodes.push(nodeOf('DequantizeLinear', `${name}_dequantized`, inputs, 1));
    return `${name}_dequantized`;
  }

  #constant(name: string, tensor: Tensor): string {
    this.#initializers.set(name, toTensorProto(name, tensor));
    return name;
  }
}

interface QuantizedColumns {
  readonly codes: Tensor;
  readonly scales: Tensor;
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
  return { scale, zeroPoint: Math.min(Math.max(roundHalfEven(-128 - low / scale), -128), 127) };
}

function nodeOf(opType: string, output: string, inputs: readonly string[], axis?: number): NodeProto {
  const attributes = axis === undefined ? [] : [axisAttribute(axis)];
  return { inputs, outputs: [output], name: output, opType, attributes, domain: undefined, unknown: [] };
}

const axisAttribute = (axis: number): AttributeProto => ({
  name: 'axis',
  float: undefined,
  int: axis,
  bytes: undefined,
  tensor: undefined,
  floats: [],
  ints: [],
  // AttributeProto.AttributeType.INT
  type: 2,
  unknown: [],
});
