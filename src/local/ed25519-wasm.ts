import { join } from 'node:path';

/** The built curve of Ed25519 as it is kept in the tree. */
export const ED25519_WASM = join(import.meta.dirname, '../core/ed25519.wasm');
