import { join } from 'node:path';

/** The built digests as they are kept in the tree. */
export const SHA256_WASM = join(import.meta.dirname, '../core/sha256.wasm');
