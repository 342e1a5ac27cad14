import type { ConstantOperand, GraphOperand, RowsOperand } from './graph-operand.ts';
import { opcode } from './opcodes.ts';
import { type CompileNode, type OperatorContext, rowsOf, unsupported } from './operator-context.ts';
import { float, int, type Place, reads, writes } from './program-writer.ts';
import { type RowOpcode, withRow } from './with-row.ts';

interface BinaryCodes {
  /** Both sides computed, of one width. */
  readonly values: (typeof opcode)['addValues' | 'subtractValues' | 'multiplyValues' | 'divideValues'];
  /** A constant on the right. */
  readonly data: RowOpcode;
  /** A constant on the left. */
  readonly dataFirst: RowOpcode;
}

export const addCodes: BinaryCodes = {
  values: opcode.addValues,
  data: opcode.addData,
  dataFirst: opcode.addData,
};
export const multiplyCodes: BinaryCodes = {
  values: opcode.multiplyValues,
  data: opcode.multiplyData,
  dataFirst: opcode.multiplyData,
};
export const subtractCodes: BinaryCodes = {
  values: opcode.subtractValues,
  data: opcode.subtractData,
  dataFirst: opcode.subtractFromData,
};
export const divideCodes: BinaryCodes = {
  values: opcode.divideValues,
  data: opcode.divideData,
  dataFirst: opcode.divideDataBy,
};

/** Add, Sub, Mul, Div: each exact to the last bit, rounded once. */
export const binary =
  (codes: BinaryCodes): CompileNode =>
  (node) => {
    const [a, b] = [node.operand(0), node.operand(1)];
    if (a?.kind === 'constant' && b?.kind === 'constant') unsupported('both sides are constants');
    if (b?.kind === 'constant') return [withConstant(node, codes.data, node.rows(0), b)];
    if (a?.kind === 'constant') return [withConstant(node, codes.dataFirst, node.rows(1), a)];
    const [left, right] = [node.rows(0).place, node.rows(1).place];
    if (left.width !== right.width) unsupported(`widths ${left.width} and ${right.width} differ`);
    const to = { width: left.width };
    node.writer.add(codes.values, writes(to), reads(left), reads(right), int(to.width));
    return [rowsOf(to)];
  };

const scalingCodes: ReadonlySet<RowOpcode> = new Set([
  opcode.multiplyData,
  opcode.divideData,
  opcode.divideDataBy,
]);

function withConstant(
  node: OperatorContext,
  code: RowOpcode,
  { place, origin }: RowsOperand,
  constant: ConstantOperand,
): GraphOperand {
  const isScaling = constant.values.length === 1 && scalingCodes.has(code);
  if (isScaling && origin.kind === 'product') unsupported('a matrix product is scaled by one number');
  const to = withRow(node.writer, code, place, rowConstant(constant, place.width));
  return rowsOf(to, { kind: isScaling ? 'scaled by a number' : 'other' });
}

/** A constant that is one number for all, or one for each column. */
export function rowConstant({ type, dims, values }: ConstantOperand, width: number): Float32Array {
  if (type !== 'f32') unsupported(`a constant of type ${type} beside f32`);
  const isRow = dims.length <= 2 && values.length === width && (dims.at(-1) ?? 1) === width;
  if (values.length === 1 && dims.length <= 2) return new Float32Array(width).fill(values[0] ?? NaN);
  if (!isRow) unsupported(`a constant of shape [${dims}] does not fit rows of ${width}`);
  return Float32Array.from(values);
}

/** Relu, Sigmoid, Tanh, Softmax: one value to one of the same shape. */
export const mapped =
  (code: (typeof opcode)['relu' | 'sigmoid' | 'tanh']): CompileNode =>
  (node) => [mappedRows(node, code, node.rows(0).place)];

export function mappedRows(
  node: OperatorContext,
  code: (typeof opcode)['relu' | 'sigmoid' | 'tanh' | 'mlLogistic' | 'mlSoftmax' | 'softmax'],
  from: Place,
): GraphOperand & { readonly place: Place } {
  const to = { width: from.width };
  node.writer.add(code, writes(to), reads(from), int(to.width));
  return rowsOf(to);
}

/** Along the columns; along the rows would mix the rows of a batch. */
export const softmax: CompileNode = (node) => {
  const axis = node.int('axis', -1);
  if (axis !== 1 && axis !== -1) unsupported(`axis ${axis}`);
  return [mappedRows(node, opcode.softmax, node.rows(0).place)];
};

/** min(max(x, low), high), with bounds as attributes (before operator set 11) or as inputs. */
export const clip: CompileNode = (node) => {
  const from = node.rows(0).place;
  const bound = (index: number, name: string, otherwise: number): number =>
    node.operand(index) === undefined ? node.float(name, otherwise) : node.scalar(index);
  const low = bound(1, 'min', Number.NEGATIVE_INFINITY);
  const high = bound(2, 'max', Number.POSITIVE_INFINITY);
  const to = { width: from.width };
  node.writer.add(opcode.clip, writes(to), reads(from), int(to.width), float(low), float(high));
  return [rowsOf(to)];
};
