import type { KernelProgram } from './kernel-program.ts';
import type { opcode } from './opcodes.ts';

/** Scratch memory, which all programs share: one runs at a time. */
export const SCRATCH_BYTES = 2_097_152;
/** Enough to spread an instruction's own cost, and few enough for values to stay in the first cache. */
const TILE_ROWS = 16;
/** Rows of the largest batch that is asked for. */
const WHOLE_BATCH_ROWS = 256;
/** Vectors may be read and written up to one behind the last value. */
const SLACK_BYTES = 16;

/** A value of so many columns a row, in a place that is chosen when all instructions are known. */
export interface Place {
  readonly width: number;
}

interface Data {
  readonly bytes: Uint8Array;
}

type Operand =
  | { readonly kind: 'read' | 'write'; readonly place: Place }
  | { readonly kind: 'data'; readonly data: Data }
  | { readonly kind: 'int' | 'float'; readonly value: number };

export const reads = (place: Place): Operand => ({ kind: 'read', place });
export const writes = (place: Place): Operand => ({ kind: 'write', place });
export const int = (value: number): Operand => ({ kind: 'int', value });
export const float = (value: number): Operand => ({ kind: 'float', value });

interface Instruction {
  readonly code: number;
  readonly operands: readonly Operand[];
}

/** Collects instructions, then gives every value a place and every number an offset. */
export class ProgramWriter {
  #instructions: Instruction[] = [];
  #isWholeBatch = false;

  /** Numbers of the program, 16-byte aligned. */
  data(values: Float32Array | Int32Array | Uint8Array): Operand {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    return { kind: 'data', data: { bytes } };
  }

  add(code: (typeof opcode)[keyof typeof opcode], ...operands: readonly Operand[]): void {
    this.#instructions.push({ code, operands });
  }

  /** Says that a number depends on all rows of a batch. */
  needsWholeBatch(): void {
    this.#isWholeBatch = true;
  }

  /** Undefined where a single row (or a whole batch) has more values than the scratch memory holds. */
  finish(input: Place, output: Place): KernelProgram | undefined {
    this.#instructions = neededInstructions(this.#instructions, output);
    const [most, least] = this.#isWholeBatch ? [WHOLE_BATCH_ROWS, WHOLE_BATCH_ROWS] : [TILE_ROWS, 1];
    for (let tileRows = most; tileRows >= least; tileRows >>= 1) {
      const offsets = this.#places(input, output, tileRows);
      if (offsets === undefined) continue;
      return {
        bytes: this.#bytes(offsets),
        inputOffset: offsets.get(input) ?? 0,
        inputWidth: input.width,
        outputOffset: offsets.get(output) ?? 0,
        outputWidth: output.width,
        tileRows,
        isWholeBatch: this.#isWholeBatch,
      };
    }
    return undefined;
  }

  /** A place is free again behind the last instruction that reads it, so few are needed at once. */
  #places(input: Place, output: Place, tileRows: number): ReadonlyMap<Place, number> | undefined {
    const lastUse = new Map<Place, number>([[output, Number.POSITIVE_INFINITY]]);
    this.#instructions.forEach(({ operands }, at) => {
      for (const operand of operands) {
        if ('place' in operand && operand.place !== output) lastUse.set(operand.place, at);
      }
    });
    const offsets = new Map<Place, number>();
    const free = new Map<number, number[]>();
    let end = 0;
    const sizeOf = ({ width }: Place): number => aligned(width * tileRows * 4) + SLACK_BYTES;
    const place = (value: Place): void => {
      if (offsets.has(value)) return;
      const size = sizeOf(value);
      const reused = free.get(size)?.pop();
      offsets.set(value, reused ?? end);
      if (reused === undefined) end += size;
    };
    place(input);
    place(output);
    this.#instructions.forEach(({ operands }, at) => {
      for (const operand of operands) if (operand.kind === 'write') place(operand.place);
      const done = new Set(operands.flatMap((operand) => ('place' in operand ? [operand.place] : [])));
      for (const value of done) {
        if (lastUse.get(value) !== at) continue;
        const size = sizeOf(value);
        free.set(size, [...(free.get(size) ?? []), offsets.get(value) ?? 0]);
      }
    });
    return end <= SCRATCH_BYTES ? offsets : undefined;
  }

  #bytes(offsets: ReadonlyMap<Place, number>): Uint8Array {
    const wordCount = this.#instructions.reduce((sum, { operands }) => sum + 1 + operands.length, 1);
    const dataOffsets = new Map<Data, number>();
    let end = aligned(wordCount * 4);
    for (const operand of this.#instructions.flatMap(({ operands }) => operands)) {
      if (operand.kind !== 'data' || dataOffsets.has(operand.data)) continue;
      dataOffsets.set(operand.data, end);
      end = aligned(end + operand.data.bytes.length);
    }
    const bytes = new Uint8Array(end);
    const view = new DataView(bytes.buffer);
    let at = 0;
    const word = (value: number): void => {
      view.setInt32(at, value, true);
      at += 4;
    };
    for (const { code, operands } of this.#instructions) {
      word(code);
      for (const operand of operands) word(wordOf(operand, offsets, dataOffsets));
    }
    word(0);
    for (const [data, offset] of dataOffsets) bytes.set(data.bytes, offset);
    return bytes;
  }
}

/** Without those that write only what nobody reads. */
function neededInstructions(instructions: readonly Instruction[], output: Place): Instruction[] {
  const needed = new Set([output]);
  const kept = instructions.toReversed().filter(({ operands }) => {
    const isNeeded = operands.some((operand) => operand.kind === 'write' && needed.has(operand.place));
    if (!isNeeded) return false;
    for (const operand of operands) if (operand.kind === 'read') needed.add(operand.place);
    return true;
  });
  return kept.toReversed();
}

function wordOf(
  operand: Operand,
  offsets: ReadonlyMap<Place, number>,
  dataOffsets: ReadonlyMap<Data, number>,
): number {
  switch (operand.kind) {
    case 'read':
    case 'write': {
      const offset = offsets.get(operand.place);
      if (offset === undefined) throw new Error('a value is read that no instruction writes');
      return offset;
    }
    case 'data':
      return dataOffsets.get(operand.data) ?? 0;
    case 'int':
      return operand.value;
    case 'float':
      return new Int32Array(Float32Array.of(operand.value).buffer)[0] ?? 0;
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;
