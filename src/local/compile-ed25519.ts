import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileAssembly } from './compile-assembly.ts';

const ED25519_SOURCE = join(import.meta.dirname, '../core/assembly/ed25519.as');

/** The bytes of `ed25519.wasm`. */
export const compileEd25519 = (): Promise<Uint8Array> =>
  compileAssembly(readFileSync(ED25519_SOURCE, 'utf8'));
