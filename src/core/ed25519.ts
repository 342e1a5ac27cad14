import { hexToBytes } from '@noble/hashes/utils.js';
import { sha256Hex } from './digest.ts';
import { nobleEd25519 } from './noble-ed25519.ts';
import { createWasmEd25519 } from './wasm-ed25519.ts';

// Synchronous, and the same on every runtime: `crypto.subtle` costs turns of the loop, and Workers have none of it before
// a request.
let implementation = nobleEd25519;

/**
 * From now on signatures come from `ed25519.wasm`, at a tenth of the cost of JavaScript's where code is cold. The values are
 * the same, so nobody can tell when it was called; `compose` does, before anything is verified.
 */
export function signBy(module: WebAssembly.Module): void {
  implementation = createWasmEd25519(module);
}

/** The public key of a secret seed, both 64 lower-case hex digits. Throws on another form. */
export const ed25519PublicKey = (seedHex: string): string => implementation.publicKeyOf(seedHex);

/** Whether 64 hex digits are the one encoding of a point of the curve: what a signature can be checked against. */
export const isEd25519PublicKey = (keyHex: string): boolean => implementation.isPublicKey(keyHex);

/** A short name of a public key (64 hex digits): the first 16 hex digits of the SHA-256 of its 32 bytes. */
export const ed25519KeyId = (publicKeyHex: string): string =>
  sha256Hex(hexToBytes(publicKeyHex)).slice(0, 16);

/** Signature over the message's UTF-8 bytes, 128 lower-case hex digits; the same for the same seed and message. */
export const signEd25519 = (seedHex: string, message: string): string =>
  implementation.sign(seedHex, message);

/**
 * Whether `signatureHex` (128 hex digits) is the key's over the message's UTF-8 bytes. Strict: one encoding of each point
 * and of the scalar, no key of small order. Throws on hex of another length, which whoever reads it checks first.
 */
export const verifyEd25519 = (publicKeyHex: string, message: string, signatureHex: string): boolean =>
  implementation.verify(publicKeyHex, message, signatureHex);
