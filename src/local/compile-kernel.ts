import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import asc from 'assemblyscript/asc';
import { opcode } from '../inference/kernel/opcodes.ts';

const KERNEL_DIR = join(import.meta.dirname, '../inference/kernel');
const KERNEL_SOURCE = join(KERNEL_DIR, 'assembly/kernel.as');

const FLAGS = [
  'kernel.ts',
  '--outFile=kernel.wasm',
  '--runtime=stub',
  '--enable=simd',
  '--optimizeLevel=3',
  '--shrinkLevel=0',
  '--converge',
  '--noAssert',
];

/**
 * The bytes of `kernel.wasm` from its AssemblyScript; the same sources give the same bytes. Throws with the compiler's
 * own words.
 */
export async function compileKernel(): Promise<Uint8Array> {
  let built: Uint8Array | undefined;
  const { error, stderr } = await asc.main(FLAGS, {
    readFile: (name) => {
      // The compiler wants its sources to be called .ts, which they must not be: no other tool could read them.
      if (basename(name) === 'opcodes.ts') return opcodeSource();
      return basename(name) === 'kernel.ts' ? readFileSync(KERNEL_SOURCE, 'utf8') : null;
    },
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') built = contents;
    },
    listFiles: () => [],
  });
  if (error || !built) throw new Error(`the kernel does not compile: ${stderr.toString()}`);
  return built;
}

/** The numbers of the instructions, which the compiler of programs has too. */
function opcodeSource(): string {
  return Object.entries(opcode)
    .map(([name, code]) => `export const ${name}: i32 = ${code};`)
    .join('\n');
}
