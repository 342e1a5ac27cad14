import { hexToBytes } from '@noble/hashes/utils.js';
import { sha256Hex } from './digest.ts';

/** A short name of a public key (64 hex digits): the first 16 hex digits of the SHA-256 of its 32 bytes. */
export const ed25519KeyId = (publicKeyHex: string): string =>
  sha256Hex(hexToBytes(publicKeyHex)).slice(0, 16);
