import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { hexOf } from './hex.ts';

/** Bytes, or text that stands for its UTF-8 bytes (a lone surrogate counts as U+FFFD). */
type Input = Uint8Array | string;

/** SHA-256 (FIPS 180-4) as 64 lower-case hex digits. Synchronous: `crypto.subtle` costs a turn of the loop. */
export const sha256Hex = (input: Input): string => hexOf(sha256(bytesOf(input)));

/** SHA-256 (FIPS 180-4) as 43 base64url characters, unpadded (RFC 4648 §5). */
export const sha256Base64Url = (input: Input): string => base64Url(sha256(bytesOf(input)));

/** HMAC-SHA-256 (RFC 2104) as 64 lower-case hex digits. */
export const hmacSha256Hex = (key: Input, message: Input): string =>
  hexOf(hmac(sha256, bytesOf(key), bytesOf(message)));

/**
 * Whether two secrets are equal, in a time that depends on their lengths alone: lengths are public (a digest's,
 * a signature's), contents are not.
 */
export function equalInConstantTime(left: Input, right: Input): boolean {
  const a = bytesOf(left);
  const b = bytesOf(right);
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) {
    // Past the end of `b` the read is undefined, which XORs as 0; the lengths have already differed.
    difference |= (a[index] as number) ^ (b[index] as number);
  }
  return difference === 0;
}

const bytesOf = (input: Input): Uint8Array => (typeof input === 'string' ? utf8ToBytes(input) : input);

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
