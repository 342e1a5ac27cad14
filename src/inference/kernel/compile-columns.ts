import type { RowsOperand } from './graph-operand.ts';
import { opcode } from './opcodes.ts';
import { type CompileNode, rowsOf, unsupported } from './operator-context.ts';
import { int, type Place, type ProgramWriter, reads, writes } from './program-writer.ts';

/** Columns of a row by constant indices. */
export const gather: CompileNode = (node) => {
  const { place } = node.rows(0);
  const { dims, values, type } = node.constant(1);
  const axis = node.int('axis', 0);
  if (axis !== 1 && axis !== -1) unsupported(`axis ${axis}`);
  if (dims.length !== 1 || (type !== 'i32' && type !== 'i64')) unsupported(`indices ${type}[${dims}]`);
  const columns = Int32Array.from(values, (index) => (index < 0 ? index + place.width : index));
  if (!columns.every((column) => column >= 0 && column < place.width))
    unsupported(`an index outside ${place.width} columns`);
  const to = { width: columns.length };
  if (to.width === 0) unsupported('no columns');
  node.writer.add(
    opcode.gather,
    writes(to),
    reads(place),
    int(place.width),
    node.writer.data(columns),
    int(to.width),
  );
  return [rowsOf(to)];
};

/** Values side by side. */
export const concat: CompileNode = (node) => {
  const axis = node.int('axis', 0);
  if (axis !== 1 && axis !== -1) unsupported(`axis ${axis}`);
  const parts = Array.from({ length: node.inputCount }, (_, index) => node.rows(index).place);
  const to = { width: parts.reduce((sum, { width }) => sum + width, 0) };
  let column = 0;
  for (const part of parts) {
    copyInto(node.writer, to, part, column);
    column += part.width;
  }
  return [rowsOf(to)];
};

/** All columns of `from`, as those of `to` that begin at `column`. */
export function copyInto(writer: ProgramWriter, to: Place, from: Place, column: number): void {
  const { width } = from;
  writer.add(
    opcode.copyColumns,
    writes(to),
    reads(from),
    int(width),
    int(0),
    int(to.width),
    int(column),
    int(width),
  );
}

/** The same rows under another name. */
export const identity: CompileNode = (node) => {
  const operand = node.operand(0);
  if (operand?.kind !== 'rows') unsupported('its input is not rows that the kernel has computed');
  return [operand];
};

/** Rows that have that shape already; anything else would move numbers from row to row. */
export const flatten: CompileNode = (node) => {
  if (node.int('axis', 1) !== 1) unsupported(`axis ${node.int('axis', 1)}`);
  return [node.rows(0)];
};

export const reshape: CompileNode = (node) => {
  const rows = node.rows(0);
  if (node.int('allowzero', 0) !== 0) unsupported('allowzero');
  const [first, second, ...more] = Array.from(node.constant(1).values);
  const isSame = more.length === 0 && (second === rows.place.width || (first === 0 && second === -1));
  if (!isSame || (first !== 0 && first !== -1)) unsupported(`the shape [${[first, second, ...more]}]`);
  return [rows];
};

/** `TensorProto.DataType` of f32. */
const FLOAT = 1;

/** To f32, of f32 or of whole numbers below 2²⁴, which are kept as f32 anyway. */
export const cast: CompileNode = (node) => {
  const operand = node.operand(0);
  const to = node.int('to', 0);
  if (operand?.kind !== 'rows') unsupported('its input is not rows that the kernel has computed');
  if (to !== FLOAT) unsupported(`to data type ${to}`);
  return [{ ...operand, type: 'f32' }];
};

/** The first column with the greatest value, as a whole number. A row that starts with NaN answers 0. */
export const argMax: CompileNode = (node) => {
  const { place } = node.rows(0);
  const axis = node.int('axis', 0);
  if (axis !== 1 && axis !== -1) unsupported(`axis ${axis}`);
  if (node.int('select_last_index', 0) !== 0) unsupported('select_last_index');
  const to: Place = { width: 1 };
  node.writer.add(opcode.argMax, writes(to), reads(place), int(place.width));
  const rank: RowsOperand['rank'] = node.int('keepdims', 1) === 1 ? 2 : 1;
  return [{ kind: 'rows', type: 'i64', place: to, rank, origin: { kind: 'other' } }];
};
