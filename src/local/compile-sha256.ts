import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileAssembly } from './compile-assembly.ts';

const SHA256_SOURCE = join(import.meta.dirname, '../core/assembly/sha256.as');

/** The bytes of `sha256.wasm`. */
export const compileSha256 = (): Promise<Uint8Array> => compileAssembly(readFileSync(SHA256_SOURCE, 'utf8'));
