// biome-ignore lint/correctness/noNodejsModules: Deno has no synchronous hash of its own.
import { hash } from 'node:crypto';
import type { NativeDigests } from '../src/core/digest.ts';

export const denoDigests: NativeDigests = { sha256Hex: (text) => hash('sha256', text, 'hex') };
