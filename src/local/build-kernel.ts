/** `npm run kernel`: builds what is kept in the tree of our own WebAssembly, from its AssemblyScript. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compileEd25519 } from './compile-ed25519.ts';
import { compileKernel } from './compile-kernel.ts';
import { compileSha256 } from './compile-sha256.ts';
import { ED25519_WASM } from './ed25519-wasm.ts';
import { KERNEL_WASM } from './kernel-wasm.ts';
import { SHA256_WASM } from './sha256-wasm.ts';

for (const [path, compile] of [
  [KERNEL_WASM, compileKernel],
  [SHA256_WASM, compileSha256],
  [ED25519_WASM, compileEd25519],
] as const) {
  const bytes = await compile();
  writeFileSync(path, bytes);
  console.log(`${basename(path)}: ${bytes.length} bytes`);
}
