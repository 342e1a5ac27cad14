import { err, ok, type Result } from '../core/result.ts';
import { castToFloat, dynamicQuantizeLinear, matMulInteger } from './integer-operators.ts';
import type { ModelProto, NodeProto } from './model-proto.ts';
import { intAttributeOf } from './node-proto.ts';
import { rationalSigmoid } from './rational-sigmoid.ts';
import { roundHalfEven } from './round-half-even.ts';
import { fromTensorProto, sizeOf, type Tensor, type TensorValues } from './tensor.ts';

/**
 * A reference evaluation of the operators our own models are made of, in f32 with each operation rounded on
 * its own, in plain loops that can be read against the ONNX specification. It calibrates and checks models; it
 * does not serve them. Sigmoid is onnxruntime's rational fit, so that whole graphs can be compared bit for bit.
 */
export interface Interpreter {
  /** Every value of the graph by name, constants included. Throws on an input of a wrong shape. */
  run(inputs: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor>;
}

/** Refuses a model with an operator or a constant outside the supported subset, before anything is run. */
export function createInterpreter(model: ModelProto): Result<Interpreter, string> {
  const graph = model.graph;
  if (!graph) return err('the model has no graph');
  const constants = new Map<string, Tensor>();
  for (const initializer of graph.initializers) {
    const tensor = fromTensorProto(initializer);
    if (!tensor.ok) return tensor;
    constants.set(initializer.name ?? '', tensor.value);
  }
  const steps: { readonly node: NodeProto; readonly operator: Operator }[] = [];
  for (const node of graph.nodes) {
    const operator = (node.domain ?? '') === '' ? operators.get(node.opType ?? '') : undefined;
    if (!operator) return err(`operator ${node.domain ?? ''}:${node.opType} is not supported`);
    steps.push({ node, operator });
  }
  return ok({
    run(inputs) {
      const values = new Map([...constants, ...inputs]);
      for (const { node, operator } of steps) {
        const output = operator(
          node.inputs.map((name) => named(values, name)),
          node,
        );
        const outputs = Array.isArray(output) ? output : [output];
        node.outputs.forEach((name, i) => {
          values.set(name, required(outputs[i]));
        });
      }
      return values;
    },
  });
}

/** Inputs in the node's order to its one output, or to its outputs in order. */
type Operator = (inputs: readonly Tensor[], node: NodeProto) => Tensor | Tensor[];

const addition = elementwise((a, b) => a + b);

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Add', addition],
  ['Sub', elementwise((a, b) => a - b)],
  ['Mul', elementwise((a, b) => a * b)],
  ['Relu', ([x]) => mapped(required(x), (value) => Math.max(0, value))],
  ['Sigmoid', ([x]) => mapped(required(x), rationalSigmoid)],
  ['Clip', ([x, low, high]) => clip(required(x), scalarOf(low), scalarOf(high))],
  ['MatMul', ([a, b]) => matMul(required(a), required(b))],
  ['Gemm', gemm],
  ['MatMulInteger', ([a, b, aZero, bZero]) => matMulInteger(required(a), required(b), aZero, bZero)],
  ['Cast', ([x], node) => castToFloat(required(x), node)],
  ['DynamicQuantizeLinear', ([x]) => [...dynamicQuantizeLinear(required(x))]],
  ['QuantizeLinear', ([x, scale, zero]) => quantize(required(x), scalarOf(scale), required(zero))],
  ['DequantizeLinear', dequantize],
]);

function named(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (!value) throw new Error(`graph value '${name}' is not defined`);
  return value;
}

function required(tensor: Tensor | undefined): Tensor {
  if (!tensor) throw new Error('an operator lacks an input');
  return tensor;
}

function scalarOf(tensor: Tensor | undefined): number {
  const value = tensor?.values[0];
  if (value === undefined || tensor?.values.length !== 1) throw new Error('expected a tensor of one element');
  return value;
}

const mapped = (x: Tensor, f: (value: number) => number): Tensor => ({
  dims: x.dims,
  values: Float32Array.from(x.values as Float32Array, f),
});

/**
 * One side must have one element or a shape that ends the other's, which is all the broadcasting that is
 * used. int32 stays int32.
 */
function elementwise(f: (a: number, b: number) => number): Operator {
  return ([first, second]) => {
    const isSwapped = fits(required(first), required(second)) && !fits(required(second), required(first));
    const a = required(isSwapped ? second : first);
    const b = required(isSwapped ? first : second);
    if (!fits(b, a)) throw new Error(`cannot broadcast [${b.dims}] over [${a.dims}]`);
    const period = b.values.length;
    const apply = (value: number, i: number): number => {
      const other = b.values[i % period] ?? NaN;
      return isSwapped ? f(other, value) : f(value, other);
    };
    const isInteger = a.values instanceof Int32Array;
    const values = isInteger ? Int32Array.from(a.values, apply) : Float32Array.from(a.values, apply);
    return { dims: a.dims, values };
  };
}

const fits = (small: Tensor, large: Tensor): boolean =>
  small.values.length === 1 ||
  small.dims.every((dim, i) => dim === large.dims[large.dims.length - small.dims.length + i]);

const clip = (x: Tensor, low: number, high: number): Tensor =>
  mapped(x, (value) => Math.min(Math.max(value, low), high));

/** a × b + c with α = β = 1; `transB` says that b stands as [m, k]. */
function gemm([a, b, c]: readonly Tensor[], node: NodeProto): Tensor {
  const isPlain = ['alpha', 'beta'].every(
    (name) => (node.attributes.find((attribute) => attribute.name === name)?.float ?? 1) === 1,
  );
  if (!isPlain || intAttributeOf(node, 'transA'))
    throw new Error('Gemm with alpha, beta or transA is not supported');
  const right = required(b);
  const product = matMul(required(a), intAttributeOf(node, 'transB') ? transposed(right) : right);
  return c ? (addition([product, c], node) as Tensor) : product;
}

function transposed({ dims, values }: Tensor): Tensor {
  const [rows = 0, columns = 0] = dims;
  const turned = Float32Array.from(
    values,
    (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? NaN,
  );
  return { dims: [columns, rows], values: turned };
}

/** [n, k] × [k, m], summed in the order of k in f32. */
function matMul(a: Tensor, b: Tensor): Tensor {
  const [n = 0, k = 0] = a.dims;
  const m = b.dims[1] ?? 0;
  if (a.dims.length !== 2 || b.dims.length !== 2 || b.dims[0] !== k) {
    throw new Error(`cannot multiply [${a.dims}] by [${b.dims}]`);
  }
  const values = new Float32Array(n * m);
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column < m; column += 1) {
      let sum = 0;
      for (let i = 0; i < k; i += 1) {
        const product = Math.fround((a.values[row * k + i] ?? NaN) * (b.values[i * m + column] ?? NaN));
        sum = Math.fround(sum + product);
      }
      values[row * m + column] = sum;
    }
  }
  return { dims: [n, m], values };
}

/** saturate(roundHalfEven(x ÷ scale) + zero point), for one scale for the tensor. */
function quantize(x: Tensor, scale: number, zero: Tensor): Tensor {
  const zeroPoint = scalarOf(zero);
  const isSigned = zero.values instanceof Int8Array;
  const low = isSigned ? -128 : 0;
  const codes = Array.from(x.values, (value) => {
    const code = roundHalfEven(Math.fround(value / scale)) + zeroPoint;
    return Math.min(Math.max(code, low), low + 255);
  });
  return { dims: x.dims, values: isSigned ? Int8Array.from(codes) : Uint8Array.from(codes) };
}

/** (code − zero point, 0 by default) × scale, with one scale for the tensor or one for each index of `axis`. */
function dequantize([codes, scales, zeros]: readonly Tensor[], node: NodeProto): Tensor {
  const x = required(codes);
  const scale = required(scales);
  const axis = intAttributeOf(node, 'axis') ?? 1;
  const channels = scale.values.length;
  if (channels !== 1 && channels !== x.dims[axis])
    throw new Error(`${channels} scales for axis ${axis} of [${x.dims}]`);
  const inner = sizeOf(x.dims.slice(axis + 1));
  const source: TensorValues = x.values;
  const values = new Float32Array(source.length);
  for (let i = 0; i < source.length; i += 1) {
    const channel = channels === 1 ? 0 : Math.floor(i / inner) % channels;
    const code = (source[i] ?? NaN) - (zeros?.values[channel] ?? 0);
    values[i] = Math.fround(code * (scale.values[channel] ?? NaN));
  }
  return { dims: x.dims, values };
}
