import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ed25519PublicKey, isEd25519PublicKey, signEd25519, verifyEd25519 } from '../../src/core/ed25519.ts';

/** RFC 8032 §7.1, those of its tests whose message is ASCII or empty: TEST 1 and TEST 2. */
const vectors = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: 'r',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
];
const [first] = vectors;

describe('Ed25519', () => {
  it.each(vectors)('is that of RFC 8032 §7.1 for the message “$message”', (vector) => {
    expect(ed25519PublicKey(vector.seed)).toBe(vector.publicKey);
    expect(signEd25519(vector.seed, vector.message)).toBe(vector.signature);
    expect(verifyEd25519(vector.publicKey, vector.message, vector.signature)).toBe(true);
  });

  it('does not verify where one bit of message, key or signature is another', () => {
    const { seed, publicKey } = first as (typeof vectors)[number];
    const signature = signEd25519(seed, 'bundle');
    const flipped = (hex: string, bit: number): string => {
      const digit = (Number.parseInt(hex.charAt(bit >> 2), 16) ^ (1 << (bit & 3))).toString(16);
      return `${hex.slice(0, bit >> 2)}${digit}${hex.slice((bit >> 2) + 1)}`;
    };
    expect(verifyEd25519(publicKey, 'bundlf', signature)).toBe(false);
    fc.assert(
      fc.property(
        fc.nat(511),
        (bit) => verifyEd25519(publicKey, 'bundle', flipped(signature, bit)) === false,
      ),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(
        fc.nat(255),
        (bit) => verifyEd25519(flipped(publicKey, bit), 'bundle', signature) === false,
      ),
      { numRuns: 50 },
    );
  });

  it('takes no key of small order, under which anything can be signed', () => {
    const identity = `01${'0'.repeat(62)}`;
    expect(verifyEd25519(identity, 'anything', `01${'0'.repeat(126)}`)).toBe(false);
  });

  it('knows a point of the curve from 32 bytes that are none', () => {
    expect(isEd25519PublicKey(first?.publicKey ?? '')).toBe(true);
    expect(isEd25519PublicKey(`02${'0'.repeat(62)}`)).toBe(false);
    expect(isEd25519PublicKey('f'.repeat(64))).toBe(false);
  });
});
