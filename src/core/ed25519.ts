import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { sha256Hex } from './digest.ts';

// Ed25519 (RFC 8032 §5.1). Synchronous, and the same on every runtime: `crypto.subtle` costs turns of the loop. The
// library's table of multiples of the base point is made for many signatures; an isolate checks one a model, and a
// table for windows of 3 bits instead of 8 is filled in a third of the time.
ed25519.Point.BASE.precompute(3);

/** The public key of a secret seed, both 64 lower-case hex digits. Throws on another form. */
export const ed25519PublicKey = (seedHex: string): string =>
  bytesToHex(ed25519.getPublicKey(hexToBytes(seedHex)));

/** Whether 64 hex digits are the one encoding of a point of the curve: what a signature can be checked against. */
export const isEd25519PublicKey = (keyHex: string): boolean =>
  ed25519.utils.isValidPublicKey(hexToBytes(keyHex), false);

/** A short name of a public key (64 hex digits): the first 16 hex digits of the SHA-256 of its 32 bytes. */
export const ed25519KeyId = (publicKeyHex: string): string =>
  sha256Hex(hexToBytes(publicKeyHex)).slice(0, 16);

/** Signature over the message's UTF-8 bytes, 128 lower-case hex digits; the same for the same seed and message. */
export const signEd25519 = (seedHex: string, message: string): string =>
  bytesToHex(ed25519.sign(utf8ToBytes(message), hexToBytes(seedHex)));

/**
 * Whether `signatureHex` (128 hex digits) is the key's over the message's UTF-8 bytes. Strict: one encoding of each point
 * and of the scalar, no key of small order. Throws on hex of another length, which whoever reads it checks first.
 */
export const verifyEd25519 = (publicKeyHex: string, message: string, signatureHex: string): boolean =>
  ed25519.verify(hexToBytes(signatureHex), utf8ToBytes(message), hexToBytes(publicKeyHex), { zip215: false });
