import { cast } from './compile-columns.ts';
import { hasBlocks, inWholeVectors, matMul, paddedWidth, productWithBias } from './compile-dense.ts';
import { addCodes, binary, mapped, multiplyCodes } from './compile-elementwise.ts';
import type { ConstantOperand, GraphOperand, IntegerStep } from './graph-operand.ts';
import { opcode } from './opcodes.ts';
import { type CompileNode, type OperatorContext, rowsOf, unsupported } from './operator-context.ts';
import { float, int, type Place, reads, writes } from './program-writer.ts';
import { withRow } from './with-row.ts';

// Layers of 8-bit weights and inputs, as onnxruntime-web runs the two forms that `optimize/compress/tables-graph.ts` writes:
// QDQ (QuantizeLinear, DequantizeLinear, MatMul of dequantized weights, Add of a dequantized bias, Relu) in integers, and
// DynamicQuantizeLinear with MatMulInteger. Any other order of these operators is a fault at its first node that differs.
// Rows have to be finite: what NaN becomes as an integer is left open.

const integer = (step: IntegerStep): GraphOperand => ({ kind: 'integer', step });

/** Codes of rows: saturate(nearest even(x ÷ scale) + zero point). */
export const quantizeLinear: CompileNode = (node) => {
  const scale = node.scalar(1);
  const zeroConstant = node.constant(2);
  const zero = node.scalar(2);
  const lowest = lowestOf(zeroConstant);
  const from = node.integer(0);
  const source = from?.kind === 'sums' && zero === lowest ? requantized(node, from, scale) : undefined;
  const place = source ?? node.rows(0).place;
  const to = { width: place.width };
  node.writer.add(
    opcode.quantize,
    writes(to),
    reads(place),
    int(to.width),
    float(source ? 1 : scale),
    int(zero),
    int(lowest),
  );
  return [integer({ kind: 'codes', place: to, scale, zero })];
};

/** The lowest code of a zero point's type. */
function lowestOf({ type }: ConstantOperand): number {
  if (type === 'i8') return -128;
  if (type === 'u8') return 0;
  return unsupported(`a zero point of type ${type}`);
}

/**
 * Rectified sums straight to codes whose lowest is 0: their scale goes into the factors, so they are rounded once, as
 * onnxruntime's QGemm does.
 */
function requantized(
  node: OperatorContext,
  { sums, factors, isRectified }: Extract<IntegerStep, { kind: 'sums' }>,
  scale: number,
): Place {
  if (!isRectified) unsupported('codes of sums that are not rectified');
  const inScale = factors.map((factor) => factor / scale);
  return withRow(node.writer, opcode.multiplyData, sums, inScale);
}

/** Of codes of rows, or of a constant with a scale for all or for each of its last columns, and zero points of 0. */
export const dequantizeLinear: CompileNode = (node) => {
  const codes = node.integer(0);
  if (codes?.kind === 'codes') {
    if (node.scalar(1) !== codes.scale || node.scalar(2) !== codes.zero)
      unsupported('codes are read with another scale or zero point than they were made with');
    return [integer({ ...codes, kind: 'dequantized' })];
  }
  const constant = node.constant(0);
  const { values: scales, type } = node.constant(1);
  const columns = constant.dims.at(-1) ?? 1;
  const axis = node.int('axis', 1);
  if (
    type !== 'f32' ||
    (scales.length !== 1 && (scales.length !== columns || axis !== constant.dims.length - 1))
  )
    unsupported(`${scales.length} scales on axis ${axis} of [${constant.dims}]`);
  if (node.operand(2) === undefined || !Array.from(node.constant(2).values).every((zero) => zero === 0))
    unsupported('a constant whose zero points are not all given as 0');
  return [integer({ kind: 'weights', constant, scales: Float32Array.from(scales) })];
};

/** Of f32, or of codes by 8-bit weights, which is only complete with its bias. */
export const integerOrFloatMatMul: CompileNode = (node) => {
  const [input, weights] = [node.integer(0), node.integer(1)];
  if (input?.kind !== 'dequantized' || weights?.kind !== 'weights') return matMul(node);
  if (weights.constant.type !== 'i8' || weights.constant.dims.length !== 2)
    unsupported(`weights ${weights.constant.type}[${weights.constant.dims}]`);
  return [integer({ kind: 'product', input, weights })];
};

/** Add of f32, in one with the matrix product before it where onnxruntime makes one operator of both. */
const floatAdd: CompileNode = (node) => {
  const [left, right] = [node.operand(0), node.operand(1)];
  const [product, row, index] = right?.kind === 'constant' ? [left, right, 0] : [right, left, 1];
  if (product?.kind !== 'rows' || product.origin.kind !== 'product' || row?.kind !== 'constant')
    return binary(addCodes)(node);
  const { matrix } = product.origin;
  const isRow = row.dims.length === 1 && row.values.length === matrix.outputs;
  if (isRow && node.isOnlyUse(index)) return [rowsOf(productWithBias(node, product.origin, row))];
  if (hasBlocks(matrix))
    unsupported(`an addition to a product of ${matrix.inputs} inputs that is used elsewhere too`);
  return binary(addCodes)(node);
};

/** Of f32, or of a product of integers and its bias. */
export const integerOrFloatAdd: CompileNode = (node) => {
  const [left, right] = [node.integer(0), node.integer(1)];
  if (left?.kind !== 'product' || right?.kind !== 'weights') return floatAdd(node);
  const { input, weights } = left;
  const { inputs, outputs, data } = integerWeights(node, weights.constant);
  if (input.place.width !== inputs) unsupported(`codes of ${input.place.width} for ${inputs} inputs`);
  const factorOf = (column: number): number =>
    Math.fround(input.scale * (weights.scales[weights.scales.length === 1 ? 0 : column] ?? NaN));
  const factors = Float32Array.from({ length: outputs }, (_, column) => factorOf(column));
  const fits = factors.every((factor, i) => right.scales[right.scales.length === 1 ? 0 : i] === factor);
  const { type, values } = right.constant;
  if (type !== 'i32' || values.length !== outputs || !fits)
    unsupported('a bias that is not i32 in units of the scales of input and weights');
  const bias = new Int32Array(paddedWidth(outputs));
  bias.set(Array.from(values));
  const sums = { width: outputs };
  node.writer.add(
    opcode.integerProduct,
    writes(sums),
    reads(input.place),
    int(inputs),
    int(outputs),
    data,
    int(input.zero),
    node.writer.data(bias),
  );
  return [integer({ kind: 'sums', sums, factors, isRectified: false })];
};

export const integerOrFloatRelu: CompileNode = (node) => {
  const step = node.integer(0);
  if (step?.kind !== 'sums') return mapped(opcode.relu)(node);
  return [integer({ ...step, isRectified: true })];
};

/** i32, each row filled up to whole vectors. */
function integerWeights(node: OperatorContext, { dims, values }: ConstantOperand) {
  const [inputs = 0, outputs = 0] = dims;
  const filled = inWholeVectors({ inputs, outputs, values }, (length) => new Int32Array(length));
  return { inputs, outputs, data: node.writer.data(filled) };
}

/** Codes in the range of the whole batch, their scale and their zero point; only a product uses them. */
export const dynamicQuantizeLinear: CompileNode = (node) => {
  const source = node.rows(0).place;
  return (['codes', 'scale', 'zero'] as const).map((part) => integer({ kind: 'dynamic', part, source }));
};

export const matMulInteger: CompileNode = (node) => {
  const [codes, zero] = [node.integer(0), node.integer(2)];
  const weights = node.constant(1);
  if (codes?.kind !== 'dynamic' || codes.part !== 'codes') unsupported('its left side are no dynamic codes');
  if (zero?.kind !== 'dynamic' || zero.part !== 'zero' || zero.source !== codes.source)
    unsupported('its zero point is not that of its left side');
  const hasZeros =
    node.operand(3) !== undefined && Array.from(node.constant(3).values).some((value) => value !== 0);
  if (weights.type !== 'i8' || weights.dims.length !== 2 || hasZeros)
    unsupported('weights that are not symmetric i8');
  return [integer({ kind: 'dynamic sums', source: codes.source, weights })];
};

export const integerOrFloatCast: CompileNode = (node) => {
  const step = node.integer(0);
  if (step?.kind !== 'dynamic sums') return cast(node);
  if (node.int('to', 0) !== 1) unsupported(`to data type ${node.int('to', 0)}`);
  return [integer({ ...step, kind: 'dynamic floats' })];
};

/** Of f32; of a dynamic scale and the weights' scales; or of dynamic sums and both of these. */
export const integerOrFloatMultiply: CompileNode = (node) => {
  const [left, right] = [node.integer(0), node.integer(1)];
  if (left?.kind === 'dynamic' && left.part === 'scale') {
    return [integer({ kind: 'dynamic factors', source: left.source, factors: node.constant(1) })];
  }
  if (left?.kind !== 'dynamic floats' || right?.kind !== 'dynamic factors')
    return binary(multiplyCodes)(node);
  const { source, weights } = left;
  if (right.source !== source) unsupported('sums and scale are of different rows');
  const { inputs, outputs, data } = integerWeights(node, weights);
  const scales = right.factors.values;
  if (source.width !== inputs || (scales.length !== 1 && scales.length !== outputs))
    unsupported(`rows of ${source.width} and ${scales.length} scales for weights [${weights.dims}]`);
  const factors = Float32Array.from(
    { length: outputs },
    (_, i) => scales[scales.length === 1 ? 0 : i] ?? NaN,
  );
  const to = { width: outputs };
  node.writer.needsWholeBatch();
  node.writer.add(
    opcode.dynamicProduct,
    writes(to),
    reads(source),
    int(inputs),
    int(outputs),
    data,
    node.writer.data(factors),
    node.writer.data(new Float32Array(outputs).fill(-0)),
  );
  return [rowsOf(to)];
};
