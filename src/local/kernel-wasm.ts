import { join } from 'node:path';

/** The built kernel as it is kept in the tree: whoever runs the service needs no compiler. */
export const KERNEL_WASM = join(import.meta.dirname, '../inference/kernel/kernel.wasm');
