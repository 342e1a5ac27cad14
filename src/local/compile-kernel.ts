import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { opcode } from '../inference/kernel/opcodes.ts';
import { compileAssembly } from './compile-assembly.ts';

const KERNEL_SOURCE = join(import.meta.dirname, '../inference/kernel/assembly/kernel.as');

/** The bytes of `kernel.wasm`. */
export const compileKernel = (): Promise<Uint8Array> =>
  compileAssembly(readFileSync(KERNEL_SOURCE, 'utf8'), { 'opcodes.ts': opcodeSource() });

/** The numbers of the instructions, which the compiler of programs has too. */
function opcodeSource(): string {
  return Object.entries(opcode)
    .map(([name, code]) => `export const ${name}: i32 = ${code};`)
    .join('\n');
}
