import { err, ok, type Result } from '../../core/result.ts';
import type { KernelProgram } from './kernel-program.ts';
import { SCRATCH_BYTES } from './program-writer.ts';

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  freeFrom(): number;
  run(program: number, scratch: number, rows: number): void;
}

/** A program in memory. */
export interface LoadedProgram {
  /** f32[rowCount × outputWidth] of f32[rowCount × inputWidth]. Throws on a batch that is larger than its one tile. */
  run(rows: Float32Array, rowCount: number): Float32Array;
  /** Gives its memory to the next program; it must not run afterwards. */
  unload(): void;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * One instance of the kernel with the programs it can run. WebAssembly's memory never shrinks, so what a program that is
 * unloaded held is used again, and `bytesMax` bounds all of them together.
 */
export class KernelMemory {
  readonly #exports: KernelExports;
  readonly #scratch: number;
  readonly #bytesMax: number;
  /** The whole memory, until that grows: making a view of it costs as much as a small model. */
  #floats = new Float32Array();
  /** Spans of loaded programs, by their start. */
  #taken: readonly Span[] = [];

  constructor(module: WebAssembly.Module, bytesMax: number) {
    this.#exports = new WebAssembly.Instance(module).exports as unknown as KernelExports;
    this.#scratch = this.#exports.freeFrom();
    this.#bytesMax = bytesMax;
    this.#growTo(this.#scratch + SCRATCH_BYTES);
  }

  /** Bytes of linear memory, which only grow. */
  get sizeBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  load(program: KernelProgram): Result<LoadedProgram, string> {
    const span = this.#findSpan(program.bytes.length);
    if (span === undefined) return err(`${program.bytes.length} bytes do not fit into the kernel's memory`);
    this.#growTo(span.end);
    this.#taken = [...this.#taken, span].toSorted((a, b) => a.start - b.start);
    new Uint8Array(this.#exports.memory.buffer).set(program.bytes, span.start);
    return ok({
      run: (rows, rowCount) => {
        if (!this.#taken.includes(span)) throw new Error('the program is unloaded');
        return this.#run(program, span.start, rows, rowCount);
      },
      unload: () => {
        this.#taken = this.#taken.filter((other) => other !== span);
      },
    });
  }

  #run(program: KernelProgram, start: number, rows: Float32Array, rowCount: number): Float32Array {
    const { inputWidth, outputWidth, tileRows } = program;
    if (program.isWholeBatch && rowCount > tileRows)
      throw new RangeError(`${rowCount} rows are more than the ${tileRows} that this model takes at once`);
    const memory = this.#wholeMemory();
    const input = (this.#scratch + program.inputOffset) >> 2;
    const output = (this.#scratch + program.outputOffset) >> 2;
    if (rowCount <= tileRows) {
      memory.set(rows, input);
      this.#exports.run(start, this.#scratch, rowCount);
      return memory.slice(output, output + rowCount * outputWidth);
    }
    const scores = new Float32Array(rowCount * outputWidth);
    for (let row = 0; row < rowCount; row += tileRows) {
      const count = Math.min(tileRows, rowCount - row);
      memory.set(rows.subarray(row * inputWidth, (row + count) * inputWidth), input);
      this.#exports.run(start, this.#scratch, count);
      scores.set(memory.subarray(output, output + count * outputWidth), row * outputWidth);
    }
    return scores;
  }

  /** Growing detaches what was looked at before, whose length is 0 then. */
  #wholeMemory(): Float32Array {
    if (this.#floats.length === 0) this.#floats = new Float32Array(this.#exports.memory.buffer);
    return this.#floats;
  }

  /** The first gap that is large enough. */
  #findSpan(bytes: number): Span | undefined {
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const first = Math.ceil((this.#scratch + SCRATCH_BYTES) / ALIGNMENT) * ALIGNMENT;
    let start = first;
    for (const span of this.#taken) {
      if (span.start - start >= size) break;
      start = span.end;
    }
    return start + size - first > this.#bytesMax ? undefined : { start, end: start + size };
  }

  #growTo(bytes: number): void {
    const missing = bytes - this.sizeBytes;
    if (missing > 0) this.#exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}
