import { hexOf } from './hex.ts';

interface Sha256Exports {
  readonly memory: WebAssembly.Memory;
  input(): number;
  inputBytes(): number;
  digest(): number;
  eachMax(): number;
  lengths(): number;
  digests(): number;
  digestEach(count: number, isKeyed: boolean): void;
  begin(): void;
  blocks(count: number): void;
  finish(length: number): void;
  setKey(): void;
  beginKeyed(): void;
  finishKeyed(length: number): void;
}

/** Bytes, or text that stands for its UTF-8 bytes (a lone surrogate counts as U+FFFD). */
export type Message = Uint8Array | string;

/** SHA-256 and HMAC of whole messages, 32 bytes each, which the next call may overwrite. */
export interface Sha256 {
  /** FIPS 180-4. */
  hash(message: Message): Uint8Array;
  /** RFC 2104. */
  authenticate(key: Message, message: Message): Uint8Array;
  /** Of each text's UTF-8, as 64 lower-case hex digits; their codes where there is a key. */
  digestEach(texts: readonly string[], key?: string): readonly string[];
}

const BLOCK_BYTES = 64;
const HEX_LENGTH = 64;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Of `sha256.wasm`, compiled: Workers forbid compiling bytes. A text as key is remembered, so that using it again costs less. */
export function createWasmSha256(module: WebAssembly.Module): Sha256 {
  const exports = new WebAssembly.Instance(module).exports as unknown as Sha256Exports;
  // The memory never grows, so these views stay good.
  const input = new Uint8Array(exports.memory.buffer, exports.input(), exports.inputBytes());
  const digest = new Uint8Array(exports.memory.buffer, exports.digest(), 32);
  const eachMax = exports.eachMax();
  const lengths = new Uint32Array(exports.memory.buffer, exports.lengths(), eachMax);
  const digests = new Uint8Array(exports.memory.buffer, exports.digests(), eachMax * HEX_LENGTH);
  let lastKey: string | undefined;

  /** Takes a message but for its end, which it leaves in the input; answers the end's length. */
  function take(message: Message): number {
    if (typeof message === 'string') {
      const { read, written } = encoder.encodeInto(message, input);
      return read === message.length ? written : takeBytes(encoder.encode(message));
    }
    return takeBytes(message);
  }

  function takeBytes(bytes: Uint8Array): number {
    let at = 0;
    for (; bytes.length - at > input.length; at += input.length) {
      input.set(bytes.subarray(at, at + input.length));
      exports.blocks(input.length / BLOCK_BYTES);
    }
    input.set(bytes.subarray(at));
    return bytes.length - at;
  }

  function hash(message: Message): Uint8Array {
    exports.begin();
    exports.finish(take(message));
    return digest;
  }

  function useKey(key: Message): void {
    const bytes = typeof key === 'string' ? encoder.encode(key) : key;
    const block = new Uint8Array(BLOCK_BYTES);
    block.set(bytes.length > BLOCK_BYTES ? hash(bytes) : bytes);
    input.set(block);
    exports.setKey();
    // Bytes may change behind their reference.
    lastKey = typeof key === 'string' ? key : undefined;
  }

  function authenticate(key: Message, message: Message): Uint8Array {
    if (lastKey === undefined || key !== lastKey) useKey(key);
    exports.beginKeyed();
    exports.finishKeyed(take(message));
    return digest;
  }

  /** How many texts from `at` on fit the input, if they are ASCII; their lengths are noted. */
  function fitting(texts: readonly string[], at: number): { readonly count: number; readonly chars: number } {
    let chars = 0;
    let count = 0;
    for (; at + count < texts.length && count < eachMax; count += 1) {
      const { length } = texts[at + count] as string;
      if (chars + length > input.length) break;
      lengths[count] = length;
      chars += length;
    }
    return { count, chars };
  }

  return {
    hash,
    authenticate,
    digestEach(texts, key) {
      const alone = (text: string) => hexOf(key === undefined ? hash(text) : authenticate(key, text));
      if (key !== undefined && key !== lastKey) useKey(key);
      const found: string[] = [];
      while (found.length < texts.length) {
        const at = found.length;
        const { count, chars } = fitting(texts, at);
        const some = texts.slice(at, at + Math.max(1, count));
        // Bytes are as many as characters where all are ASCII, and only then, if all were taken.
        const { read, written } = encoder.encodeInto(some.join(''), input);
        const isAscii = count > 0 && read === chars && written === chars;
        if (isAscii) {
          exports.digestEach(count, key !== undefined);
          const hex = decoder.decode(digests.subarray(0, count * HEX_LENGTH));
          for (let from = 0; from < hex.length; from += HEX_LENGTH)
            found.push(hex.slice(from, from + HEX_LENGTH));
        } else {
          for (const text of some) found.push(alone(text));
        }
      }
      return found;
    },
  };
}
