import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashBy, hmacSha256Hex, sha256Hex } from '../../src/core/digest.ts';
import { SHA256_WASM } from '../../src/local/sha256-wasm.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex');
const module = new WebAssembly.Module(readFileSync(SHA256_WASM));

it('takes texts to what the runtime has, anything else to the module, with the same values', () => {
  const asked: string[] = [];
  hashBy(module, {
    sha256Hex(text) {
      asked.push('hash');
      return sha256(text);
    },
    hmacSha256Hex(key, text) {
      asked.push('hmac');
      return hmac(key, text);
    },
  });
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme' }),
      (key, text) => {
        expect(sha256Hex(text)).toBe(sha256(text));
        expect(hmacSha256Hex(key, text)).toBe(hmac(key, text));
        expect(asked.splice(0)).toEqual(['hash', 'hmac']);
        const bytes = new TextEncoder().encode(text);
        expect(sha256Hex(bytes)).toBe(sha256(text));
        expect(hmacSha256Hex(key, bytes)).toBe(hmac(key, text));
        expect(asked).toEqual([]);
      },
    ),
  );
});

it('takes all to the module where the runtime has nothing', () => {
  hashBy(module);
  expect(sha256Hex('abc')).toBe(sha256('abc'));
  expect(hmacSha256Hex('key', 'abc')).toBe(hmac('key', 'abc'));
});
