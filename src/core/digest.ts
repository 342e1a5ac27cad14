import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { hexOf } from './hex.ts';
import { createWasmSha256, type Message, type Sha256 } from './wasm-sha256.ts';

/** In JavaScript, for whoever has no compiled module at hand: tests and offline tools. */
const inJavaScript: Sha256 = {
  hash: (message) => sha256(bytesOf(message)),
  authenticate: (key, message) => hmac(sha256, bytesOf(key), bytesOf(message)),
  digestEach: (texts, key) =>
    texts.map((text) =>
      hexOf(key === undefined ? inJavaScript.hash(text) : inJavaScript.authenticate(key, text)),
    ),
};

/** What a runtime has of its own, of texts' UTF-8 as lower-case hex. */
export interface NativeDigests {
  readonly sha256Hex?: (text: string) => string;
  readonly hmacSha256Hex?: (key: string, text: string) => string;
}

let implementation = inJavaScript;
let native: NativeDigests = {};

/**
 * From now on digests come from `sha256.wasm`, at half the cost of JavaScript's or less, and those of texts as hex from what
 * the runtime has of its own. The values are the same, so nobody can tell when it was called; `compose` does, before
 * anything is hashed.
 */
export function hashBy(module: WebAssembly.Module, ofRuntime: NativeDigests = {}): void {
  implementation = createWasmSha256(module);
  native = ofRuntime;
}

/** SHA-256 (FIPS 180-4) of bytes, as 32 bytes. */
export const sha256Bytes = (bytes: Uint8Array): Uint8Array => implementation.hash(bytes).slice();

/** SHA-256 (FIPS 180-4) as 64 lower-case hex digits. Synchronous: `crypto.subtle` costs a turn of the loop. */
export const sha256Hex = (message: Message): string =>
  typeof message === 'string' && native.sha256Hex
    ? native.sha256Hex(message)
    : hexOf(implementation.hash(message));

/** SHA-256 (FIPS 180-4) as 43 base64url characters, unpadded (RFC 4648 §5). */
export const sha256Base64Url = (message: Message): string => base64Url(implementation.hash(message));

/** HMAC-SHA-256 (RFC 2104) as 64 lower-case hex digits. */
export const hmacSha256Hex = (key: Message, message: Message): string =>
  typeof key === 'string' && typeof message === 'string' && native.hmacSha256Hex
    ? native.hmacSha256Hex(key, message)
    : hexOf(implementation.authenticate(key, message));

/**
 * As {@link sha256Hex}, of many texts: four at once, but where the runtime has codes under a key of its own. Deno has hashes
 * alone, and each of its calls leaves a copy of its text to collect: 26 against 29 µs of processor time an item of a batch.
 */
export const sha256HexOfEach = (texts: readonly string[]): readonly string[] =>
  native.hmacSha256Hex ? texts.map((text) => sha256Hex(text)) : implementation.digestEach(texts);

/** As {@link hmacSha256Hex}, of many texts under one key. */
export const hmacSha256HexOfEach = (key: string, texts: readonly string[]): readonly string[] => {
  const { hmacSha256Hex: own } = native;
  return own ? texts.map((text) => own(key, text)) : implementation.digestEach(texts, key);
};

/**
 * Whether two secrets are equal, in a time that depends on their lengths alone: lengths are public (a digest's,
 * a signature's), contents are not.
 */
export function equalInConstantTime(left: Message, right: Message): boolean {
  if (typeof left === 'string' && typeof right === 'string') return equalTexts(left, right);
  const a = bytesOf(left);
  const b = bytesOf(right);
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) {
    // Past the end of `b` the read is undefined, which XORs as 0; the lengths have already differed.
    difference |= (a[index] as number) ^ (b[index] as number);
  }
  return difference === 0;
}

/** Well-formed texts are equal when their UTF-8 bytes are; ill-formed ones only to themselves. */
function equalTexts(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) {
    // Past the end of `b` it is NaN, which XORs as 0.
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  }
  return difference === 0;
}

const bytesOf = (message: Message): Uint8Array =>
  typeof message === 'string' ? utf8ToBytes(message) : message;

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
