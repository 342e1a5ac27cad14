import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalInConstantTime, hmacSha256Hex, sha256Base64Url, sha256Hex } from '../../src/core/digest.ts';

const repeated = (byte: number, count: number) => new Uint8Array(count).fill(byte);

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('gives the digest that FIPS 180 states (%#)', (message, digest) => {
    expect(sha256Hex(message)).toBe(digest);
  });

  it('agrees with the platform on any bytes and any text, in both spellings', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme' })), (input) => {
        expect(sha256Hex(input)).toBe(createHash('sha256').update(input).digest('hex'));
        expect(sha256Base64Url(input)).toBe(createHash('sha256').update(input).digest('base64url'));
      }),
    );
  });
});

describe('hmacSha256', () => {
  const cases: [string, Uint8Array | string, Uint8Array | string, string][] = [
    ['1', repeated(0x0b, 20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      '2',
      'Jefe',
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      '3',
      repeated(0xaa, 20),
      repeated(0xdd, 50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      '4',
      Uint8Array.from({ length: 25 }, (_, index) => index + 1),
      repeated(0xcd, 50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      '6',
      repeated(0xaa, 131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      '7',
      repeated(0xaa, 131),
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ];
  it.each(cases)('gives the code of RFC 4231 test case %s', (_, key, message, code) => {
    expect(hmacSha256Hex(key, message)).toBe(code);
  });

  it('agrees with the platform on any key and message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 300 }), (key, message) => {
        expect(hmacSha256Hex(key, message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
      }),
    );
  });
});

describe('equalInConstantTime', () => {
  it('is true for equal bytes and false after any one bit is turned', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), fc.nat(7), (bytes, at, bit) => {
        const turned = Uint8Array.from(bytes);
        turned[at % bytes.length] = (turned[at % bytes.length] as number) ^ (1 << bit);
        expect(equalInConstantTime(bytes, Uint8Array.from(bytes))).toBe(true);
        expect(equalInConstantTime(bytes, turned)).toBe(false);
      }),
    );
  });

  it('is false for a prefix, a longer text, and zero bytes past the end', () => {
    expect(equalInConstantTime('abc', 'ab')).toBe(false);
    expect(equalInConstantTime('ab', 'abc')).toBe(false);
    expect(equalInConstantTime('ab\0', 'ab')).toBe(false);
    expect(equalInConstantTime('ab', 'ab\0')).toBe(false);
    expect(equalInConstantTime('', '')).toBe(true);
  });
});
