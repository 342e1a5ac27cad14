import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nobleEd25519 as noble } from '../../src/core/noble-ed25519.ts';
import { createWasmEd25519 } from '../../src/core/wasm-ed25519.ts';
import { compileEd25519 } from '../../src/local/compile-ed25519.ts';
import { ED25519_WASM } from '../../src/local/ed25519-wasm.ts';

const wasm = createWasmEd25519(new WebAssembly.Module(readFileSync(ED25519_WASM)));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const hexOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(hex);
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const FIELD = 2n ** 255n - 19n;
/** 32 bytes, the least significant first. */
const littleEndian = (value: bigint): string =>
  hex(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse());
const numberOf = (text: string): bigint => BigInt(`0x${hex(Buffer.from(text, 'hex').reverse())}`);

/** The eight points whose order divides eight, and encodings that are none. */
const odd = [
  littleEndian(1n),
  littleEndian(0n),
  littleEndian(FIELD - 1n),
  littleEndian(FIELD),
  littleEndian(FIELD + 1n),
  littleEndian(2n ** 255n),
  littleEndian(2n ** 255n + 1n),
  littleEndian(2n ** 255n - 1n),
  littleEndian(2n ** 256n - 1n),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
];

it('the curve that is kept in the tree is what its source compiles to', async () => {
  expect(Buffer.from(await compileEd25519()).equals(readFileSync(ED25519_WASM))).toBe(true);
}, 120_000);

describe('Ed25519 in WebAssembly', () => {
  // RFC 8032 §7.1, TEST 3 has two bytes that are no text; TEST SHA(abc) too.
  it.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      'r',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ])('gives the keys and signatures of RFC 8032 §7.1', (seed, publicKey, message, signature) => {
    expect(wasm.publicKeyOf(seed)).toBe(publicKey);
    expect(wasm.sign(seed, message)).toBe(signature);
    expect(wasm.verify(publicKey, message, signature)).toBe(true);
  });

  it('gives the keys and signatures that the library gives, and takes them', () => {
    fc.assert(
      fc.property(hexOf(32), fc.string({ unit: 'grapheme' }), (seed, message) => {
        const publicKey = noble.publicKeyOf(seed);
        const signature = noble.sign(seed, message);
        expect(wasm.publicKeyOf(seed)).toBe(publicKey);
        expect(wasm.sign(seed, message)).toBe(signature);
        expect(wasm.verify(publicKey, message, signature)).toBe(true);
        expect(wasm.verify(publicKey, `${message}.`, signature)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('signs messages of every length about its blocks as the library does', () => {
    const seed = '9'.repeat(64);
    const lengths = [
      0, 1, 47, 48, 63, 64, 79, 80, 111, 112, 127, 128, 129, 1_983, 1_984, 2_047, 2_048, 2_049, 5_000,
    ];
    for (const length of lengths) {
      const message = 'm'.repeat(length);
      expect([length, wasm.sign(seed, message)]).toEqual([length, noble.sign(seed, message)]);
    }
  });

  it('knows the points that the library knows', () => {
    for (const bytes of odd)
      expect([bytes, wasm.isPublicKey(bytes)]).toEqual([bytes, noble.isPublicKey(bytes)]);
    let points = 0;
    fc.assert(
      fc.property(hexOf(32), (bytes) => {
        expect(wasm.isPublicKey(bytes)).toBe(noble.isPublicKey(bytes));
        if (wasm.isPublicKey(bytes)) points += 1;
      }),
      { numRuns: 300 },
    );
    expect(points).toBeGreaterThan(60);
  });

  it('refuses what the library refuses: points of small order, other encodings, scalars past the order', () => {
    const seed = '7'.repeat(64);
    const [publicKey, signature] = [noble.publicKeyOf(seed), noble.sign(seed, 'bundle')];
    const [commitment, response] = [signature.slice(0, 64), signature.slice(64)];
    const larger = littleEndian(numberOf(response) + ORDER);
    const asked: [string, string][] = [
      ...odd.map((point): [string, string] => [point, signature]),
      ...odd.map((point): [string, string] => [point, `${point}${littleEndian(0n)}`]),
      ...odd.map((point): [string, string] => [publicKey, `${point}${response}`]),
      [publicKey, `${commitment}${larger}`],
      [publicKey, `${commitment}${littleEndian(ORDER)}`],
      [publicKey, `${commitment}${littleEndian(ORDER - 1n)}`],
      [publicKey, signature],
    ];
    const said = asked.map(([key, text]) => wasm.verify(key, 'bundle', text));
    expect(said).toEqual(asked.map(([key, text]) => noble.verify(key, 'bundle', text)));
    expect(said.filter(Boolean)).toHaveLength(1);
  });

  it('says of any signature with a bit turned what the library says', () => {
    const seed = '3'.repeat(64);
    const whole = `${noble.publicKeyOf(seed)}${noble.sign(seed, 'bundle')}`;
    fc.assert(
      fc.property(fc.nat(96 * 8 - 1), (bit) => {
        const bytes = Buffer.from(whole, 'hex');
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const [key, signature] = [hex(bytes.subarray(0, 32)), hex(bytes.subarray(32))];
        expect(wasm.verify(key, 'bundle', signature)).toBe(noble.verify(key, 'bundle', signature));
      }),
      { numRuns: 100 },
    );
  });

  it('throws on hex of another length', () => {
    expect(() => wasm.isPublicKey('00')).toThrow();
    expect(() => wasm.verify('1'.repeat(64), '', '00')).toThrow();
  });
});
