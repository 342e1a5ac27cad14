import { err, ok, type Result } from '../core/result.ts';
import { castToFloat, dynamicQuantizeLinear, matMulInteger } from './integer-operators.ts';
import type { ModelProto, NodeProto } from './model-proto.ts';
import { intAttributeOf } from './operator-proto.ts';
import { rationalSigmoid } from './rational-sigmoid.ts';
import { roundHalfEven } from './round-half-even.ts';
import { fromTensorProto, sizeOf, type Tensor, type TensorValues } from './tensor.ts';
import { treeEnsembleRegressor } from './tree-ensemble-regressor.ts';

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
    const name = `${node.domain ?? ''}:${node.opType}`;
    const operator = operators.get(name);
    if (!operator) return err(`operator ${name} is not supported`);
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

/** By domain and type; ONNX's own domain is empty. */
const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  [':Add', elementwise((a, b) => a + b)],
  [':Sub', elementwise((a, b) => a - b)],
  [':Mul', elementwise((a, b) => a * b)],
  [':Relu', ([x]) => mapped(required(x), (value) => Math.max(0, value))],
  [':Sigmoid', ([x]) => mapped(required(x), rationalSigmoid)],
  [':Clip', ([x, low, high]) => clip(required(x), scalarOf(low), scalarOf(high))],
  [
    ':Gather',
    ([x, indices], node) => gather(required(x), required(indices), intAttributeOf(node, 'axis') ?? 0),
  ],
  [':Concat', (inputs, node) => concat(inputs, intAttributeOf(node, 'axis') ?? 0)],
  [':MatMul', ([a, b]) => matMul(required(a), required(b), undefined)],
  [':Gemm', gemm],
  [':MatMulInteger', ([a, b, aZero, bZero]) => matMulInteger(required(a), required(b), aZero, bZero)],
  [':Cast', ([x], node) => castToFloat(required(x), node)],
  [':DynamicQuantizeLinear', ([x]) => [...dynamicQuantizeLinear(required(x))]],
  [':QuantizeLinear', ([x, scale, zero]) => quantize(required(x), scalarOf(scale), required(zero))],
  [':DequantizeLinear', dequantize],
  ['ai.onnx.ml:TreeEnsembleRegressor', ([x], node) => treeEnsembleRegressor(required(x), node)],
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

const floatOf = (node: NodeProto, name: string, otherwise: number): number =>
  node.attributes.find((attribute) => attribute.name === name)?.float ?? otherwise;

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

/** The columns `indices` of x[n, width], as x[n, indices]. */
function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  const [n = 0, width = 0] = x.dims;
  if (x.dims.length !== 2 || indices.dims.length !== 1 || axis !== 1)
    throw new Error(`cannot gather [${indices.dims}] of [${x.dims}] on axis ${axis}`);
  const picked = Array.from(indices.values);
  if (!picked.every((index) => index >= 0 && index < width))
    throw new Error(`cannot gather columns ${picked} of ${width}`);
  const values = Array.from({ length: n }, (_, row) =>
    picked.map((index) => x.values[row * width + index] ?? NaN),
  );
  return { dims: [n, picked.length], values: Float32Array.from(values.flat()) };
}

/** Matrices of as many rows side by side. */
function concat(parts: readonly Tensor[], axis: number): Tensor {
  const n = parts[0]?.dims[0] ?? 0;
  if (axis !== 1 || !parts.every(({ dims }) => dims.length === 2 && dims[0] === n))
    throw new Error(`cannot concatenate ${parts.map(({ dims }) => `[${dims}]`)} on axis ${axis}`);
  const width = parts.reduce((sum, { dims }) => sum + (dims[1] ?? 0), 0);
  const values = new Float32Array(n * width);
  let column = 0;
  for (const part of parts) {
    const partWidth = part.dims[1] ?? 0;
    for (let row = 0; row < n; row += 1) {
      values.set(part.values.subarray(row * partWidth, (row + 1) * partWidth), row * width + column);
    }
    column += partWidth;
  }
  return { dims: [n, width], values };
}

/** a × b + c, or a × bᵀ + c with `transB`; c is a row for every row. */
function gemm([a, b, c]: readonly Tensor[], node: NodeProto): Tensor {
  if (
    floatOf(node, 'alpha', 1) !== 1 ||
    floatOf(node, 'beta', 1) !== 1 ||
    (intAttributeOf(node, 'transA') ?? 0) !== 0
  )
    throw new Error('Gemm with a factor or with transA is not supported');
  const right = (intAttributeOf(node, 'transB') ?? 0) === 1 ? transposed(required(b)) : required(b);
  return matMul(required(a), right, c);
}

function transposed(x: Tensor): Tensor {
  const [n = 0, m = 0] = x.dims;
  const values = new Float32Array(n * m);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < m; j += 1) values[j * n + i] = x.values[i * m + j] ?? NaN;
  }
  return { dims: [m, n], values };
}

/** Terms that onnxruntime sums before it adds them to the rest, where the right side is a constant. */
const PRODUCT_BLOCK = 256;

/**
 * [n, k] × [k, m] + bias[m], in f32 in the order of onnxruntime-web 1.30 for a constant right side: blocks of
 * {@link PRODUCT_BLOCK} terms are summed on their own in the order of k, and added one after the other to the
 * bias, or to the first block where there is none.
 */
function matMul(a: Tensor, b: Tensor, bias: Tensor | undefined): Tensor {
  const [n = 0, k = 0] = a.dims;
  const m = b.dims[1] ?? 0;
  if (a.dims.length !== 2 || b.dims.length !== 2 || b.dims[0] !== k) {
    throw new Error(`cannot multiply [${a.dims}] by [${b.dims}]`);
  }
  if (bias && bias.values.length !== m) throw new Error(`cannot add [${bias.dims}] to [${n},${m}]`);
  const values = new Float32Array(n * m);
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column < m; column += 1) {
      // Without a bias −0 is the start, the only number that adds nothing to any.
      let total = bias?.values[column] ?? -0;
      for (let first = 0; first < k; first += PRODUCT_BLOCK) {
        const last = Math.min(first + PRODUCT_BLOCK, k);
        total = Math.fround(total + blockProduct(a.values, row * k, b.values, column, m, first, last));
      }
      values[row * m + column] = total;
    }
  }
  return { dims: [n, m], values };
}

/** Σ a[row, i] · b[i, column] over first ≤ i < last, each operation rounded to f32. */
function blockProduct(
  a: TensorValues,
  rowStart: number,
  b: TensorValues,
  column: number,
  columns: number,
  first: number,
  last: number,
): number {
  let sum = 0;
  for (let i = first; i < last; i += 1) {
    const product = Math.fround((a[rowStart + i] ?? NaN) * (b[i * columns + column] ?? NaN));
    sum = Math.fround(sum + product);
  }
  return sum;
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
