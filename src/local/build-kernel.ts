/** `npm run kernel`: builds `src/inference/kernel/kernel.wasm`, which is kept in the tree, from its AssemblyScript. */
import { writeFileSync } from 'node:fs';
import { compileKernel } from './compile-kernel.ts';
import { KERNEL_WASM } from './kernel-wasm.ts';

const bytes = await compileKernel();
writeFileSync(KERNEL_WASM, bytes);
console.log(`kernel.wasm: ${bytes.length} bytes`);
