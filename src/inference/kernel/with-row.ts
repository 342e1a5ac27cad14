import type { opcode } from './opcodes.ts';
import { int, type Place, type ProgramWriter, reads, writes } from './program-writer.ts';

export type RowOpcode = (typeof opcode)[
  | 'addData'
  | 'subtractData'
  | 'subtractFromData'
  | 'multiplyData'
  | 'divideData'
  | 'divideDataBy'];

/** `from` with a row of numbers: one for each of its columns, or one for all. */
export function withRow(writer: ProgramWriter, code: RowOpcode, from: Place, row: ArrayLike<number>): Place {
  const to = { width: from.width };
  const data = repeated(Float32Array.from(row));
  writer.add(code, writes(to), reads(from), writer.data(data), int(to.width), int(data.length));
  return to;
}

/** The numbers of a row again and again until whole vectors are full: values have no gaps between rows. */
function repeated(row: Float32Array): Float32Array {
  if (row.every((value) => Object.is(value, row[0]))) return new Float32Array(4).fill(row[0] ?? NaN);
  const width = row.length;
  const length = width % 4 === 0 ? width : width % 2 === 0 ? 2 * width : 4 * width;
  return Float32Array.from({ length }, (_, i) => row[i % width] ?? NaN);
}
