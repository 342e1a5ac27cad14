import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

interface Ed25519Exports {
  readonly memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  isPoint(): number;
  verify(): number;
  multiplyBase(): void;
  text(): number;
  textBytes(): number;
  digest(): number;
  beginHash(): void;
  hashBlocks(count: number): void;
  finishHash(length: number): void;
}

/** Ed25519 (RFC 8032 §5.1). Keys and seeds: 64 lower-case hex digits; signatures: 128; messages: their UTF-8 bytes. */
export interface Ed25519 {
  publicKeyOf(seedHex: string): string;
  isPublicKey(keyHex: string): boolean;
  sign(seedHex: string, message: string): string;
  verify(publicKeyHex: string, message: string, signatureHex: string): boolean;
}

/** Order of the base point. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const POINT_BYTES = 32;
const HASH_BLOCK_BYTES = 128;
const HASH_BYTES = 64;

/** Of `ed25519.wasm`, compiled. What it takes and gives is what `noble-ed25519.ts` does, bit for bit. */
export function createWasmEd25519(module: WebAssembly.Module): Ed25519 {
  const exports = new WebAssembly.Instance(module).exports as unknown as Ed25519Exports;
  // The memory never grows, so these views stay good.
  const input = new Uint8Array(exports.memory.buffer, exports.input(), 4 * POINT_BYTES);
  const output = new Uint8Array(exports.memory.buffer, exports.output(), POINT_BYTES);

  const text = new Uint8Array(exports.memory.buffer, exports.text(), exports.textBytes());
  const digest = new Uint8Array(exports.memory.buffer, exports.digest(), HASH_BYTES);

  function sha512(bytes: Uint8Array): Uint8Array {
    exports.beginHash();
    let at = 0;
    for (; bytes.length - at > text.length; at += text.length) {
      text.set(bytes.subarray(at, at + text.length));
      exports.hashBlocks(text.length / HASH_BLOCK_BYTES);
    }
    text.set(bytes.subarray(at));
    exports.finishHash(bytes.length - at);
    const hash = digest.slice();
    text.fill(0);
    return hash;
  }

  function multiplyBase(scalar: Uint8Array): Uint8Array {
    input.set(scalar);
    exports.multiplyBase();
    input.fill(0);
    return output.slice();
  }

  function keyOf(seedHex: string) {
    const hash = sha512(bytesOf(seedHex, POINT_BYTES));
    const scalar = hash.slice(0, POINT_BYTES);
    scalar[0] = (scalar[0] ?? 0) & 248;
    scalar[31] = ((scalar[31] ?? 0) & 127) | 64;
    return { scalar, prefix: hash.slice(POINT_BYTES), publicKey: multiplyBase(scalar) };
  }

  return {
    publicKeyOf: (seedHex) => bytesToHex(keyOf(seedHex).publicKey),
    isPublicKey(keyHex) {
      input.set(bytesOf(keyHex, POINT_BYTES));
      return exports.isPoint() === 1;
    },
    sign(seedHex, message) {
      const { scalar, prefix, publicKey } = keyOf(seedHex);
      const bytes = utf8ToBytes(message);
      const nonce = reduced(sha512(concatBytes(prefix, bytes)));
      const commitment = multiplyBase(bytesOfScalar(nonce));
      const challenge = reduced(sha512(concatBytes(commitment, publicKey, bytes)));
      const response = (nonce + challenge * reduced(scalar)) % ORDER;
      return bytesToHex(concatBytes(commitment, bytesOfScalar(response)));
    },
    verify(publicKeyHex, message, signatureHex) {
      const publicKey = bytesOf(publicKeyHex, POINT_BYTES);
      const signature = bytesOf(signatureHex, 2 * POINT_BYTES);
      const commitment = signature.subarray(0, POINT_BYTES);
      const response = signature.subarray(POINT_BYTES);
      if (numberOf(response) >= ORDER) return false;
      const challenge = reduced(sha512(concatBytes(commitment, publicKey, utf8ToBytes(message))));
      input.set(publicKey);
      input.set(signature, POINT_BYTES);
      input.set(bytesOfScalar(challenge), 3 * POINT_BYTES);
      return exports.verify() === 1;
    },
  };
}

function bytesOf(hex: string, length: number): Uint8Array {
  const bytes = hexToBytes(hex);
  if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes are not ${length}`);
  return bytes;
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);

const reduced = (bytes: Uint8Array): bigint => numberOf(bytes) % ORDER;

const bytesOfScalar = (scalar: bigint): Uint8Array =>
  hexToBytes(scalar.toString(16).padStart(2 * POINT_BYTES, '0')).reverse();
