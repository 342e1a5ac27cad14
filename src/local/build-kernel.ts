/** `npm run kernel`: builds what is kept in the tree of our own WebAssembly, from its AssemblyScript. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compileKernel } from './compile-kernel.ts';
import { compileSha256 } from './compile-sha256.ts';
import { KERNEL_WASM } from './kernel-wasm.ts';
import { SHA256_WASM } from './sha256-wasm.ts';

for (const [path, compile] of [
  [KERNEL_WASM, compileKernel],
  [SHA256_WASM, compileSha256],
] as const) {
  const bytes = await compile();
  writeFileSync(path, bytes);
  console.log(`${basename(path)}: ${bytes.length} bytes`);
}
