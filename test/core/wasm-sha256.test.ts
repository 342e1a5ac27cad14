import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWasmSha256 } from '../../src/core/wasm-sha256.ts';
import { compileSha256 } from '../../src/local/compile-sha256.ts';
import { SHA256_WASM } from '../../src/local/sha256-wasm.ts';

const wasm = createWasmSha256(new WebAssembly.Module(readFileSync(SHA256_WASM)));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const hashed = (message: Uint8Array | string) => hex(wasm.hash(message));
const authenticated = (key: Uint8Array | string, message: Uint8Array | string) =>
  hex(wasm.authenticate(key, message));
const byPlatform = (message: Uint8Array | string) => createHash('sha256').update(message).digest('hex');
const repeated = (byte: number, count: number) => new Uint8Array(count).fill(byte);

it('the digests that are kept in the tree are what their source compiles to', async () => {
  expect(Buffer.from(await compileSha256()).equals(readFileSync(SHA256_WASM))).toBe(true);
}, 120_000);

describe('SHA-256 in WebAssembly', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('gives the digest that FIPS 180 states (%#)', (message, digest) => {
    expect(hashed(message)).toBe(digest);
  });

  it('agrees with the platform at every length around its blocks and its input', () => {
    const lengths = [
      ...Array.from({ length: 260 }, (_, length) => length),
      ...[32_703, 32_704, 32_711, 32_712, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 98_304],
    ];
    for (const length of lengths) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + length) & 0xff);
      expect(hashed(bytes), `${length} bytes`).toBe(byPlatform(bytes));
      expect(hashed('x'.repeat(length)), `${length} characters`).toBe(byPlatform('x'.repeat(length)));
    }
  });

  it('agrees with JavaScript on any bytes and any text, lone surrogates too', () => {
    const anyText = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), anyText), (message) => {
        const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
        expect(hashed(message)).toBe(hex(sha256(bytes)));
      }),
    );
  });
});

describe('HMAC-SHA-256 in WebAssembly', () => {
  it.each([
    [1, repeated(0x0b, 20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      2,
      'Jefe',
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      3,
      repeated(0xaa, 20),
      repeated(0xdd, 50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      4,
      Uint8Array.from({ length: 25 }, (_, index) => index + 1),
      repeated(0xcd, 50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      6,
      repeated(0xaa, 131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      7,
      repeated(0xaa, 131),
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ] as const)('gives the code of RFC 4231 test case %i', (_, key, message, code) => {
    expect(authenticated(key, message)).toBe(code);
    expect(authenticated(key, message), 'again').toBe(code);
  });

  it('agrees with JavaScript and the platform whatever was hashed and whichever keys were used before', () => {
    const key = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.constantFrom('one key', 'another', 'k'.repeat(90)),
    );
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string(),
      fc.constant(repeated(7, 70_000)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(key, message, fc.boolean()), { maxLength: 8 }), (steps) => {
        for (const [secret, text, isKeyed] of steps) {
          if (!isKeyed) expect(hashed(text)).toBe(byPlatform(text));
          const code = authenticated(secret, text);
          expect(code).toBe(createHmac('sha256', secret).update(text).digest('hex'));
          expect(code).toBe(hex(hmac(sha256, Buffer.from(secret), Buffer.from(text))));
        }
      }),
    );
  });
});

describe('many texts at once', () => {
  const byPlatformEach = (texts: readonly string[], key?: string) =>
    texts.map((text) =>
      key === undefined ? byPlatform(text) : createHmac('sha256', key).update(text).digest('hex'),
    );

  it('agree with the platform at every length around a block, in every lane, beside shorter and longer ones', () => {
    const texts = Array.from({ length: 400 }, (_, index) =>
      String.fromCharCode(97 + (index % 26)).repeat((index * 37) % 211),
    );
    for (const key of [undefined, 'one key', 'k'.repeat(90)]) {
      expect(wasm.digestEach(texts, key)).toEqual(byPlatformEach(texts, key));
    }
  });

  it('are as many as there are, whatever their count', () => {
    for (const count of [0, 1, 2, 3, 4, 5, 127, 128, 129, 256, 300]) {
      const texts = Array.from({ length: count }, (_, index) => `text ${index}`);
      expect(wasm.digestEach(texts, 'key')).toEqual(byPlatformEach(texts, 'key'));
    }
  });

  it('are read whole where their bytes do not fit the input, as their characters do', () => {
    const texts = [`${'x'.repeat(32_766)}é`, 'y'];
    expect(wasm.digestEach(texts)).toEqual(byPlatformEach(texts));
    expect(wasm.digestEach([`é${'x'.repeat(32_767)}`], 'key')).toEqual(
      byPlatformEach([`é${'x'.repeat(32_767)}`], 'key'),
    );
  });

  it('agree with the platform on any texts, longer than the input, beyond ASCII, between other calls', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 90 }),
      fc.constantFrom(
        '',
        'x'.repeat(32_767),
        'x'.repeat(32_768),
        'x'.repeat(70_000),
        '\ud800',
        '漢'.repeat(20_000),
      ),
    );
    const key = fc.option(fc.constantFrom('one key', 'another'), { nil: undefined });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 14 }), key, (texts, secret) => {
        expect(wasm.digestEach(texts, secret)).toEqual(byPlatformEach(texts, secret));
        expect(hashed('between')).toBe(byPlatform('between'));
        expect(authenticated('another', 'between')).toBe(
          createHmac('sha256', 'another').update('between').digest('hex'),
        );
      }),
    );
  });
});
