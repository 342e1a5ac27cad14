import { rowConstant } from './compile-elementwise.ts';
import type { ConstantOperand, Matrix, RowsOrigin } from './graph-operand.ts';
import { opcode } from './opcodes.ts';
import { type CompileNode, type OperatorContext, rowsOf, unsupported } from './operator-context.ts';
import { int, type Place, reads, writes } from './program-writer.ts';

/**
 * x · w of a constant right side. Beside a product with one number onnxruntime makes one operator of both, whose bits are
 * others: that is not supported, before it here, behind it in `compile-elementwise.ts`.
 */
export const matMul: CompileNode = (node) => {
  const rows = node.rows(0);
  if (rows.origin.kind === 'scaled by a number') unsupported('its input is scaled by one number');
  const matrix = matrixOf(node.constant(1));
  const product = writeProduct(node, rows.place, matrix, undefined);
  return [rowsOf(product, { kind: 'product', from: rows.place, matrix })];
};

/** x · w + b, or x · wᵀ + b. */
export const gemm: CompileNode = (node) => {
  if (node.float('alpha', 1) !== 1 || node.float('beta', 1) !== 1) unsupported('alpha or beta is not 1');
  if (node.int('transA', 0) !== 0) unsupported('transA');
  const given = matrixOf(node.constant(1));
  const matrix = node.int('transB', 0) === 1 ? transposed(given) : given;
  const bias = node.operand(2) === undefined ? undefined : rowConstant(node.constant(2), matrix.outputs);
  return [rowsOf(writeProduct(node, node.rows(0).place, matrix, bias))];
};

export function matrixOf({ type, dims, values }: ConstantOperand): Matrix {
  const [inputs = 0, outputs = 0, ...more] = dims;
  if (type !== 'f32' || more.length > 0 || values.length === 0) unsupported(`weights ${type}[${dims}]`);
  return { inputs, outputs, values };
}

export function transposed({ inputs, outputs, values }: Matrix): Matrix {
  const turned = new Float32Array(inputs * outputs);
  for (let i = 0; i < inputs; i += 1) {
    for (let j = 0; j < outputs; j += 1) turned[j * inputs + i] = values[i * outputs + j] ?? NaN;
  }
  return { inputs: outputs, outputs: inputs, values: turned };
}

/**
 * A product with the row that is added to it, in one: onnxruntime does so where nothing else uses the product, and starts
 * with the row then. The instruction of the product alone is left out in the end, since nothing reads what it writes.
 */
export function productWithBias(
  node: OperatorContext,
  { from, matrix }: Extract<RowsOrigin, { readonly kind: 'product' }>,
  constant: ConstantOperand,
): Place {
  return writeProduct(node, from, matrix, rowConstant(constant, matrix.outputs));
}

/** Whether it matters for the bits that a row is the start of the sums and not added behind them. */
export const hasBlocks = ({ inputs }: Matrix): boolean => inputs > PACKED_BLOCK;

/** Products that onnxruntime sums on their own where it has packed a constant right side beforehand. */
const PACKED_BLOCK = 256;

/**
 * Sums of a block of products each in the order of the inputs, added to the bias one after the other; without a bias −0 is the
 * start, the only number that adds nothing to any.
 */
export function writeProduct(
  node: OperatorContext,
  from: Place,
  matrix: Matrix,
  bias: Float32Array | undefined,
  block: number = PACKED_BLOCK,
): Place {
  const { inputs, outputs } = matrix;
  if (from.width !== inputs) unsupported(`rows of ${from.width} and weights of ${inputs} inputs`);
  const to = { width: outputs };
  const weights = inWholeVectors(matrix, (length) => new Float32Array(length));
  const start = new Float32Array(paddedWidth(outputs)).fill(-0);
  if (bias) start.set(bias);
  node.writer.add(
    opcode.product,
    writes(to),
    reads(from),
    int(inputs),
    int(outputs),
    node.writer.data(weights),
    node.writer.data(start),
    int(block),
  );
  return to;
}

/** Columns of a row that is filled up to whole vectors. */
export const paddedWidth = (columns: number): number => Math.ceil(columns / 4) * 4;

/** The rows of a matrix, each filled up with zeros to whole vectors, in an array of that length that `create` makes. */
export function inWholeVectors<T extends Float32Array | Int32Array>(
  { inputs, outputs, values }: Matrix,
  create: (length: number) => T,
): T {
  const padded = paddedWidth(outputs);
  const filled = create(inputs * padded);
  for (let i = 0; i < inputs; i += 1) {
    for (let j = 0; j < outputs; j += 1) filled[i * padded + j] = values[i * outputs + j] ?? NaN;
  }
  return filled;
}
