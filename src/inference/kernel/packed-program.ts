import { sha256Hex } from '../../core/digest.ts';
import type { KernelProgram } from './kernel-program.ts';

/** Of what a program was made: the ONNX file by its SHA-256, and the names that it was asked by. */
export interface ProgramSource {
  readonly sha256: string;
  readonly inputName: string;
  readonly outputName: string;
}

/** Words of 32 bits, little-endian, before the program's bytes. */
const headerWords = 6;
const hashBytes = 64;
const headerBytes = 4 * headerWords + hashBytes;

/** A program with what it was made of, as the build puts it beside its model. */
export function packProgram(program: KernelProgram, source: ProgramSource): Uint8Array {
  const { bytes, inputOffset, inputWidth, outputOffset, outputWidth, tileRows, isWholeBatch } = program;
  const packed = new Uint8Array(headerBytes + bytes.length);
  const view = new DataView(packed.buffer);
  const words = [inputOffset, inputWidth, outputOffset, outputWidth, tileRows, Number(isWholeBatch)];
  for (const [index, word] of words.entries()) view.setUint32(4 * index, word, true);
  packed.set(new TextEncoder().encode(hashOf(source)), 4 * headerWords);
  packed.set(bytes, headerBytes);
  return packed;
}

/** Undefined where it was made of something else. */
export function unpackProgram(packed: Uint8Array, source: ProgramSource): KernelProgram | undefined {
  if (packed.length < headerBytes) return undefined;
  const hash = new TextDecoder().decode(packed.subarray(4 * headerWords, headerBytes));
  if (hash !== hashOf(source)) return undefined;
  const view = new DataView(packed.buffer, packed.byteOffset);
  const word = (index: number): number => view.getUint32(4 * index, true);
  return {
    bytes: packed.subarray(headerBytes),
    inputOffset: word(0),
    inputWidth: word(1),
    outputOffset: word(2),
    outputWidth: word(3),
    tileRows: word(4),
    isWholeBatch: word(5) === 1,
  };
}

const hashOf = ({ sha256, inputName, outputName }: ProgramSource): string =>
  sha256Hex(JSON.stringify([sha256, inputName, outputName]));
