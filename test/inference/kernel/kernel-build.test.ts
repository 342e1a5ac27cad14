import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileKernel } from '../../../src/local/compile-kernel.ts';
import { KERNEL_WASM } from '../../../src/local/kernel-wasm.ts';

it('the kernel that is kept in the tree is what its source compiles to', async () => {
  expect(Buffer.from(await compileKernel()).equals(readFileSync(KERNEL_WASM))).toBe(true);
}, 120_000);
